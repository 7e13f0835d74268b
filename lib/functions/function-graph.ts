import { types } from 'node:util';
import { CapturedData, type DataOwner, type EncodedCapture } from './captured-data.js';
import { captureCode, captureRevived } from './code-capture.js';
import { type CodeDraft, finishCode } from './code-draft.js';
import { originalOf } from './code-places.js';
import { inspect } from './inspection.js';
import { describeKey, isPromisified, placeOfFunction, placeOfObject } from './known-values.js';
import { commonJsFileOf, type ExportPath, exportPath, fileUrl, type ModuleGraph } from './module-graph.js';
import { moduleOfNamespace } from './namespaces.js';
import { isErrorClass } from './own-properties.js';
import type { FileRecord, FunctionRecord, ModuleRecord, Unit, Value } from './payload.js';
import { revivedCodeOf, revivedScope } from './revived.js';
import type { Script } from './script.js';
import { shareVariables } from './shared-variables.js';
import { labelOf, nameOf, refusal, type Trail } from './trail.js';
import { type AnyFunction, type DataEncoder, remotePartsOf } from './types.js';

/** How often data is encoded until its bytes no longer depend on what the codec met before. */
const ROUNDS = 3;

/** Where the codec keeps the serializer of a class. */
const SERIALIZER = Symbol.for('mobula.serializer');

/** A function or remote function that goes along. */
interface Entry {
  readonly fn: AnyFunction;
  /** Undefined for the function that is shipped, and for those that stand inside captured data. */
  readonly trail: Trail | undefined;
  record: FunctionRecord | CodeDraft | undefined;
}

/**
 * Everything that one function takes with it: it is walked from the function on, each function and each piece of data
 * once, so that what is shared stays shared and cycles end.
 */
export class FunctionGraph implements DataOwner {
  readonly modules: ModuleGraph;
  readonly #entries: Entry[] = [];
  readonly #indexOf = new Map<AnyFunction, number>();
  /** How many entries were looked at. */
  #captured = 0;
  readonly #data: CapturedData;
  readonly #moduleRecords: ModuleRecord[] = [];
  readonly #moduleIndex = new Map<string, number>();
  readonly #files: FileRecord[] = [];
  readonly #fileIndex = new Map<string, number>();
  readonly #symbols: symbol[] = [];
  /** For classes of errors: the place in the payload of each, as `classReference` names it. */
  readonly errorClasses = new Map<string, AnyFunction>();
  /** Whether what was captured can change: then the function must be captured again each time. */
  isStable = true;

  constructor(modules: ModuleGraph, encoder: DataEncoder) {
    this.modules = modules;
    this.#data = new CapturedData(encoder, this);
  }

  /** The whole of it: what it consists of, and its captured data. */
  capture(fn: AnyFunction): { unit: Unit; data: EncodedCapture | undefined } {
    const root = this.add(fn, undefined);
    let before: EncodedCapture | undefined;
    for (let round = 0; ; round++) {
      this.#captureAll();
      shareVariables(this.#drafts(), (cell, trail) => this.#dataValue(cell, trail));
      const data = this.#data.encode();
      // Functions inside the data may have captured more data.
      const isWhole = this.#captured === this.#entries.length;
      // The codec writes lists of keys that it has met before in another way. Equal data is to have equal bytes.
      const isSettled =
        data === undefined || round >= ROUNDS || (before && Buffer.compare(before.bytes, data.bytes) === 0);
      if (isWhole && isSettled) return { unit: this.#unit(root), data };
      before = data;
    }
  }

  /** The position of a function among those that go along. */
  add(fn: AnyFunction, trail: Trail | undefined): number {
    let index = this.#indexOf.get(fn);
    if (index === undefined) {
      index = this.#entries.length;
      this.#indexOf.set(fn, index);
      this.#entries.push({ fn, trail, record: undefined });
    }
    return index;
  }

  #captureAll(): void {
    while (this.#captured < this.#entries.length) {
      const index = this.#captured++;
      const entry = this.#entries[index]!;
      const { fn } = entry;
      const holder = index === 0 ? undefined : this.#data.holderOf(fn);
      // The function that is shipped begins the trail; another one without a trail stands inside data.
      const trail = entry.trail ?? (holder && { parent: holder, name: labelOf(fn), place: undefined });
      entry.record = this.#describe(fn, trail);
    }
  }

  #describe(fn: AnyFunction, given: Trail | undefined): FunctionRecord | CodeDraft {
    const serializer: unknown = Object.getOwnPropertyDescriptor(fn, SERIALIZER)?.value;
    if (serializer !== undefined) this.#data.addSerializer(serializer);
    const remote = remotePartsOf(fn);
    const named: Trail = given ?? { parent: undefined, name: labelOf(fn), place: undefined };
    if (remote !== undefined) {
      return {
        kind: 'remote',
        fn: this.value(remote.fn, named),
        options: this.#options(remote.options, named),
      };
    }
    const revived = revivedCodeOf(fn);
    if (revived !== undefined) return captureRevived(this, fn, revived, given);

    const text = Function.prototype.toString.call(fn);
    // No program can write this: it is no syntax.
    if (/\{\s*\[native code\]\s*\}\s*$/.test(text)) return this.#describeNative(fn, named);
    const facts = inspect().look(fn);
    const { script } = facts;
    if (script === undefined)
      throw refusal(named, `${describeFunction(fn)} has no source that could be shipped.`);
    if (script.info.url.startsWith('node:')) {
      const place = placeOfFunction(fn);
      if (place !== undefined) return { kind: 'value', value: ['place', place] };
      const original = facts.scopes[0]?.variables.original;
      if (isPromisified(text) && typeof original === 'function') {
        return { kind: 'promisified', original: this.value(original, named) };
      }
      throw refusal(
        named,
        `${describeFunction(fn)} belongs to the internals of Node.js. Make it inside the function instead.`,
      );
    }
    const start = script.locate(text, facts.line, facts.column);
    const { line, column } = start === undefined ? facts : script.positionAt(start);
    const place = { file: script.file, line: line + 1, column };
    const trail: Trail = given ?? { ...named, place };
    const inRevived = facts.scopes.some((scope) => revivedScope(scope.variables) !== undefined);
    if (!inRevived && !this.modules.isEntry(script.info.url)) {
      const scope = facts.scopes.find(({ type }) => type === 'Module')?.variables;
      const path = exportPath(script, fn, scope, start);
      if (path !== undefined) return { kind: 'value', value: this.#exported(script, path, trail) };
    }
    return captureCode(this, fn, text, facts, start, trail);
  }

  #exported({ info, file }: Script, path: ExportPath, trail: Trail): Value {
    this.refuseEntry(info.url, trail);
    const how = info.isModule ? 'import' : 'require';
    return ['module', this.module({ how, specifier: info.isModule ? info.url : file, parent: file }), path];
  }

  #describeNative(fn: AnyFunction, trail: Trail): FunctionRecord {
    const place = placeOfFunction(fn);
    if (place !== undefined) return { kind: 'value', value: ['place', place] };
    if (types.isProxy(fn))
      throw refusal(trail, `${describeFunction(fn)} is a Proxy, whose handler no other process can see.`);
    const { bound } = inspect().look(fn);
    if (bound === undefined) {
      throw refusal(
        trail,
        `${describeFunction(fn)} is native code, which has no source that could be shipped.`,
      );
    }
    const part = (name: string): Trail => ({ parent: trail, name, place: undefined });
    return {
      kind: 'bound',
      target: this.value(bound.target, part('bound function')),
      receiver: this.value(bound.receiver, part('bound this')),
      parameters: bound.parameters.map((parameter, index) =>
        this.value(parameter, part(`bound argument ${index}`)),
      ),
    };
  }

  /** How a value that a variable holds goes along. */
  value(value: unknown, trail: Trail): Value {
    switch (typeof value) {
      case 'undefined':
        return ['undefined'];
      case 'string':
      case 'boolean':
        return ['primitive', value];
      case 'number':
        // JSON knows neither NaN, infinities nor -0.
        return Number.isFinite(value) && !Object.is(value, -0)
          ? ['primitive', value]
          : this.#dataValue(value, trail);
      case 'symbol':
        return this.#symbol(value);
      case 'function':
        return ['function', this.add(value as AnyFunction, trail)];
      case 'object':
        return value === null ? ['primitive', null] : this.#object(value, trail);
      default:
        return this.#dataValue(value, trail);
    }
  }

  #object(value: object, trail: Trail): Value {
    if (remotePartsOf(value) !== undefined) return ['function', this.add(value as AnyFunction, trail)];
    if (types.isModuleNamespaceObject(value)) return this.#namespace(value, trail);
    const place = placeOfObject(value);
    if (place !== undefined) return ['place', place];
    const file = commonJsFileOf(value);
    if (file !== undefined && !this.modules.isEntry(fileUrl(file))) {
      this.refuseEntry(fileUrl(file), trail);
      return ['module', this.module({ how: 'require', specifier: file, parent: file }), []];
    }
    return this.#dataValue(value, trail);
  }

  #namespace(namespace: object, trail: Trail): Value {
    const specifier = moduleOfNamespace(namespace);
    if (specifier === undefined) {
      throw refusal(
        trail,
        'it is the namespace of a module, and nothing says which. Import it by a declaration ' +
          '(`import * as name from`, `const name = await import(...)`), or inside the function.',
      );
    }
    this.refuseEntry(specifier, trail);
    return ['module', this.module({ how: 'import', specifier, parent: '' }), []];
  }

  /**
   * A remote function's options. Not as data, in whose middle the remote function may stand: it is needed before all
   * data is there.
   */
  #options(value: unknown, trail: Trail): Value {
    const inner = (name: string): Trail => ({ parent: trail, name, place: undefined });
    if (Array.isArray(value))
      return ['list', value.map((item, index) => this.#options(item, inner(String(index))))];
    if (typeof value !== 'object' || value === null || Object.getPrototypeOf(value) !== Object.prototype) {
      return this.value(value, trail);
    }
    return ['members', Object.entries(value).map(([name, item]) => [name, this.#options(item, inner(name))])];
  }

  #symbol(value: symbol): Value {
    const key = describeKey(value);
    if (key !== undefined) return ['key', key];
    return ['symbol', this.symbol(value)];
  }

  /** The position of a symbol that only the shipped functions share. */
  symbol(value: symbol): number {
    let index = this.#symbols.indexOf(value);
    if (index < 0) index = this.#symbols.push(value) - 1;
    return index;
  }

  #dataValue(value: unknown, trail: Trail): Value {
    this.isStable = false;
    return ['data', this.#data.add(value, trail)];
  }

  module(record: ModuleRecord): number {
    const { specifier, parent } = record;
    const named = { ...record, specifier: originalOf(specifier), parent: originalOf(parent) };
    return intern(this.#moduleRecords, this.#moduleIndex, named);
  }

  file(file: string, isModule: boolean, sourceMapUrl: string): number {
    return intern(this.#files, this.#fileIndex, { file: originalOf(file), isModule, sourceMapUrl });
  }

  /** Throws when a worker that loads the module would run the entry script. */
  refuseEntry(url: string, trail: Trail): void {
    const chain = this.modules.chainToEntry(url);
    if (chain === undefined) return;
    const [last, ...before] = [...chain].reverse();
    const through: Trail = before
      .reverse()
      .reduce<Trail>((parent, name) => ({ parent, name, place: undefined }), trail);
    throw refusal(
      { parent: through, name: last!, place: undefined },
      `${last} is the program's entry script: a worker that imports it would run the whole program again. ` +
        'Move what both need into a file of its own.',
    );
  }

  #drafts(): CodeDraft[] {
    return this.#entries.flatMap(({ record }) => (record?.kind === 'draft' ? [record] : []));
  }

  #unit(root: number): Unit {
    const functions = this.#entries.map(({ record, fn }, index) => {
      const finished =
        record!.kind === 'draft' ? finishCode(record as CodeDraft) : (record as FunctionRecord);
      if (finished.kind === 'code' && isErrorClass(fn)) this.errorClasses.set(String(index), fn);
      return finished;
    });
    return {
      root,
      functions,
      modules: this.#moduleRecords,
      files: this.#files,
      symbols: this.#symbols.map((symbol) => symbol.description ?? null),
      prototypes: this.#data.prototypes,
    };
  }
}

function intern<Item>(items: Item[], index: Map<string, number>, item: Item): number {
  const key = JSON.stringify(item);
  let position = index.get(key);
  if (position === undefined) {
    position = items.push(item) - 1;
    index.set(key, position);
  }
  return position;
}

function describeFunction(fn: AnyFunction): string {
  return nameOf(fn) === '' ? 'a function' : `the function ${nameOf(fn)}`;
}
