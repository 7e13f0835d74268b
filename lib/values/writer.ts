import { allocateBuffer, isWellFormed, type RawBuffer } from './bytes.js';
import {
  BIGINT,
  BIGINT64,
  FLOAT64,
  INT16,
  INT32,
  LATIN1,
  SHORT_STRING,
  SHORT_STRING_LIMIT,
  UINT8,
  UTF8,
  UTF16,
} from './format.js';

import { Refusal } from './refusal.js';

/** Bytes that a new writer has. */
const INITIAL_BYTES = 16 * 1024;
/** A buffer that grew beyond this is given back after the message. */
const KEPT_BYTES = 256 * 1024;
/** Positions in a message are 32-bit numbers. */
const MAX_BYTES = 2 ** 32 - 1;
/** Room that every value finds; tags, numbers and varints fit into it. */
const MARGIN = 32;
/** Up to this length a loop over the characters beats the native call. */
const LOOP_LENGTH = 18;

/** A growing buffer and the primitive values in it. */
export class Writer {
  bytes: RawBuffer = allocateBuffer(INITIAL_BYTES);
  position = 0;
  view = new DataView(this.bytes.buffer);
  /** Beyond this position the buffer grows before the next value. */
  private limit = INITIAL_BYTES - MARGIN;

  /** Makes room for `length` bytes and the margin. */
  reserve(length: number): void {
    if (this.position + length > this.limit) this.#grow(this.position + length);
  }

  #grow(end: number): void {
    const needed = end + MARGIN;
    if (needed > MAX_BYTES) {
      throw new Refusal('it is longer than 4 GiB without its buffers. Use typed arrays, or split it.');
    }
    const bytes = allocateBuffer(
      Math.min(Math.max(Math.ceil(needed * 1.5), this.bytes.length * 2), MAX_BYTES),
    );
    bytes.set(this.bytes.subarray(0, this.position));
    this.#use(bytes);
  }

  #use(bytes: RawBuffer): void {
    this.bytes = bytes;
    this.view = new DataView(bytes.buffer);
    this.limit = bytes.length - MARGIN;
  }

  /** Begins a new message in the same memory. */
  protected rewind(): void {
    this.position = 0;
    if (this.bytes.length > KEPT_BYTES) this.#use(allocateBuffer(INITIAL_BYTES));
  }

  byte(value: number): void {
    this.bytes[this.position++] = value;
  }

  /** An integer from 0 to 2^53 - 1. */
  varint(value: number): void {
    const bytes = this.bytes;
    let rest = value;
    while (rest > 0x7f) {
      bytes[this.position++] = (rest % 0x80) | 0x80;
      rest = rest > 0x7fffffff ? Math.floor(rest / 0x80) : rest >>> 7;
    }
    bytes[this.position++] = rest;
  }

  uint32(value: number): void {
    this.view.setUint32(this.position, value, true);
    this.position += 4;
  }

  float64(value: number): void {
    this.view.setFloat64(this.position, value, true);
    this.position += 8;
  }

  raw(bytes: Uint8Array): void {
    this.reserve(bytes.length);
    this.bytes.set(bytes, this.position);
    this.position += bytes.length;
  }

  number(value: number): void {
    // `-0 | 0` is 0, which equals -0.
    if ((value | 0) === value && (value !== 0 || 1 / value > 0)) this.integer(value);
    else {
      this.bytes[this.position++] = FLOAT64;
      this.view.setFloat64(this.position, value, true);
      this.position += 8;
    }
  }

  /** A 32-bit integer. */
  private integer(value: number): void {
    const bytes = this.bytes;
    if (value >= -32 && value < 128) {
      bytes[this.position++] = value; // negative ones become 0xe0..0xff
    } else if (value >= 0 && value < 256) {
      bytes[this.position++] = UINT8;
      bytes[this.position++] = value;
    } else if (value >= -0x8000 && value < 0x8000) {
      bytes[this.position++] = INT16;
      this.view.setInt16(this.position, value, true);
      this.position += 2;
    } else {
      bytes[this.position++] = INT32;
      this.view.setInt32(this.position, value, true);
      this.position += 4;
    }
  }

  bigint(value: bigint): void {
    if (BigInt.asIntN(64, value) === value) {
      this.byte(BIGINT64);
      this.view.setBigInt64(this.position, value, true);
      this.position += 8;
    } else {
      this.byte(BIGINT);
      this.byte(value < 0n ? 1 : 0);
      this.string((value < 0n ? -value : value).toString(16));
    }
  }

  string(text: string): void {
    const length = text.length;
    if (length > LOOP_LENGTH) {
      this.#longString(text);
      return;
    }
    this.reserve(length);
    const bytes = this.bytes;
    const start = this.position + 1;
    for (let index = 0; index < length; index++) {
      const unit = text.charCodeAt(index);
      if (unit > 0xff) {
        this.#longString(text);
        return;
      }
      bytes[start + index] = unit;
    }
    bytes[start - 1] = SHORT_STRING | length;
    this.position = start + length;
  }

  #longString(text: string): void {
    const length = text.length;
    const utf8Length = Buffer.byteLength(text);
    if (utf8Length === length) {
      this.reserve(length);
      if (length < SHORT_STRING_LIMIT) this.byte(SHORT_STRING | length);
      else this.#header(LATIN1, length);
      this.bytes.latin1Write(text, this.position, length);
      this.position += length;
    } else if (isWellFormed(text)) {
      this.reserve(utf8Length);
      this.#header(UTF8, utf8Length);
      this.bytes.utf8Write(text, this.position, utf8Length);
      this.position += utf8Length;
    } else {
      this.reserve(2 * length);
      this.#header(UTF16, 2 * length);
      this.bytes.ucs2Write(text, this.position, 2 * length);
      this.position += 2 * length;
    }
  }

  #header(tag: number, length: number): void {
    this.byte(tag);
    this.varint(length);
  }
}
