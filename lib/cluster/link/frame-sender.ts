import { createHmac, type KeyObject } from 'node:crypto';
import type { Socket } from 'node:net';
import { LINK_CODE_BYTES, LINK_PREFIX_BYTES, writePrefix } from './frames.js';

/** Shorter parts are copied together; longer ones go to the socket as they are. */
const COPIED_BYTES = 8 * 1024;
const CHUNK_BYTES = 64 * 1024;
/** Bytes gathered before they are given to the socket without waiting for the end of the microtask queue. */
const FLUSH_BYTES = 256 * 1024;

/** Makes bytes of the frames of one direction and gives them to the socket, many small ones in one write. */
export class FrameSender {
  readonly #socket: Socket;
  readonly #key: KeyObject | undefined;
  readonly #codeBytes: number;
  readonly #onWritten: () => void;
  #sequence = 0;
  /** Small parts are written one after another; bytes before `#from` are with the socket, and never change again. */
  #chunk = Buffer.alloc(0);
  #from = 0;
  #to = 0;
  /** Bytes that the corked socket holds since the last flush. */
  #corked = 0;
  #flushQueued = false;
  readonly #flushLater = (): void => {
    this.#flushQueued = false;
    this.flush();
  };

  /** @param onWritten called whenever the kernel has taken some bytes */
  constructor(socket: Socket, key: KeyObject | undefined, onWritten: () => void) {
    this.#socket = socket;
    this.#key = key;
    this.#codeBytes = key === undefined ? 0 : LINK_CODE_BYTES;
    this.#onWritten = onWritten;
  }

  /** Frames so far. */
  get frames(): number {
    return this.#sequence;
  }

  /** Bytes that the kernel has not taken yet. */
  get bytesQueued(): number {
    return this.#socket.destroyed ? 0 : this.#socket.writableLength + this.#to - this.#from;
  }

  /** Queues one frame; `length` is the sum of its parts'. Long parts must not change until they have been sent. */
  send(type: number, length: number, parts: readonly Uint8Array[]): void {
    const at = this.#reserve(LINK_PREFIX_BYTES);
    writePrefix(this.#chunk, at, length, type, this.#sequence++);
    if (length <= COPIED_BYTES) this.#sendSmall(at, length, parts);
    else this.#sendBig(at, parts);
    if (this.#to - this.#from + this.#corked >= FLUSH_BYTES) this.flush();
    else if (!this.#flushQueued) {
      this.#flushQueued = true;
      queueMicrotask(this.#flushLater);
    }
  }

  /** Gives the socket all that was queued. */
  flush(): void {
    this.#pass();
    if (this.#corked === 0) return;
    this.#corked = 0;
    this.#socket.uncork();
  }

  #sendSmall(start: number, length: number, parts: readonly Uint8Array[]): void {
    // The prefix was the last thing written: reserving the rest may have to move it to a new chunk.
    start = this.#extend(start, length + this.#codeBytes);
    let at = start + LINK_PREFIX_BYTES;
    for (const part of parts) {
      this.#chunk.set(part, at);
      at += part.length;
    }
    if (this.#key !== undefined) {
      const code = createHmac('sha256', this.#key).update(this.#chunk.subarray(start, at)).digest();
      code.copy(this.#chunk, at, 0, LINK_CODE_BYTES);
    }
  }

  #sendBig(start: number, parts: readonly Uint8Array[]): void {
    const code = this.#key === undefined ? undefined : createHmac('sha256', this.#key);
    code?.update(this.#chunk.subarray(start, start + LINK_PREFIX_BYTES));
    for (const part of parts) {
      code?.update(part);
      if (part.length <= COPIED_BYTES) this.#copy(part);
      else {
        this.#pass();
        this.#write(part);
      }
    }
    if (code !== undefined) this.#copy(code.digest().subarray(0, LINK_CODE_BYTES));
  }

  #copy(bytes: Uint8Array): void {
    const at = this.#reserve(bytes.length);
    this.#chunk.set(bytes, at);
  }

  /** Room for `count` bytes in the chunk, which may be another one afterwards; returns where. */
  #reserve(count: number): number {
    if (this.#to + count > this.#chunk.length) {
      this.#pass();
      this.#chunk = Buffer.allocUnsafeSlow(CHUNK_BYTES);
      this.#from = 0;
      this.#to = 0;
    }
    const at = this.#to;
    this.#to += count;
    return at;
  }

  /** Room for `count` bytes right after the prefix at `start`; returns where the prefix stands then. */
  #extend(start: number, count: number): number {
    if (this.#to + count <= this.#chunk.length) {
      this.#to += count;
      return start;
    }
    const prefix = this.#chunk.subarray(start, this.#to);
    this.#to = start;
    const moved = this.#reserve(prefix.length + count);
    this.#chunk.set(prefix, moved);
    return moved;
  }

  /** Gives the corked socket what stands in the chunk. */
  #pass(): void {
    if (this.#from === this.#to) return;
    const bytes = this.#chunk.subarray(this.#from, this.#to);
    this.#from = this.#to;
    this.#write(bytes);
  }

  #write(bytes: Uint8Array): void {
    if (this.#corked === 0) this.#socket.cork();
    this.#corked += bytes.length;
    this.#socket.write(bytes, this.#onWritten);
  }
}
