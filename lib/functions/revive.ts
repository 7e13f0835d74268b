import { createRequire } from 'node:module';
import { promisify } from 'node:util';
import { ModulesNotLoadedError } from '../errors/index.js';
import { isBuiltInPrototype } from './captured-data.js';
import { rememberClasses } from './class-references.js';
import { follow, keyOf } from './known-values.js';
import { commonJsModuleFor, importerOf, metaOf, moduleValue, requireOf } from './modules.js';
import { isErrorClass } from './own-properties.js';
import {
  type CodeRecord,
  type FunctionRecord,
  type OpenPayload,
  type PropertyRecord,
  readPayload,
  type Value,
} from './payload.js';
import { loadCode, requireCode } from './provided-code.js';
import { enableSourceMap, type MadeFunction, makeFunction } from './revived-code.js';
import type { AnyFunction, ReviveContext } from './types.js';

/** First byte of the encoded form of a function: its position in the payload around it, or a payload of its own. */
export const FunctionTag = { Inner: 0, Whole: 1 } as const;

/** The payload whose data is decoded at this moment. */
let current: Revival | undefined;

/**
 * Brings a shipped function to life. Rejects with the error of an import that fails. The result is not remembered: ask
 * once for each hash.
 */
export async function reviveFunction(payload: Uint8Array, context: ReviveContext): Promise<AnyFunction> {
  const open = readPayload(payload);
  await loadCode(open, context.code);
  const buffers = await Promise.all(
    open.buffers.map((buffer) => ('id' in buffer ? context.openBuffer(buffer.id) : ownBuffer(buffer.bytes))),
  );
  for (;;) {
    try {
      requireCode(open, context.code);
      return new Revival(open, context, buffers).run();
    } catch (error) {
      // Captured data may need modules too.
      if (!(error instanceof ModulesNotLoadedError)) throw error;
      await error.load();
    }
  }
}

/**
 * The function that `functionToBytes` encoded. Throws ModulesNotLoadedError when it imports modules that this process
 * has not loaded yet.
 */
export function functionFromBytes(bytes: Uint8Array, context: ReviveContext): AnyFunction {
  if (bytes[0] === FunctionTag.Inner) {
    if (current === undefined)
      throw new TypeError('this function is part of another one, and cannot stand alone');
    return current.function(
      new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength).getUint32(1, true),
    );
  }
  const open = readPayload(bytes.subarray(1));
  requireCode(open, context.code);
  const buffers = open.buffers.map((buffer) => {
    if ('id' in buffer) throw new TypeError('a function inside a value holds its buffers itself');
    return ownBuffer(buffer.bytes);
  });
  return new Revival(open, context, buffers).run();
}

function ownBuffer(bytes: Uint8Array): ArrayBuffer {
  return new Uint8Array(bytes).buffer; // not slice(), which does not copy a Buffer
}

interface DecodedData {
  readonly values: readonly unknown[];
  /** Objects of classes within the values, and properties of theirs that the codec leaves out. */
  readonly objects: readonly object[];
  readonly extras: readonly (object | undefined)[];
}

/** Makes all functions of one payload. First the functions, then the data, which may hold them, then their variables. */
class Revival {
  readonly #open: OpenPayload;
  readonly #context: ReviveContext;
  readonly #buffers: readonly ArrayBuffer[];
  readonly #functions: (AnyFunction | undefined)[] = [];
  readonly #made = new Map<number, MadeFunction>();
  readonly #making = new Set<number>();
  readonly #symbols: symbol[];
  #data: DecodedData | 'decoding' | undefined;

  constructor(open: OpenPayload, context: ReviveContext, buffers: readonly ArrayBuffer[]) {
    this.#open = open;
    this.#context = context;
    this.#buffers = buffers;
    this.#symbols = open.unit.symbols.map((description) => Symbol(description ?? undefined));
  }

  run(): AnyFunction {
    const { unit, hash } = this.#open;
    for (const file of unit.files) enableSourceMap(file);
    for (const index of unit.functions.keys()) this.function(index);
    // Data may be put together by functions that came with it: by then they have all but data.
    for (const [index, made] of this.#made)
      made.assign(this.#variablesOf(index, (value) => !mayHoldData(value)));
    this.#decode();
    this.#restorePrototypes(this.#data as DecodedData);
    for (const [index, made] of this.#made) {
      made.assign(this.#variablesOf(index, () => true));
      const record = unit.functions[index] as CodeRecord;
      made.assignStatics(record.privateStatics.map(([, value]) => this.#value(value)));
      this.#finish(made.fn, record);
    }
    rememberClasses(
      hash,
      new Map(
        [...this.#made]
          .filter(([, { fn }]) => isErrorClass(fn))
          .map(([index, { fn }]) => [String(index), fn]),
      ),
      'revived',
    );
    return this.#functions[unit.root]!;
  }

  #variablesOf(index: number, isWanted: (value: Value) => boolean): unknown[] {
    const { variables } = this.#open.unit.functions[index] as CodeRecord;
    return variables.map(([, value]) => (isWanted(value) ? this.#value(value) : undefined));
  }

  /** The function of a position. It is made when first asked for. */
  function(index: number): AnyFunction {
    const before = this.#functions[index];
    if (before !== undefined) return before;
    const record = this.#open.unit.functions[index];
    if (record === undefined) throw new TypeError('a shipped function refers to one that is not there');
    if (needsData(record)) {
      this.#decode(); // which may have made this very function
      const meanwhile = this.#functions[index];
      if (meanwhile !== undefined) return meanwhile;
    }
    if (this.#making.has(index)) {
      throw new TypeError(
        `${nameOf(record)} needs a value while it is made that holds the class or function itself`,
      );
    }
    this.#making.add(index);
    const fn = this.#make(index, record);
    this.#making.delete(index);
    this.#functions[index] = fn;
    return fn;
  }

  #make(index: number, record: FunctionRecord): AnyFunction {
    switch (record.kind) {
      case 'code': {
        const values = record.variables.map(([name, value]) =>
          record.early.includes(name) ? this.#value(value) : undefined,
        );
        const made = makeFunction(this.#open.unit, record, values);
        this.#made.set(index, made);
        return made.fn;
      }
      case 'bound':
        return this.#bind(record);
      case 'promisified':
        return promisify(this.#value(record.original) as never) as AnyFunction;
      case 'remote':
        return this.#context.makeRemote(
          this.#value(record.fn) as AnyFunction,
          this.#value(record.options),
        ) as AnyFunction;
      case 'value':
        return this.#value(record.value) as AnyFunction;
    }
  }

  #bind({ target, receiver, parameters }: Extract<FunctionRecord, { kind: 'bound' }>): AnyFunction {
    const fn = this.#value(target) as AnyFunction;
    const bound = [receiver, ...parameters];
    const bind = (): AnyFunction =>
      Function.prototype.bind.apply(fn, bound.map((value) => this.#value(value)) as never) as AnyFunction;
    if (this.#data !== 'decoding' || !bound.some(mayHoldData)) return bind();
    // It stands within the data that it is bound to, which is there when it is called.
    let made: AnyFunction | undefined;
    const late = function (this: unknown, ...rest: never[]): unknown {
      made ??= bind();
      return new.target === undefined ? made(...rest) : Reflect.construct(made, rest);
    };
    return Object.defineProperty(late, 'name', { value: `bound ${fn.name}`, configurable: true });
  }

  #decode(): void {
    if (this.#data !== undefined) return;
    const { data } = this.#open;
    if (data.length === 0) {
      this.#data = { values: [], objects: [], extras: [] };
      return;
    }
    this.#data = 'decoding';
    const before = current;
    current = this;
    try {
      const decoded = this.#context.codec.decode(data, 0, data.length, this.#buffers);
      const [, values, objects, extras] = decoded as [unknown, unknown[], object[], (object | undefined)[]];
      this.#data = { values, objects, extras };
    } finally {
      current = before;
    }
  }

  /** Gives objects of classes their classes back. */
  #restorePrototypes({ objects, extras }: DecodedData): void {
    for (const [index, value] of this.#open.unit.prototypes.entries()) {
      const object = objects[index]!;
      // A serializer may have made it what it is.
      if (!isBuiltInPrototype(Object.getPrototypeOf(object) as object)) continue;
      const holder = this.#value(value) as object;
      Object.setPrototypeOf(
        object,
        value[0] === 'function' ? (holder as { prototype: object }).prototype : holder,
      );
      if (extras[index] !== undefined) Object.assign(object, extras[index]);
    }
  }

  #value(value: Value): unknown {
    const { unit } = this.#open;
    switch (value[0]) {
      case 'primitive':
        return value[1];
      case 'undefined':
        return undefined;
      case 'data':
        this.#decode();
        if (this.#data === 'decoding')
          throw new TypeError('a class needs data while it is made that holds the class');
        return this.#data!.values[value[1]];
      case 'function':
        return this.function(value[1]);
      case 'symbol':
        return this.#symbols[value[1]];
      case 'key':
        return keyOf(value[1]);
      case 'place':
        return value[1].kind === 'global'
          ? follow(globalThis, value[1].path)
          : follow(builtin(value[1].module), value[1].path);
      case 'module':
        return this.#imported(value[1], value[2]);
      case 'live': {
        const namespace = moduleValue(unit.modules[value[1]]!) as Record<string, unknown>;
        return {
          get v() {
            return namespace[value[2]];
          },
        };
      }
      case 'members':
        return Object.fromEntries(value[1].map(([name, member]) => [name, this.#value(member)]));
      case 'list':
        return value[1].map((item) => this.#value(item));
      case 'meta':
        return metaOf(unit.files[value[1]]!.file);
      case 'importer':
        return importerOf(unit.files[value[1]]!.file);
      case 'require':
        return requireOf(unit.files[value[1]]!.file);
      case 'commonJsModule':
        return commonJsModuleFor(unit.files[value[1]]!.file);
    }
  }

  #imported(index: number, path: readonly string[]): unknown {
    const record = this.#open.unit.modules[index]!;
    let at = moduleValue(record);
    for (const name of path) {
      if (!(name in Object(at))) {
        throw new SyntaxError(
          `the module '${record.specifier}' (imported by ${record.parent}) has no '${path.join('.')}'`,
        );
      }
      at = (at as Record<string, unknown>)[name];
    }
    return at;
  }

  /** What hangs on a function beside its code. */
  #finish(fn: AnyFunction, record: CodeRecord): void {
    if (record.parent !== undefined) Object.setPrototypeOf(fn, this.#value(record.parent) as object);
    const { prototype } = fn as { prototype?: object };
    if (record.prototypeParent !== undefined) {
      const { prototype: parent } = this.#value(record.prototypeParent) as { prototype: object };
      Object.setPrototypeOf(prototype, parent);
    }
    for (const property of record.properties) this.#define(fn, property);
    for (const property of record.prototypeProperties) this.#define(prototype!, property);
  }

  #define(object: object, { key, flags, value, get, set }: PropertyRecord): void {
    const name = typeof key === 'object' && 'unique' in key ? this.#symbols[key.unique]! : keyOf(key);
    const common = { enumerable: (flags & 2) !== 0, configurable: (flags & 4) !== 0 };
    if (value !== undefined) {
      Object.defineProperty(object, name, {
        ...common,
        writable: (flags & 1) !== 0,
        value: this.#value(value),
      });
      return;
    }
    const accessors: PropertyDescriptor = { ...common };
    if (get !== undefined) accessors.get = this.#value(get) as () => unknown;
    if (set !== undefined) accessors.set = this.#value(set) as (value: unknown) => void;
    Object.defineProperty(object, name, accessors);
  }
}

const require = createRequire(import.meta.url);

function builtin(module: string): unknown {
  return require(module);
}

function mayHoldData([kind]: Value): boolean {
  return kind === 'data' || kind === 'members' || kind === 'list';
}

/** Whether a function cannot be made without captured data. */
function needsData(record: FunctionRecord): boolean {
  if (record.kind === 'bound')
    return [record.receiver, ...record.parameters].some(([kind]) => kind === 'data');
  if (record.kind !== 'code' || record.early.length === 0) return false;
  return record.variables.some(([name, value]) => mayHoldData(value) && record.early.includes(name));
}

function nameOf(record: FunctionRecord): string {
  return record.kind === 'code' && record.name !== '' ? record.name : 'a function';
}
