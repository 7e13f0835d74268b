import { type KeyObject, timingSafeEqual } from 'node:crypto';
import { CODE_BYTES, RecordCodes } from './codes.js';
import {
  FIRST_RESERVED_TYPE,
  FRAME_PREFIX_BYTES,
  MOST_FRAME_BYTES,
  MOST_RECORD_BYTES,
  mostReserved,
  RECORD_PREFIX_BYTES,
  SHARED_RECORD_BYTES,
} from './frames.js';
import { giveSpare, takeSpare } from './spare-memory.js';

/** The prefixes of a record and of its first frame. */
const PREFIXES_BYTES = RECORD_PREFIX_BYTES + FRAME_PREFIX_BYTES;
/** No fewer bytes are asked for at once, and no more behind a long record: what comes then may be the next long one. */
const LEAST_READ_BYTES = 4 * 1024;

/** What came is no frame of this session. */
export class Garbage extends Error {}

export interface FrameReaderOptions {
  /** The key of what the other side sends; without one there are no codes to check (TLS does that). */
  readonly key: KeyObject | undefined;
  /** Whether the owner has a use for frames of this type. */
  knows(type: number): boolean;
  /** Whether the owner is done with the body of such a frame when its `onFrame` returns. */
  borrows(type: number): boolean;
  /** One whole frame, of a record whose code is right. The body is never written again, unless it is borrowed. */
  onFrame(type: number, body: Uint8Array): void;
}

/** A record that does not fit into the rest of the chunk: a buffer of its own, and how much of it is here. */
interface OwnRecord {
  readonly buffer: Buffer;
  readonly total: number;
  filled: number;
  /** The buffer may be used again. */
  readonly borrowed: boolean;
}

/**
 * Makes frames of the bytes of one direction, however they are cut. It says where the next bytes are to be put and is told
 * how many came, so that the kernel can write them to their place: small records side by side into a chunk, each long one
 * into a buffer of its own. Only what was read of a long record together with others' is copied.
 */
export class FrameReader {
  readonly #options: FrameReaderOptions;
  readonly #codes: RecordCodes | undefined;
  readonly #codeBytes: number;
  #stopped = false;
  #records = 0;
  #frames = 0;
  #bytes = 0;
  /** Up to `#start` it has been handed over, and may be kept by the owner; up to `#end` it is filled. */
  #chunk = Buffer.alloc(0);
  #start = 0;
  #end = 0;
  #own: OwnRecord | undefined;
  #afterLong = false;

  constructor(options: FrameReaderOptions) {
    this.#options = options;
    this.#codes = options.key && new RecordCodes(options.key);
    this.#codeBytes = options.key === undefined ? 0 : CODE_BYTES;
  }

  /** Whole frames so far. */
  get frames(): number {
    return this.#frames;
  }

  /** All bytes so far. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Hands over nothing more, also of the bytes of the present call. */
  stop(): void {
    this.#stopped = true;
    this.#own = undefined;
    this.#start = this.#end;
  }

  /** Where the next bytes are to be put: one or more. It changes with each `filled` and `push`. */
  space(): Buffer {
    const own = this.#own;
    if (own !== undefined) return own.buffer.subarray(own.filled, own.total);
    if (this.#chunk.length - this.#end < LEAST_READ_BYTES) {
      const chunk = Buffer.allocUnsafeSlow(SHARED_RECORD_BYTES);
      this.#end = this.#chunk.copy(chunk, 0, this.#start, this.#end);
      this.#start = 0;
      this.#chunk = chunk;
    }
    const most = this.#afterLong ? this.#end + LEAST_READ_BYTES : this.#chunk.length;
    return this.#chunk.subarray(this.#end, most);
  }

  /**
   * Takes the first `count` bytes of the space, which must not be written again. Throws Garbage; what the owner throws
   * passes through. Once it has thrown, or was stopped, what comes means nothing.
   */
  filled(count: number): void {
    this.#bytes += count;
    if (this.#stopped) return;
    const own = this.#own;
    if (own === undefined) {
      this.#end += count;
      this.#takeRecords();
    } else {
      own.filled += count;
      if (own.filled === own.total) this.#takeOwn(own);
    }
  }

  /** Takes bytes that lie elsewhere. Throws as `filled` does. */
  push(bytes: Uint8Array): void {
    for (let at = 0; at < bytes.length && !this.#stopped; ) {
      const space = this.space();
      const count = Math.min(space.length, bytes.length - at);
      space.set(bytes.subarray(at, at + count));
      at += count;
      this.filled(count);
    }
  }

  #takeRecords(): void {
    const chunk = this.#chunk;
    while (!this.#stopped) {
      const start = this.#start;
      const here = this.#end - start;
      // A record has a frame at least.
      if (here < PREFIXES_BYTES) return;
      const length = chunk.readUInt32LE(start);
      if (length < FRAME_PREFIX_BYTES || length > MOST_RECORD_BYTES) {
        const limits = `from ${FRAME_PREFIX_BYTES} to ${MOST_RECORD_BYTES} are allowed`;
        throw new Garbage(`a record of ${length} bytes was announced; ${limits}`);
      }
      const total = RECORD_PREFIX_BYTES + length + this.#codeBytes;
      if (here >= total) {
        this.#start += total;
        this.#afterLong = false;
        this.#open(chunk.subarray(start, start + total));
      } else {
        if (start + total > chunk.length) this.#beginOwn(start, here, total);
        return;
      }
    }
  }

  /** Moves the beginning of a record to a buffer for the whole of it. */
  #beginOwn(start: number, here: number, total: number): void {
    const borrowed =
      total > SHARED_RECORD_BYTES && this.#options.borrows(this.#chunk.readUInt32LE(start + 8));
    const buffer = borrowed ? takeSpare(total) : Buffer.allocUnsafeSlow(total);
    this.#chunk.copy(buffer, 0, start, start + here);
    this.#own = { buffer, total, filled: here, borrowed };
    // Nobody saw it here: the next bytes may take its place.
    this.#end = start;
  }

  #takeOwn({ buffer, total, borrowed }: OwnRecord): void {
    this.#own = undefined;
    this.#afterLong = total > SHARED_RECORD_BYTES;
    this.#open(buffer.subarray(0, total));
    if (borrowed) giveSpare(buffer);
  }

  /** Checks the code of a whole record, then hands over its frames. */
  #open(record: Buffer): void {
    const end = record.length - this.#codeBytes;
    if (this.#codes !== undefined) {
      const code = this.#codes.next(record.subarray(0, end));
      if (!timingSafeEqual(code, record.subarray(end))) {
        const what = `record ${this.#records} is not the one that was sent`;
        throw new Garbage(`${what}: its bytes were changed, or one was repeated or left out`);
      }
    }
    this.#records++;
    for (let at = RECORD_PREFIX_BYTES; at < end && !this.#stopped; ) {
      if (end - at < FRAME_PREFIX_BYTES) throw new Garbage('a record ended within the prefix of a frame');
      // Its memory is borrowed, or not, by the type of the first.
      if (at > RECORD_PREFIX_BYTES && record.length > SHARED_RECORD_BYTES)
        throw new Garbage('a long record had more than one frame');
      const length = record.readUInt32LE(at);
      const type = record.readUInt32LE(at + 4);
      at += FRAME_PREFIX_BYTES;
      this.#judge(type, length, end - at);
      this.#frames++;
      this.#options.onFrame(type, record.subarray(at, at + length));
      at += length;
    }
  }

  #judge(type: number, length: number, here: number): void {
    const reserved = type >= FIRST_RESERVED_TYPE;
    const most = reserved ? mostReserved(type) : this.#options.knows(type) ? MOST_FRAME_BYTES : undefined;
    if (most === undefined) throw new Garbage(`frames of type ${type} do not exist`);
    if (length > most) throw new Garbage(`a body of ${length} bytes was announced; the limit is ${most}`);
    if (length > here) throw new Garbage(`a body of ${length} bytes was announced in a record of ${here}`);
  }
}
