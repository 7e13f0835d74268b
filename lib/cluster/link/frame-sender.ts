import type { KeyObject } from 'node:crypto';
import type { Socket } from 'node:net';
import { CODE_BYTES, RecordCodes } from './codes.js';
import { FRAME_PREFIX_BYTES, RECORD_PREFIX_BYTES, SHARED_RECORD_BYTES } from './frames.js';

/** Shorter parts are copied together; longer ones go to the socket as they are. Longer frames have their own record. */
const COPIED_BYTES = 8 * 1024;
/** Bytes gathered before they are given to the socket without waiting for the end of the microtask queue. */
const FLUSH_BYTES = 256 * 1024;
const NO_RECORD = -1;

/** Makes bytes of the frames of one direction and gives them to the socket, many small ones in one write. */
export class FrameSender {
  readonly #socket: Socket;
  readonly #codes: RecordCodes | undefined;
  readonly #codeBytes: number;
  readonly #onWritten: () => void;
  #frames = 0;
  /** Small parts are written one after another; bytes before `#from` are with the socket, and never change again. */
  #chunk = Buffer.alloc(0);
  #from = 0;
  #to = 0;
  /** Where in the chunk the record begins that still takes frames, up to `#to`; there is always room for its code. */
  #record = NO_RECORD;
  /** Bytes that the corked socket holds since the last flush. */
  #corked = 0;
  #flushQueued = false;
  readonly #flushLater = (): void => {
    this.#flushQueued = false;
    this.flush();
  };

  /**
   * @param key of what this side sends; undefined with TLS, where nothing has codes
   * @param onWritten called whenever the kernel has taken some bytes
   */
  constructor(socket: Socket, key: KeyObject | undefined, onWritten: () => void) {
    this.#socket = socket;
    this.#codes = key && new RecordCodes(key);
    this.#codeBytes = key === undefined ? 0 : CODE_BYTES;
    this.#onWritten = onWritten;
  }

  /** Frames so far. */
  get frames(): number {
    return this.#frames;
  }

  /** Bytes that the kernel has not taken yet. */
  get bytesQueued(): number {
    return this.#socket.destroyed ? 0 : this.#socket.writableLength + this.#to - this.#from;
  }

  /** Queues one frame; `length` is the sum of its parts'. Long parts must not change until they have been sent. */
  send(type: number, length: number, parts: readonly Uint8Array[]): void {
    this.#frames++;
    if (length <= COPIED_BYTES) this.#sendSmall(type, length, parts);
    else this.#sendLong(type, length, parts);
    if (this.#to - this.#from + this.#corked >= FLUSH_BYTES) this.flush();
    else if (!this.#flushQueued) {
      this.#flushQueued = true;
      queueMicrotask(this.#flushLater);
    }
  }

  /** Gives the socket all that was queued. */
  flush(): void {
    this.#endRecord();
    this.#pass();
    if (this.#corked === 0) return;
    this.#corked = 0;
    this.#socket.uncork();
  }

  /** Puts a frame into the record that takes frames, or begins one. */
  #sendSmall(type: number, length: number, parts: readonly Uint8Array[]): void {
    const count = FRAME_PREFIX_BYTES + length;
    if (this.#record !== NO_RECORD && this.#to + count + this.#codeBytes > this.#chunk.length) {
      this.#endRecord();
    }
    if (this.#record === NO_RECORD) {
      this.#makeRoom(RECORD_PREFIX_BYTES + count + this.#codeBytes);
      this.#record = this.#to;
      this.#to += RECORD_PREFIX_BYTES;
    }
    this.#writeFramePrefix(type, length);
    for (const part of parts) this.#copy(part);
  }

  #endRecord(): void {
    const start = this.#record;
    if (start === NO_RECORD) return;
    this.#record = NO_RECORD;
    this.#chunk.writeUInt32LE(this.#to - start - RECORD_PREFIX_BYTES, start);
    if (this.#codes !== undefined) this.#copy(this.#codes.next(this.#chunk.subarray(start, this.#to)));
  }

  #sendLong(type: number, length: number, parts: readonly Uint8Array[]): void {
    this.#endRecord();
    this.#makeRoom(RECORD_PREFIX_BYTES + FRAME_PREFIX_BYTES);
    const start = this.#to;
    this.#to = this.#chunk.writeUInt32LE(FRAME_PREFIX_BYTES + length, start);
    this.#writeFramePrefix(type, length);
    const code = this.#codes?.next(this.#chunk.subarray(start, this.#to), ...parts);
    for (const part of parts) {
      if (part.length <= COPIED_BYTES) {
        this.#makeRoom(part.length);
        this.#copy(part);
      } else {
        this.#pass();
        this.#write(part);
      }
    }
    if (code === undefined) return;
    this.#makeRoom(code.length);
    this.#copy(code);
  }

  #writeFramePrefix(type: number, length: number): void {
    this.#to = this.#chunk.writeUInt32LE(length, this.#to);
    this.#to = this.#chunk.writeUInt32LE(type, this.#to);
  }

  /** Adds bytes to the chunk, which has room for them. */
  #copy(bytes: Uint8Array): void {
    this.#chunk.set(bytes, this.#to);
    this.#to += bytes.length;
  }

  /** Room for `count` bytes in the chunk, which is another one afterwards if need be. No record takes frames meanwhile. */
  #makeRoom(count: number): void {
    if (this.#to + count <= this.#chunk.length) return;
    this.#pass();
    this.#chunk = Buffer.allocUnsafeSlow(SHARED_RECORD_BYTES);
    this.#from = 0;
    this.#to = 0;
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
