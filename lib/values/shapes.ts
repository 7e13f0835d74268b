import { Writer } from './writer.js';

/** Objects with more keys are written with their keys: they are rather dictionaries than records. */
export const MAX_SHAPE_KEYS = 48;
/** Nor is a shape made of longer keys, in characters together: the caches keep them. */
const MAX_SHAPE_CHARACTERS = 1000;
/** Slots of the caches; a power of two. A shape that loses its slot is only written out again. */
const SLOTS = 512;

/** A key list that the encoder met more than once. */
export interface EncodedShape {
  readonly keys: readonly string[];
  /** The key list as it stands in a message: varint count, strings. */
  readonly block: Uint8Array;
  /** The message that has defined the shape already, and the shape's number there. */
  message: number;
  index: number;
}

/**
 * The key lists that this process writes. A list is written with its object when it is met for the first time; from
 * the second time on it is a shape, whose encoded form is kept.
 */
export class EncodedShapes {
  readonly #slots: (EncodedShape | undefined)[] = new Array(SLOTS).fill(undefined);
  /** Hash of the list last met in each slot. */
  readonly #met = new Int32Array(SLOTS);
  #writer: Writer | undefined;

  /** The shape of a key list; undefined if the list is met for the first time. */
  find(keys: readonly string[]): EncodedShape | undefined {
    let hash = keys.length;
    let characters = 0;
    for (let index = 0; index < keys.length; index++) {
      const key = keys[index]!;
      const { length } = key;
      const ends = length === 0 ? 0 : key.charCodeAt(0) + (key.charCodeAt(length - 1) << 8);
      hash = (Math.imul(hash, 31) + ends + length) | 0;
      characters += length;
    }
    if (characters > MAX_SHAPE_CHARACTERS) return undefined;
    const slot = (hash ^ (hash >>> 9)) & (SLOTS - 1);
    const shape = this.#slots[slot];
    if (shape !== undefined && sameKeys(shape.keys, keys)) return shape;
    if (this.#met[slot] !== hash) {
      this.#met[slot] = hash;
      return undefined;
    }
    const added = { keys, block: this.#encode(keys), message: 0, index: 0 };
    this.#slots[slot] = added;
    return added;
  }

  #encode(keys: readonly string[]): Uint8Array {
    this.#writer ??= new Writer();
    const writer = this.#writer;
    writer.position = 0;
    writer.varint(keys.length);
    for (const key of keys) writer.string(key);
    return new Uint8Array(writer.bytes.subarray(0, writer.position));
  }
}

function sameKeys(left: readonly string[], right: readonly string[]): boolean {
  if (left.length !== right.length) return false;
  for (let index = 0; index < left.length; index++) if (left[index] !== right[index]) return false;
  return true;
}

/** What a shape needs of the decoder. */
export interface ShapeReader {
  /** Reads the next value. */
  read(): unknown;
  /** Gives a new object its number, before what it holds is read. */
  remember(object: object): void;
}

/** Makes the object of a shape, and reads what it holds. */
type Construct = (reader: ShapeReader) => object;

/** Objects of one shape before a constructor is compiled for it. */
const COMPILE_AFTER = 8;

/** A key list that the decoder met. */
export class DecodedShape {
  #count = 0;
  #plain: Construct | undefined;
  #remembered: Construct | undefined;

  constructor(
    readonly keys: readonly string[],
    readonly block: Uint8Array,
  ) {}

  /** A compiled constructor; undefined while it does not pay, or where code may not be made from strings. */
  constructorFor(remembered: boolean): Construct | undefined {
    if (this.#count < COMPILE_AFTER) {
      this.#count++;
      return undefined;
    }
    if (remembered) {
      this.#remembered ??= compile(this.keys, true);
      return this.#remembered;
    }
    this.#plain ??= compile(this.keys, false);
    return this.#plain;
  }
}

let mayCompile = true;

/** An object literal has its final hidden class at once, which a loop over keys reaches in as many steps. */
function compile(keys: readonly string[], remembered: boolean): Construct | undefined {
  if (!mayCompile) return undefined;
  // `["__proto__"]` is a property like others; `"__proto__"` would set the prototype.
  const names = keys.map((key) => (key === '__proto__' ? '["__proto__"]' : JSON.stringify(key)));
  const body = remembered
    ? `const o = {${names.map((name) => `${name}: undefined`).join()}}; r.remember(o);` +
      `${keys.map((key) => assignment(key)).join('')} return o;`
    : `return {${names.map((name) => `${name}: r.read()`).join()}};`;
  try {
    return new Function('r', `"use strict"; ${body}`) as Construct;
  } catch {
    mayCompile = false; // --disallow-code-generation-from-strings
    return undefined;
  }
}

function assignment(key: string): string {
  if (key !== '__proto__') return `o[${JSON.stringify(key)}] = r.read();`;
  return 'Object.defineProperty(o, "__proto__", { value: r.read(), writable: true, enumerable: true, configurable: true });';
}

/** The key lists that this process reads, found by their bytes so that keys are seldom decoded. */
export class DecodedShapes {
  readonly #slots: (DecodedShape | undefined)[] = new Array(SLOTS).fill(undefined);

  /** The shape whose key list stands in `bytes[start, end)`; undefined if it is not known. */
  find(bytes: Uint8Array, start: number, end: number): DecodedShape | undefined {
    const known = this.#slots[slotOf(bytes, start, end)];
    return known !== undefined && sameBytes(known.block, bytes, start, end) ? known : undefined;
  }

  add(bytes: Uint8Array, start: number, end: number, keys: readonly string[]): DecodedShape {
    const shape = new DecodedShape(keys, new Uint8Array(bytes.subarray(start, end)));
    this.#slots[slotOf(bytes, start, end)] = shape;
    return shape;
  }
}

function slotOf(bytes: Uint8Array, start: number, end: number): number {
  let hash = end - start;
  for (let index = start; index < end; index++) hash = (Math.imul(hash, 31) + bytes[index]!) | 0;
  return (hash ^ (hash >>> 9)) & (SLOTS - 1);
}

function sameBytes(block: Uint8Array, bytes: Uint8Array, start: number, end: number): boolean {
  if (block.length !== end - start) return false;
  for (let index = 0; index < block.length; index++) if (block[index] !== bytes[start + index]) return false;
  return true;
}
