import { createHmac, type Hmac, type KeyObject, timingSafeEqual } from 'node:crypto';
import {
  codeOf,
  FIRST_RESERVED_TYPE,
  LINK_CODE_BYTES,
  LINK_PREFIX_BYTES,
  MOST_FRAME_BYTES,
  mostReserved,
} from './frames.js';

/** What came is no frame of this session. */
export class Garbage extends Error {}

export interface FrameReaderOptions {
  /** The key of what the other side sends; without one there are no codes to check (TLS does that). */
  readonly key: KeyObject | undefined;
  /** Whether the owner has a use for frames of this type. */
  knows(type: number): boolean;
  /** One whole frame whose code is right. The body is a view that is never written again. */
  onFrame(type: number, body: Uint8Array): void;
}

/**
 * Makes frames of the bytes of one direction, however they are cut. A frame that lies within one piece is handed over
 * as a view of it; any other is collected into one buffer of its size, each byte copied once.
 */
export class FrameReader {
  readonly #options: FrameReaderOptions;
  readonly #codeBytes: number;
  #stopped = false;
  /** Whole frames so far; the sequence number that the next one must have. */
  #frames = 0;
  /** All bytes so far. */
  #bytes = 0;
  readonly #prefix = Buffer.alloc(LINK_PREFIX_BYTES);
  #prefixFilled = 0;
  #type = 0;
  #length = 0;
  /** Body and code of a frame that came in pieces, and how much of them is here. */
  #body: Buffer | undefined;
  #filled = 0;
  #code: Hmac | undefined;

  constructor(options: FrameReaderOptions) {
    this.#options = options;
    this.#codeBytes = options.key === undefined ? 0 : LINK_CODE_BYTES;
  }

  get frames(): number {
    return this.#frames;
  }

  get bytes(): number {
    return this.#bytes;
  }

  /** Hands over nothing more, also of the bytes of the present call. */
  stop(): void {
    this.#stopped = true;
    this.#body = undefined;
  }

  /** Takes the next bytes, which must not be written again. Throws Garbage; what the owner throws passes through. */
  push(piece: Buffer): void {
    this.#bytes += piece.length;
    let at = 0;
    while (at < piece.length && !this.#stopped) {
      at = this.#body === undefined ? this.#begin(piece, at) : this.#collect(this.#body, piece, at);
    }
  }

  /** At the start of a frame, or within its prefix. Returns how far it came. */
  #begin(piece: Buffer, at: number): number {
    let prefix = piece;
    let prefixAt = at;
    if (this.#prefixFilled > 0 || piece.length - at < LINK_PREFIX_BYTES) {
      const count = piece.copy(this.#prefix, this.#prefixFilled, at);
      this.#prefixFilled += count;
      at += count;
      if (this.#prefixFilled < LINK_PREFIX_BYTES) return at;
      this.#prefixFilled = 0;
      prefix = this.#prefix;
      prefixAt = 0;
    } else at += LINK_PREFIX_BYTES;
    this.#readPrefix(prefix, prefixAt);
    const prefixBytes = prefix.subarray(prefixAt, prefixAt + LINK_PREFIX_BYTES);
    const { key } = this.#options;
    const end = at + this.#length;
    if (piece.length >= end + this.#codeBytes) {
      if (key !== undefined) {
        const code = codeOf(key, prefixBytes, piece.subarray(at, end));
        this.#compare(code, piece.subarray(end, end + this.#codeBytes));
      }
      this.#deliver(piece.subarray(at, end));
      return end + this.#codeBytes;
    }
    if (key !== undefined) this.#code = createHmac('sha256', key).update(prefixBytes);
    this.#body = Buffer.allocUnsafeSlow(this.#length + this.#codeBytes);
    this.#filled = 0;
    return at;
  }

  /** Within the body or the code. */
  #collect(body: Buffer, piece: Buffer, at: number): number {
    const count = piece.copy(body, this.#filled, at);
    const bodyCount = Math.min(count, Math.max(0, this.#length - this.#filled));
    if (bodyCount > 0) this.#code?.update(piece.subarray(at, at + bodyCount));
    this.#filled += count;
    if (this.#filled === body.length) {
      this.#body = undefined;
      if (this.#code !== undefined) {
        this.#compare(
          this.#code.digest().subarray(0, LINK_CODE_BYTES),
          body.subarray(this.#length, body.length),
        );
      }
      this.#deliver(body.subarray(0, this.#length));
    }
    return at + count;
  }

  /** Judges a frame by its prefix, before a byte of its body is kept. */
  #readPrefix(prefix: Buffer, at: number): void {
    const length = prefix.readUInt32LE(at);
    const type = prefix.readUInt32LE(at + 4);
    const sequence = prefix.readUInt32LE(at + 8) + prefix.readUInt32LE(at + 12) * 2 ** 32;
    if (sequence !== this.#frames) {
      throw new Garbage(`frame ${sequence} came where frame ${this.#frames} was due`);
    }
    const reserved = type >= FIRST_RESERVED_TYPE;
    const most = reserved ? mostReserved(type) : this.#options.knows(type) ? MOST_FRAME_BYTES : undefined;
    if (most === undefined) throw new Garbage(`frames of type ${type} do not exist`);
    if (length > most) throw new Garbage(`a body of ${length} bytes was announced; the limit is ${most}`);
    this.#type = type;
    this.#length = length;
  }

  #compare(code: Uint8Array, received: Uint8Array): void {
    if (!timingSafeEqual(code, received)) {
      throw new Garbage(`the bytes of frame ${this.#frames} are not those that were sent`);
    }
  }

  #deliver(body: Uint8Array): void {
    this.#frames++;
    this.#options.onFrame(this.#type, body);
  }
}
