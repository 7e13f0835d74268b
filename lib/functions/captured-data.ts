import { types } from 'node:util';
import { SerializationError } from '../errors/index.js';
import { BOXED, DATE, ERROR, MAP, OBJECT, REGEXP, SET, SHAPE_DEFINITION } from '../values/format.js';
import { privateMemberOf } from './class-capture.js';
import type { Value } from './payload.js';
import { labelOf, refusal, type Trail } from './trail.js';
import { type AnyFunction, type DataEncoder, remotePartsOf } from './types.js';

/** What captured data needs of the functions that go along. */
export interface DataOwner {
  add(fn: AnyFunction, trail: Trail): number;
  value(value: unknown, trail: Trail): Value;
}

/** Captured data in the form that travels. */
export interface EncodedCapture {
  readonly bytes: Uint8Array;
  readonly buffers: readonly ArrayBufferView[];
  readonly contained: readonly number[];
}

/** Codec tags of objects of which the codec keeps the contents, and no class. Others arrive as what they are. */
const TAKEN_APART: ReadonlySet<number> = new Set([
  OBJECT,
  SHAPE_DEFINITION,
  MAP,
  SET,
  DATE,
  REGEXP,
  BOXED,
  ERROR,
]);

/**
 * The data that some functions captured. It is encoded as one value, so that what is shared or cyclic stays so. Objects
 * of the program's own classes keep their class here: the class goes along as any function does, and the object is
 * given its prototype when it has arrived.
 */
export class CapturedData {
  readonly #encoder: DataEncoder;
  readonly #owner: DataOwner;
  readonly #roots: unknown[] = [];
  readonly #trails: Trail[] = [];
  readonly #indexOf = new Map<unknown, number>();
  /** Serializers of classes that go along: what they made is read by them. */
  readonly #serializers = new Set<unknown>();
  /** How many of the roots were searched. */
  #searched = 0;
  readonly #seen = new Set<object>();
  /** In which root each function was found first. */
  readonly #holders = new Map<AnyFunction, number>();
  /** Objects of classes, and properties of theirs that the codec leaves out. */
  readonly #objects: object[] = [];
  readonly #extras: (object | undefined)[] = [];
  /** For each of them what its prototype is: that of a class, or the value itself. */
  readonly prototypes: Value[] = [];
  /** For prototypes met; null where the codec knows better. */
  readonly #prototypes = new Map<object, Value | null>();

  constructor(encoder: DataEncoder, owner: DataOwner) {
    this.#encoder = encoder;
    this.#owner = owner;
  }

  /** Takes a value along, and gives its position. */
  add(value: unknown, trail: Trail): number {
    let index = this.#indexOf.get(value);
    if (index === undefined) {
      index = this.#roots.push(value) - 1;
      this.#indexOf.set(value, index);
      this.#trails.push(trail);
    }
    return index;
  }

  /** Takes along what the codec hangs on a class that it has a serializer for. */
  addSerializer(registration: unknown): void {
    this.#serializers.add(registration);
  }

  /** The way to the variable in whose value a function stands. */
  holderOf(fn: AnyFunction): Trail | undefined {
    const index = this.#holders.get(fn);
    return index === undefined ? undefined : this.#trails[index];
  }

  /** Functions that the data holds reach their graph while this runs. */
  encode(): EncodedCapture | undefined {
    if (this.#roots.length === 0) return undefined;
    for (; this.#searched < this.#roots.length; this.#searched++) this.#search(this.#searched);
    try {
      const { bytes, start, end, buffers, contained } = this.#encoder.encode([
        [...this.#serializers],
        this.#roots,
        this.#objects,
        this.#extras,
      ]);
      // Copies, as the encoder uses its memory again.
      return {
        bytes: new Uint8Array(bytes.subarray(start, end)),
        buffers: [...(buffers ?? [])],
        contained: [...(contained ?? [])],
      };
    } catch (error) {
      throw error instanceof SerializationError ? this.#blame(error) : error;
    }
  }

  /** The same error, with the way to the variable whose value cannot be encoded. */
  #blame(whole: SerializationError): SerializationError {
    for (const [index, value] of this.#roots.entries()) {
      const trail = this.#trails[index]!;
      try {
        this.#encoder.encode(value, trail.name);
      } catch (error) {
        if (!(error instanceof SerializationError)) continue;
        return refusal({ ...trail, name: error.path }, error.reason, { cause: error });
      }
    }
    return whole;
  }

  /** Looks for functions and for objects of classes in one of the roots. */
  #search(root: number): void {
    const waiting: unknown[] = [this.#roots[root]];
    while (waiting.length > 0) {
      const value = waiting.pop();
      if (typeof value === 'function') {
        if (!this.#holders.has(value as AnyFunction)) this.#holders.set(value as AnyFunction, root);
        continue;
      }
      if (typeof value !== 'object' || value === null || this.#seen.has(value)) continue;
      this.#seen.add(value);
      if (!this.#arrivesInParts(value, root)) continue;
      const parts = partsOf(value);
      // Backwards, so that what comes first is met first.
      for (let at = parts.length - 1; at >= 0; at--) {
        const part = parts[at];
        if (typeof part === 'object' || typeof part === 'function') waiting.push(part);
      }
    }
  }

  /** Whether the codec looks into an object; notes it if it belongs to a class of the program. */
  #arrivesInParts(value: object, root: number): boolean {
    if (ArrayBuffer.isView(value) || types.isAnyArrayBuffer(value) || types.isProxy(value)) return false;
    const prototype = Object.getPrototypeOf(value) as object | null;
    if (prototype === null || isBuiltInPrototype(prototype)) return true;
    let known = this.#prototypes.get(prototype);
    if (known === undefined) {
      known = this.#keepsWhole(value) ? null : this.#prototypeValue(prototype, root);
      this.#prototypes.set(prototype, known);
    }
    if (known === null) return false;
    this.#objects.push(value);
    this.#extras.push(hasPlainForm(value) ? undefined : { ...value });
    this.prototypes.push(known);
    return true;
  }

  #keepsWhole(value: object): boolean {
    if (remotePartsOf(value) !== undefined) return true;
    try {
      const { bytes, start } = this.#encoder.encode(value);
      return !Array.isArray(value) && !TAKEN_APART.has(bytes[start + 1]!);
    } catch {
      return true; // Encoding all of it will tell why.
    }
  }

  #prototypeValue(prototype: object, root: number): Value | null {
    const { constructor: cls } = prototype as { constructor?: unknown };
    const parent = this.#trails[root]!;
    if (typeof cls !== 'function' || cls.prototype !== prototype) {
      return this.#owner.value(prototype, { parent, name: 'prototype', place: undefined });
    }
    // Objects of native classes are what they are by more than their prototype.
    if (/\[native code\]\s*\}\s*$/.test(Function.prototype.toString.call(cls))) return null;
    const trail: Trail = { parent, name: labelOf(cls as AnyFunction), place: undefined };
    const privateMember = privateMemberOf(cls as AnyFunction);
    if (privateMember !== undefined) {
      throw refusal(
        trail,
        `objects of this class have private members (${privateMember}), which cannot be taken out of them. Register a ` +
          'serializer for the class (mobula.registerSerializer), or make the object inside the function.',
      );
    }
    return ['function', this.#owner.add(cls as AnyFunction, trail)];
  }
}

const BUILT_IN_PROTOTYPES: ReadonlySet<object> = new Set(
  [
    Object,
    Array,
    Map,
    Set,
    Date,
    RegExp,
    Error,
    EvalError,
    RangeError,
    ReferenceError,
    SyntaxError,
    TypeError,
    URIError,
  ]
    .concat([AggregateError, Boolean, Number, String, BigInt, Promise, WeakMap, WeakSet, WeakRef] as never)
    .map((cls) => cls.prototype as object),
);

/** Whether an object of this prototype is of a class of the language. */
export function isBuiltInPrototype(prototype: object): boolean {
  return BUILT_IN_PROTOTYPES.has(prototype);
}

/** Whether the codec sends all enumerable properties of an object. */
function hasPlainForm(value: object): boolean {
  return !(
    types.isMap(value) ||
    types.isSet(value) ||
    types.isDate(value) ||
    types.isRegExp(value) ||
    types.isBoxedPrimitive(value)
  );
}

/** What an object holds that may be a function or an object. */
function partsOf(value: object): unknown[] {
  const parts: unknown[] = Array.isArray(value) ? value : Object.values(value);
  if (types.isMap(value)) return [...[...value].flat(), ...parts];
  if (types.isSet(value)) return [...value, ...parts];
  return value instanceof Error ? [value.cause, ...parts] : parts;
}
