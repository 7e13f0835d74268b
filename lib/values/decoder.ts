import { type ResizableBuffer, trackingView, VIEW_CONSTRUCTORS } from './buffers.js';
import {
  BUFFER_INLINE_ALONE,
  BUFFER_KIND,
  BUFFER_OUT_OF_BAND,
  BUFFER_RESIZABLE,
  DATA_VIEW_KIND,
  FIRST_TAG,
  FLAG_ABSENT_KEYS,
  FLAG_BACK_REFERENCES,
  FLAG_TRAILER,
  FLOAT64,
  NEGATIVE,
  SHORT_ARRAY,
  SHORT_STRING,
  VIEW_TRACKS_LENGTH,
} from './format.js';
import { Reader } from './reader.js';
import type { Registration, SerializerRegistry } from './serializers.js';
import { type DecodedShape, DecodedShapes } from './shapes.js';
import { ABSENT, malformed, READERS } from './tag-readers.js';
import type { CodecHooks } from './types.js';

/** Longer arrays are made at their length; shorter ones grow, and V8 knows then that they have no holes. */
const GROWN_LENGTH = 64;
/** Memory of longer messages is not kept from one message to the next. */
const KEPT_BYTES = 64 * 1024;
/** V8 keeps typed arrays of up to so many bytes on its heap. */
const SMALL_BYTES = 64;

/** Key lists, for all decoders of this process. */
const shapes = new DecodedShapes();
const NO_BYTES = new Uint8Array(0);

type TypedArrayConstructor = new (
  from: number | ArrayBufferLike,
  offset?: number,
  length?: number,
) => Uint8Array;

/** An ArrayBuffer of the message, as the trailer describes it. */
interface SentBuffer {
  mode: number;
  /** Offset in the original buffer of the first byte that was sent. */
  base: number;
  byteLength: number;
  maxByteLength: number;
  /** Where inline bytes start. */
  start: number;
  /** Number of the out-of-band buffer. */
  number: number;
  /** Made when it is first needed. */
  buffer: ArrayBuffer | undefined;
}

/** Decodes one message at a time. */
export class Decoder extends Reader {
  /** Serializers that this message has named, by their numbers. */
  registrations: Registration[] = [];
  #end = 0;
  #flags = 0;
  #outOfBand: readonly ArrayBuffer[] | undefined;
  /** Objects by number, if the message refers back to any. */
  #objects: unknown[] = [];
  readonly #shapes: DecodedShape[] = [];
  #buffers: SentBuffer[] = [];
  readonly #scratch = new Uint8Array(SMALL_BYTES);

  constructor(
    readonly hooks: CodecHooks,
    readonly serializers: SerializerRegistry,
  ) {
    super();
  }

  decode(
    bytes: Uint8Array,
    start: number,
    end: number,
    outOfBand: readonly ArrayBuffer[] | undefined,
  ): unknown {
    this.use(bytes);
    this.position = start + 1;
    this.#end = end;
    this.#flags = bytes[start]!;
    try {
      if (this.#flags & FLAG_TRAILER) {
        this.#outOfBand = outOfBand;
        this.#readTrailer(start);
      }
      const value = this.read();
      if (this.position !== this.#end) throw malformed();
      return value;
    } finally {
      this.#forget();
    }
  }

  #forget(): void {
    if (this.#flags !== 0) {
      this.#objects = [];
      this.#buffers = [];
      this.#outOfBand = undefined;
    }
    if (this.registrations.length > 0) this.registrations = [];
    if (this.#shapes.length > 0) this.#shapes.length = 0;
    if (this.bytes.byteLength > KEPT_BYTES) this.use(NO_BYTES);
  }

  #readTrailer(start: number): void {
    const after = this.position;
    const trailer = start + this.view.getUint32(this.#end - 4, true);
    this.position = trailer;
    for (let count = this.varint(); count > 0; count--) {
      const mode = this.byte();
      const base = this.varint();
      const byteLength = this.varint();
      const maxByteLength = mode & BUFFER_RESIZABLE ? this.varint() : byteLength;
      const leaves = (mode & ~BUFFER_RESIZABLE) === BUFFER_OUT_OF_BAND;
      const number = leaves ? this.varint() : 0;
      const start = this.position;
      this.#buffers.push({ mode, base, byteLength, maxByteLength, start, number, buffer: undefined });
      if (!leaves) this.position += byteLength;
    }
    this.#end = trailer;
    this.position = after;
  }

  read(): unknown {
    const tag = this.bytes[this.position++]!;
    if (tag < 0x80) return tag;
    if (tag === FLOAT64) return this.float64();
    if (tag < SHORT_ARRAY) return this.latin1(tag - SHORT_STRING);
    if (tag < FIRST_TAG) return this.array(tag - SHORT_ARRAY);
    if (tag >= NEGATIVE) return tag - 0x100;
    const reader = READERS[tag - FIRST_TAG];
    if (reader === undefined) throw malformed();
    return reader(this);
  }

  string(): string {
    const value = this.read();
    if (typeof value !== 'string') throw malformed();
    return value;
  }

  /** A count of things of at least `bytesEach` bytes. */
  count(bytesEach = 1): number {
    const count = this.varint();
    if (!(count * bytesEach <= this.#end - this.position)) throw malformed();
    return count;
  }

  /** Gives an object its number. */
  remember<T extends object>(object: T): T {
    if (this.#flags & FLAG_BACK_REFERENCES) this.#objects.push(object);
    return object;
  }

  /** Takes the number of an object that can be made only after what it holds. */
  reserveNumber(): number {
    return this.#flags & FLAG_BACK_REFERENCES ? this.#objects.push(undefined) - 1 : -1;
  }

  /** Gives an object the number that was taken for it. */
  keep<T>(number: number, object: T): T {
    if (number >= 0) this.#objects[number] = object;
    return object;
  }

  backReference(): unknown {
    const object = this.#objects[this.varint()];
    if (object === undefined) throw malformed();
    return object;
  }

  array(length: number): unknown[] {
    const array: unknown[] = length <= GROWN_LENGTH ? [] : new Array(length);
    this.remember(array);
    for (let index = 0; index < length; index++) {
      const element = this.read();
      if (element !== ABSENT) array[index] = element;
      else if (array.length <= index) array.length = index + 1;
    }
    return array;
  }

  integerArray(): number[] {
    const array: number[] = new Array(this.count(4));
    const { view } = this;
    for (let index = 0, at = this.position; index < array.length; index++, at += 4) {
      array[index] = view.getInt32(at, true);
    }
    this.position += array.length * 4;
    return this.remember(array);
  }

  numberArray(): number[] {
    const array: number[] = new Array(this.count(8));
    const { view } = this;
    for (let index = 0, at = this.position; index < array.length; index++, at += 8) {
      array[index] = view.getFloat64(at, true);
    }
    this.position += array.length * 8;
    return this.remember(array);
  }

  sparseArray(): unknown[] {
    const array: unknown[] = this.remember([]);
    array.length = this.varint();
    return this.entries(array);
  }

  /** Keys and values, into an object or an array. */
  entries<T extends object>(object: T): T {
    for (let count = this.count(); count > 0; count--) {
      const key = this.read();
      const value = this.read();
      if (typeof key !== 'string' && typeof key !== 'number') throw malformed();
      if (value !== ABSENT) setProperty(object, key, value);
    }
    return object;
  }

  shapeDefinition(): object {
    const length = this.count();
    const { bytes, position: start } = this;
    const end = start + length;
    let shape = shapes.find(bytes, start, end);
    if (shape === undefined) {
      const keys: string[] = [];
      for (let count = this.count(); count > 0; count--) keys.push(this.string());
      shape = shapes.add(bytes, start, end, keys);
    }
    this.position = end;
    this.#shapes.push(shape);
    return this.#shaped(shape);
  }

  shapedObject(): object {
    const shape = this.#shapes[this.varint()];
    if (shape === undefined) throw malformed();
    return this.#shaped(shape);
  }

  #shaped(shape: DecodedShape): object {
    const flags = this.#flags;
    if (!(flags & FLAG_ABSENT_KEYS)) {
      const construct = shape.constructorFor((flags & FLAG_BACK_REFERENCES) !== 0);
      if (construct !== undefined) return construct(this);
    }
    const object = this.remember({});
    for (const key of shape.keys) {
      const value = this.read();
      if (value !== ABSENT) setProperty(object, key, value);
    }
    return object;
  }

  arrayBuffer(): ArrayBuffer {
    return this.#made(this.#sentBuffer());
  }

  bufferView(): ArrayBufferView {
    const kindAndTracks = this.byte();
    const kind = kindAndTracks & ~VIEW_TRACKS_LENGTH;
    const sent = this.#sentBuffer();
    const offset = this.varint() - sent.base;
    const length = this.varint();
    if (kind === BUFFER_KIND) return Buffer.from(this.#made(sent), offset, length);
    const ViewClass = VIEW_CONSTRUCTORS[kind];
    if (ViewClass === undefined) throw new Error(`this version of Node has no view of kind ${kind}`);
    if (sent.mode === BUFFER_INLINE_ALONE && sent.byteLength <= SMALL_BYTES && kind !== DATA_VIEW_KIND) {
      return this.#smallArray(ViewClass as unknown as TypedArrayConstructor, sent.start, length);
    }
    const buffer = this.#made(sent);
    if (kindAndTracks === kind) return new ViewClass(buffer, offset, length);
    return trackingView(ViewClass, buffer as ResizableBuffer, offset);
  }

  #sentBuffer(): SentBuffer {
    const sent = this.#buffers[this.varint()];
    if (sent === undefined) throw malformed();
    return sent;
  }

  #made(sent: SentBuffer): ArrayBuffer {
    sent.buffer ??= this.#make(sent);
    return sent.buffer;
  }

  #make({ mode, byteLength, maxByteLength, start, number }: SentBuffer): ArrayBuffer {
    const resizable = (mode & BUFFER_RESIZABLE) !== 0;
    const leaves = (mode & ~BUFFER_RESIZABLE) === BUFFER_OUT_OF_BAND;
    const given = leaves ? this.#outOfBand?.[number] : undefined;
    if (leaves && given?.byteLength !== byteLength) {
      throw new Error(`out-of-band buffer ${number} of a value is missing or has the wrong length`);
    }
    if (given !== undefined && !resizable) return given;
    const bytes =
      given === undefined ? this.bytes.subarray(start, start + byteLength) : new Uint8Array(given);
    const buffer = resizable ? resizableBuffer(byteLength, maxByteLength) : new ArrayBuffer(byteLength);
    new Uint8Array(buffer).set(bytes);
    return buffer;
  }

  /** A short typed array, made on V8's heap: an ArrayBuffer of its own would cost several times as much. */
  #smallArray(ViewClass: TypedArrayConstructor, start: number, length: number): ArrayBufferView {
    const scratch = this.#scratch;
    scratch.set(this.bytes.subarray(start, start + SMALL_BYTES));
    const array = new ViewClass(length);
    array.set(new ViewClass(scratch.buffer, 0, length));
    return array;
  }
}

function setProperty(object: object, key: string | number, value: unknown): void {
  if (key === '__proto__') {
    Object.defineProperty(object, key, { value, writable: true, enumerable: true, configurable: true });
  } else (object as Record<string | number, unknown>)[key] = value;
}

function resizableBuffer(byteLength: number, maxByteLength: number): ResizableBuffer {
  const ViewClass = ArrayBuffer as unknown as new (length: number, options: object) => ResizableBuffer;
  return new ViewClass(byteLength, { maxByteLength });
}
