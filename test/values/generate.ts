import type { Random } from './support.js';

const NUMBERS = [
  0,
  -0,
  1,
  -1,
  31,
  32,
  -32,
  -33,
  63,
  64,
  127,
  128,
  -128,
  -129,
  255,
  256,
  0x7fff,
  0x8000,
  -0x8000,
  -0x8001,
  0xffff,
  0x10000,
  0x7fffffff,
  0x80000000,
  -0x80000000,
  -0x80000001,
  0xffffffff,
  2 ** 32,
  2 ** 53,
  -(2 ** 53),
  2.5,
  -0.1,
  1e300,
  5e-324,
  Number.NaN,
  Number.POSITIVE_INFINITY,
  Number.NEGATIVE_INFINITY,
];
const STRINGS = [
  '',
  'a',
  'abcd',
  'é',
  'ÿ',
  'Ā',
  '日本語',
  '😀',
  '\ud800',
  'a\udc00b',
  '\u0000',
  '__proto__',
  'constructor',
  'hasOwnProperty',
  'toJSON',
  'length',
  '0',
  '7',
  '-1',
  '1.5',
  '4294967294',
  '4294967295',
  'then',
  'é'.repeat(40),
  '日'.repeat(30),
];
const KEYS = [...STRINGS.slice(1), 'id', 'name', 'value', 'x', 'y', 'children', 'a key'];
const VIEWS = [
  Int8Array,
  Uint8Array,
  Uint8ClampedArray,
  Int16Array,
  Uint16Array,
  Int32Array,
  Uint32Array,
  Float32Array,
  Float64Array,
  BigInt64Array,
  BigUint64Array,
];
const ERRORS = [Error, EvalError, RangeError, ReferenceError, SyntaxError, TypeError, URIError];

class Point {
  constructor(
    readonly x: unknown,
    readonly y: unknown,
  ) {}

  get sum(): unknown {
    return this.x;
  }
}
class OwnMap extends Map {}
class OwnArray extends Array {}
class OwnDate extends Date {}

type ResizableConstructor = new (byteLength: number, options: { maxByteLength: number }) => ArrayBuffer;

/**
 * Makes random values of everything that the structured clone algorithm takes and both it and the codec treat alike.
 * Objects are used again here and there, so that the graphs have cycles and shared parts.
 */
export class ValueGenerator {
  readonly #random: Random;
  #made: object[] = [];
  #buffers: ArrayBuffer[] = [];

  constructor(random: Random) {
    this.#random = random;
  }

  value(): unknown {
    this.#made = [];
    this.#buffers = [];
    return this.#any(this.#random.below(7));
  }

  #any(depth: number): unknown {
    const random = this.#random;
    if (depth === 0 || random.chance(0.3)) return this.#primitive();
    if (this.#made.length > 0 && random.chance(0.12)) return random.pick(this.#made);
    return this.#object(depth - 1);
  }

  #primitive(): unknown {
    const random = this.#random;
    switch (random.below(9)) {
      case 0:
        return undefined;
      case 1:
        return null;
      case 2:
        return random.chance(0.5);
      case 3:
        return this.#bigint();
      case 4:
      case 5:
        return this.#string();
      case 6:
        return random.below(2 ** 31) - 2 ** 30;
      case 7:
        return random.next() * 1000;
      default:
        return random.pick(NUMBERS);
    }
  }

  #bigint(): bigint {
    const bits = BigInt(this.#random.below(140));
    const edge = (1n << bits) - BigInt(this.#random.below(2));
    return this.#random.chance(0.5) ? edge : -edge;
  }

  #string(): string {
    const random = this.#random;
    if (random.chance(0.3)) return random.pick(STRINGS);
    const letters = random.pick(['abc xyz', 'äöü', 'a日', 'a\ud800']);
    let text = '';
    for (let length = random.pick([3, 12, 17, 18, 19, 31, 32, 33, 100, 300]); length > 0; length--) {
      text += letters[random.below(letters.length)];
    }
    return text;
  }

  #object(depth: number): object {
    const random = this.#random;
    switch (random.below(18)) {
      case 0:
      case 1:
      case 2:
        return this.#array(depth);
      case 3:
      case 4:
      case 5:
        return this.#fill(this.#keep({}), depth);
      case 6:
        return this.#fill(this.#keep(Object.create(null) as object), depth);
      case 7:
        return this.#records(depth);
      case 8: {
        const map = this.#keep(random.chance(0.2) ? new OwnMap() : new Map());
        for (let count = random.below(5); count > 0; count--) map.set(this.#any(depth), this.#any(depth));
        return map;
      }
      case 9: {
        const set = this.#keep(new Set());
        for (let count = random.below(5); count > 0; count--) set.add(this.#any(depth));
        return set;
      }
      case 10: {
        const time = random.pick([0, -1, 1.7e12, -8.64e15, 8.64e15, Number.NaN, 1234.0]);
        return this.#keep(random.chance(0.2) ? new OwnDate(time) : new Date(time));
      }
      case 11: {
        const expression = new RegExp(
          random.pick(['a', '[/]', '\\n(?<x>.)', '', 'é']),
          random.pick(['', 'g', 'gimsuy']),
        );
        expression.lastIndex = random.below(3);
        return this.#keep(expression);
      }
      case 12:
        return this.#keep(Object(random.pick([1, -0, 'text', '', true, false, 10n])) as object);
      case 13:
        return this.#error(depth);
      case 14:
        return this.#numbers();
      case 15:
        return this.#fill(this.#keep(new Point(this.#any(depth), this.#any(depth))), depth);
      default:
        return this.#view();
    }
  }

  #keep<T extends object>(object: T): T {
    this.#made.push(object);
    return object;
  }

  #fill<T extends object>(object: T, depth: number): T {
    for (let count = this.#random.below(6); count > 0; count--) {
      const key = this.#random.pick(KEYS);
      Object.defineProperty(object, key, {
        value: this.#any(depth),
        enumerable: this.#random.chance(0.9),
        writable: true,
        configurable: true,
      });
    }
    if (this.#random.chance(0.1)) {
      const value = this.#any(depth);
      Object.defineProperty(object, 'got', { get: () => value, enumerable: true, configurable: true });
    }
    if (this.#random.chance(0.1)) (object as Record<symbol, unknown>)[Symbol('unseen')] = 1;
    return object;
  }

  #array(depth: number): unknown[] {
    const random = this.#random;
    const array: unknown[] = this.#keep(random.chance(0.1) ? new OwnArray() : []);
    const length = random.pick([0, 1, 2, 5, 15, 16, 17, 64, 65, 70]);
    const deep = length > 10 ? Math.min(depth, 1) : depth;
    for (let index = 0; index < length; index++) array[index] = this.#any(deep);
    if (random.chance(0.2))
      for (let count = random.below(4); count > 0; count--) delete array[random.below(length + 1)];
    if (random.chance(0.1)) array.length += random.pick([1, 60, 1500, 2 ** 31]);
    if (random.chance(0.15)) {
      for (let count = random.below(3); count > 0; count--) {
        const key = random.pick(KEYS);
        // A negative or fractional "index", or one beyond all, is a property like others.
        if (key === 'length' || /^\d+$/.test(key)) continue;
        const value = this.#any(depth);
        Object.defineProperty(array, key, { value, enumerable: true, writable: true, configurable: true });
      }
    }
    return array;
  }

  /** Objects of one shape, as tables have them. */
  #records(depth: number): object[] {
    const keys = Array.from({ length: 1 + this.#random.below(5) }, () => this.#random.pick(KEYS));
    const records: object[] = this.#keep([]);
    for (let count = this.#random.below(25); count > 0; count--) {
      const record = this.#keep({});
      for (const key of keys) {
        const value = this.#any(Math.min(depth, 1));
        Object.defineProperty(record, key, { value, enumerable: true, writable: true, configurable: true });
      }
      records.push(record);
    }
    return records;
  }

  #numbers(): number[] {
    const random = this.#random;
    const integers = random.chance(0.5);
    const numbers = Array.from({ length: random.pick([15, 16, 64, 65, 200]) }, () =>
      integers ? random.below(2 ** 32) - 2 ** 31 : random.pick([random.next(), random.pick(NUMBERS)]),
    );
    return this.#keep(numbers);
  }

  #error(depth: number): Error {
    const random = this.#random;
    // V8 cannot clone an error that is part of its own cause; the tests of errors see to that.
    const outside = this.#made;
    this.#made = [];
    const error = new (random.pick(ERRORS))(this.#string());
    if (random.chance(0.1)) delete (error as Partial<Error>).message;
    if (random.chance(0.3)) error.stack = this.#string();
    if (random.chance(0.4)) {
      const cause = this.#any(depth);
      Object.defineProperty(error, 'cause', { value: cause, writable: true, configurable: true });
    }
    this.#made = [...outside, ...this.#made, error];
    return error;
  }

  #view(): object {
    const random = this.#random;
    const buffer = this.#buffer();
    if (random.chance(0.15)) return buffer;
    const resizable = (buffer as { resizable?: boolean }).resizable === true;
    if (random.chance(0.15)) {
      const offset = random.below(buffer.byteLength + 1);
      if (resizable && random.chance(0.5)) return this.#keep(new DataView(buffer, offset));
      return this.#keep(new DataView(buffer, offset, random.below(buffer.byteLength - offset + 1)));
    }
    const View = random.pick(VIEWS);
    const elements = Math.floor(buffer.byteLength / View.BYTES_PER_ELEMENT);
    const first = random.below(elements + 1);
    const offset = first * View.BYTES_PER_ELEMENT;
    // Node 20 refuses what the language allows: a rest that is no multiple of the element.
    const divides = buffer.byteLength % View.BYTES_PER_ELEMENT === 0;
    if (resizable && divides && random.chance(0.5)) return this.#keep(new View(buffer, offset));
    return this.#keep(new View(buffer, offset, random.below(elements - first + 1)));
  }

  #buffer(): ArrayBuffer {
    const random = this.#random;
    if (this.#buffers.length > 0 && random.chance(0.6)) return random.pick(this.#buffers);
    const byteLength = random.pick([0, 1, 8, 40, 64, 100, 1000, 1023, 1024, 5000, 8192]);
    const Resizable = ArrayBuffer as unknown as ResizableConstructor;
    const buffer = random.chance(0.15)
      ? new Resizable(byteLength, { maxByteLength: byteLength + random.pick([0, 8, 100]) })
      : new ArrayBuffer(byteLength);
    const bytes = new Uint8Array(buffer);
    for (let index = 0; index < byteLength; index++) bytes[index] = random.below(256);
    this.#buffers.push(buffer);
    return buffer;
  }
}
