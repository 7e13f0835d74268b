import assert from 'node:assert/strict';
import { types } from 'node:util';

/**
 * Asserts that two values are the same graph: equal in every way that a program can see, and with the same objects
 * shared in the same places. Offsets of views in their ArrayBuffers may differ by one amount per buffer: the codec sends
 * only the part of a buffer that is used.
 */
export function assertSameGraph(actual: unknown, expected: unknown): void {
  new Comparison().compare(actual, expected, 'value');
}

class Comparison {
  readonly #expectedOf = new Map<object, object>();
  readonly #actualOf = new Map<object, object>();
  /** Offset in the expected buffer of the first byte of the actual one. */
  readonly #bases = new Map<ArrayBufferLike, number>();

  compare(actual: unknown, expected: unknown, path: string): void {
    if (typeof actual !== 'object' || actual === null || typeof expected !== 'object' || expected === null) {
      assert.ok(Object.is(actual, expected), `${path}: ${String(actual)} instead of ${String(expected)}`);
      return;
    }
    if (!this.#isNewPair(actual, expected, path)) return;
    assert.equal(Object.getPrototypeOf(actual), Object.getPrototypeOf(expected), `${path}: prototype`);
    assert.equal(innerKind(actual), innerKind(expected), `${path}: kind`);
    this.#inner(actual, expected, path);
    if (!ArrayBuffer.isView(actual)) this.#properties(actual, expected, path);
  }

  /** False for a pair that was compared before. Fails if one of the two was paired otherwise. */
  #isNewPair(actual: object, expected: object, path: string): boolean {
    const known = this.#expectedOf.get(actual);
    assert.equal(this.#actualOf.get(expected) ?? actual, actual, `${path}: was another object before`);
    assert.equal(known ?? expected, expected, `${path}: is the object of another place`);
    this.#expectedOf.set(actual, expected);
    this.#actualOf.set(expected, actual);
    return known === undefined;
  }

  #properties(actual: object, expected: object, path: string): void {
    const isError = types.isNativeError(actual);
    const keys = Reflect.ownKeys(expected);
    if (isError) assert.deepEqual(new Set(Reflect.ownKeys(actual)), new Set(keys), `${path}: keys`);
    else assert.deepEqual(Reflect.ownKeys(actual), keys, `${path}: keys and their order`);
    for (const key of keys) {
      const left = Object.getOwnPropertyDescriptor(actual, key)!;
      const right = Object.getOwnPropertyDescriptor(expected, key)!;
      assert.equal(left.enumerable, right.enumerable, `${path}.${String(key)}: enumerable`);
      this.compare(Reflect.get(actual, key), Reflect.get(expected, key), `${path}.${String(key)}`);
    }
  }

  #inner(actual: object, expected: object, path: string): void {
    if (types.isMap(actual)) {
      this.compare([...actual.entries()], [...(expected as typeof actual).entries()], `${path} (entries)`);
    } else if (types.isSet(actual)) {
      this.compare([...actual], [...(expected as typeof actual)], `${path} (values)`);
    } else if (types.isDate(actual)) {
      assert.ok(Object.is(actual.getTime(), (expected as Date).getTime()), `${path}: time`);
    } else if (types.isRegExp(actual)) {
      assert.equal(String(actual), String(expected), path);
    } else if (types.isBoxedPrimitive(actual)) {
      assert.ok(Object.is(actual.valueOf(), expected.valueOf()), `${path}: boxed`);
    } else if (ArrayBuffer.isView(actual)) {
      this.#view(actual, expected as ArrayBufferView, path);
    } else if (types.isAnyArrayBuffer(actual)) {
      this.#buffer(actual as ArrayBuffer, expected as ArrayBuffer, path);
    }
  }

  #view(actual: ArrayBufferView, expected: ArrayBufferView, path: string): void {
    assert.equal(actual.byteLength, expected.byteLength, `${path}: length`);
    this.#isNewPair(actual.buffer, expected.buffer, `${path}.buffer`);
    const base = expected.byteOffset - actual.byteOffset;
    assert.equal(this.#bases.get(actual.buffer) ?? base, base, `${path}: offset`);
    this.#bases.set(actual.buffer, base);
    assert.ok(Buffer.from(bytesOf(actual)).equals(bytesOf(expected)), `${path}: bytes`);
    const [left, right] = [actual.buffer as Resizable, expected.buffer as Resizable];
    assert.equal(left.resizable, right.resizable, `${path}: resizable`);
    if (right.resizable) this.#tracking(actual, expected, path);
  }

  #buffer(actual: ArrayBuffer, expected: ArrayBuffer, path: string): void {
    assert.equal(this.#bases.get(actual) ?? 0, 0, `${path}: offset`);
    this.#bases.set(actual, 0);
    const [left, right] = [actual as Resizable, expected as Resizable];
    assert.equal(left.resizable, right.resizable, `${path}: resizable`);
    assert.equal(left.maxByteLength, right.maxByteLength, `${path}: maximum length`);
    assert.ok(Buffer.from(actual).equals(new Uint8Array(expected)), `${path}: bytes`);
  }

  /** Both follow the length of their buffers, or neither does. */
  #tracking(actual: ArrayBufferView, expected: ArrayBufferView, path: string): void {
    const [left, right] = [actual.buffer as Resizable, expected.buffer as Resizable];
    assert.equal(left.maxByteLength, right.maxByteLength, `${path}: maximum length`);
    if (left.byteLength + 8 > left.maxByteLength) return;
    const byteLength = left.byteLength;
    left.resize(byteLength + 8);
    right.resize(byteLength + 8);
    assert.equal(actual.byteLength, expected.byteLength, `${path}: length after its buffer grew`);
    left.resize(byteLength);
    right.resize(byteLength);
  }
}

interface Resizable extends ArrayBuffer {
  readonly resizable: boolean;
  readonly maxByteLength: number;
  resize(byteLength: number): void;
}

function bytesOf({ buffer, byteOffset, byteLength }: ArrayBufferView): Uint8Array {
  return new Uint8Array(buffer, byteOffset, byteLength);
}

function innerKind(value: object): string {
  if (Array.isArray(value)) return 'Array';
  if (ArrayBuffer.isView(value)) return Object.prototype.toString.call(value);
  if (types.isNativeError(value)) return 'Error';
  for (const test of [
    'isMap',
    'isSet',
    'isDate',
    'isRegExp',
    'isBoxedPrimitive',
    'isAnyArrayBuffer',
  ] as const) {
    if (types[test](value)) return test;
  }
  return 'Object';
}
