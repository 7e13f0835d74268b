import type { NativeSocket, NativeStore } from '../store/native.js';

/** Bytes of the prefix of each frame: uint32 length of the body, uint32 FrameType, both little endian. */
export const FRAME_PREFIX_BYTES = 8;
/** A longer body closes the connection that it came on: no frame of ours comes near it, so it is garbage. */
export const MAX_FRAME_BYTES = 1 << 30;
/** Outgoing bytes gathered before a synchronous flush: a synchronous loop never returns to the event loop. */
const FLUSH_BYTES = 64 * 1024;
const CHUNK_BYTES = 128 * 1024;
const INBOX_BYTES = 256 * 1024;
/** Bytes taken in one turn before other sockets have theirs. */
const READ_BUDGET_BYTES = 1024 * 1024;

/** What a connection tells its owner. Both may be called from inside `pumpSockets`, that is, from synchronous code. */
export interface ConnectionHandler {
  /**
   * One whole frame: the body stands in `bytes[start, end)`. These bytes are never written again, so the handler may
   * keep a view of them; doing so keeps the whole chunk (256 KiB or one larger frame) in memory.
   */
  onFrame(type: number, bytes: Uint8Array, start: number, end: number): void;
  /** Several frames were handed over and no more have arrived yet. A place to act once for all of them. */
  onDrained?(): void;
  /** Called once, when the other side ended, the connection broke, or garbage came (then with the reason). */
  onClosed(reason: Error | undefined): void;
}

/**
 * Frames over one local stream socket, in both directions, in order.
 *
 * Outgoing frames are gathered and sent together: when 64 KiB have gathered, at the end of the current microtask
 * queue, or at `flush()`. The system calls are the addon's and never block.
 */
export class Connection {
  readonly socket: NativeSocket;
  readonly #handler: ConnectionHandler;
  #inbox = new Uint8Array(INBOX_BYTES);
  #inboxView = new DataView(this.#inbox.buffer);
  #inboxStart = 0;
  #inboxEnd = 0;
  #reading = false;
  /** The chunk being filled; `#sent` bytes of it are with the kernel already. */
  #chunk = new Uint8Array(CHUNK_BYTES);
  #chunkView = new DataView(this.#chunk.buffer);
  #filled = 0;
  #sent = 0;
  /** Whole chunks that wait before the current one because the other side does not keep up. */
  #backlog: { bytes: Uint8Array; start: number; end: number }[] = [];
  #blocked = false;
  #flushQueued = false;
  #closed = false;
  #onStore: ((store: NativeStore) => void) | undefined;
  readonly #flushLater = (): void => {
    this.#flushQueued = false;
    this.flush();
  };

  constructor(socket: NativeSocket, handler: ConnectionHandler) {
    this.socket = socket;
    this.#handler = handler;
  }

  /** Begins to hand over frames. Separate from the constructor so that the owner can finish its own first. */
  start(): void {
    this.socket.start(
      () => this.#onReadable(),
      () => this.#onWritable(),
    );
  }

  /** The first thing to arrive is the object store's descriptors. */
  expectStore(onStore: (store: NativeStore) => void): void {
    this.#onStore = onStore;
  }

  get closed(): boolean {
    return this.#closed;
  }

  /** The outgoing bytes; valid for writing between `reserve` and `commit` only. */
  get out(): Uint8Array {
    return this.#chunk;
  }

  /** Makes room for a body of `length` bytes; returns the offset in `out` at which the body is to be written. */
  reserve(length: number): number {
    const needed = FRAME_PREFIX_BYTES + length;
    if (this.#filled + needed > this.#chunk.length) this.#nextChunk(needed);
    return this.#filled + FRAME_PREFIX_BYTES;
  }

  /** Completes the frame whose body of `length` bytes was written at the reserved place. */
  commit(type: number, length: number): void {
    const at = this.#filled;
    this.#chunkView.setUint32(at, length, true);
    this.#chunkView.setUint32(at + 4, type, true);
    this.#filled = at + FRAME_PREFIX_BYTES + length;
    if (this.#filled - this.#sent >= FLUSH_BYTES) this.flush();
    else if (!this.#flushQueued) {
      this.#flushQueued = true;
      queueMicrotask(this.#flushLater);
    }
  }

  /** Queues one frame whose body exists already. */
  send(type: number, body: Uint8Array): void {
    if (this.#closed) return;
    const at = this.reserve(body.length);
    this.#chunk.set(body, at);
    this.commit(type, body.length);
  }

  /** Gives the kernel what it takes now. Never blocks; what is left goes when the socket is writable again. */
  flush(): void {
    if (this.#blocked || this.#closed) return;
    while (this.#backlog.length > 0) {
      const first = this.#backlog[0]!;
      first.start = this.#write(first.bytes, first.start, first.end);
      if (first.start < first.end) return;
      this.#backlog.shift();
    }
    if (this.#sent < this.#filled) this.#sent = this.#write(this.#chunk, this.#sent, this.#filled);
    if (this.#sent === this.#filled) {
      this.#sent = 0;
      this.#filled = 0;
    }
  }

  /** True when all that was queued is with the kernel. */
  get drained(): boolean {
    return this.#closed || (this.#backlog.length === 0 && this.#sent === this.#filled);
  }

  /**
   * Takes what the other side sent before it died, then closes. For owners that learn of a death from elsewhere and
   * want its last words first.
   */
  drainAndClose(): void {
    while (!this.#closed && this.#readOnce() > 0);
    this.#close(undefined);
  }

  /** Sends what the kernel takes, then closes without calling `onClosed`. */
  close(): void {
    if (this.#closed) return;
    this.flush();
    this.#closed = true;
    this.socket.close();
  }

  #onReadable(): void {
    let taken = 0;
    while (!this.#closed && taken < READ_BUDGET_BYTES) {
      const count = this.#readOnce();
      if (count <= 0) break;
      taken += count;
    }
  }

  /** One read and the frames it completed; the count of bytes, 0 when nothing waits, -1 at the end. */
  #readOnce(): number {
    // A handler that pumps the sockets comes back here; its bytes go behind those being parsed, which is in order.
    if (this.#onStore !== undefined) {
      let store: NativeStore | undefined;
      try {
        store = this.socket.receiveStore();
      } catch (reason) {
        this.#close(reason as Error);
        return -1;
      }
      if (store === undefined) return 0;
      this.#onStore(store);
      this.#onStore = undefined;
    }
    const room = this.#inbox.length - this.#inboxEnd;
    const count = this.socket.read(this.#inbox, this.#inboxEnd, room);
    if (count > 0) {
      this.#inboxEnd += count;
      this.#parse();
      return count;
    }
    if (count < 0) this.#close(undefined);
    return count;
  }

  #parse(): void {
    const outermost = !this.#reading;
    this.#reading = true;
    let delivered = false;
    try {
      while (!this.#closed) {
        const start = this.#inboxStart;
        const available = this.#inboxEnd - start;
        if (available < FRAME_PREFIX_BYTES) {
          this.#makeRoom(FRAME_PREFIX_BYTES);
          break;
        }
        const length = this.#inboxView.getUint32(start, true);
        if (length > MAX_FRAME_BYTES) {
          this.#close(new Error(`a frame of ${length} bytes was announced; the limit is ${MAX_FRAME_BYTES}`));
          break;
        }
        const whole = FRAME_PREFIX_BYTES + length;
        if (available < whole) {
          this.#makeRoom(whole);
          break;
        }
        const type = this.#inboxView.getUint32(start + 4, true);
        const bytes = this.#inbox;
        this.#inboxStart = start + whole;
        delivered = true;
        this.#handler.onFrame(type, bytes, start + FRAME_PREFIX_BYTES, start + whole);
      }
    } finally {
      if (outermost) this.#reading = false;
    }
    if (delivered && !this.#closed) this.#handler.onDrained?.();
  }

  /** Room for a frame of `needed` bytes from `#inboxStart`. Bytes that were handed over are never overwritten. */
  #makeRoom(needed: number): void {
    if (this.#inboxStart + needed <= this.#inbox.length && this.#inboxEnd < this.#inbox.length) return;
    const rest = this.#inbox.subarray(this.#inboxStart, this.#inboxEnd);
    const inbox = new Uint8Array(Math.max(INBOX_BYTES, needed));
    inbox.set(rest);
    this.#inbox = inbox;
    this.#inboxView = new DataView(inbox.buffer);
    this.#inboxEnd = rest.length;
    this.#inboxStart = 0;
  }

  #nextChunk(needed: number): void {
    this.flush();
    if (this.#filled + needed <= this.#chunk.length) return;
    if (this.#sent < this.#filled) {
      this.#backlog.push({ bytes: this.#chunk, start: this.#sent, end: this.#filled });
      this.#chunk = new Uint8Array(Math.max(CHUNK_BYTES, needed));
      this.#chunkView = new DataView(this.#chunk.buffer);
    } else if (needed > this.#chunk.length) {
      this.#chunk = new Uint8Array(needed);
      this.#chunkView = new DataView(this.#chunk.buffer);
    }
    this.#filled = 0;
    this.#sent = 0;
  }

  #write(bytes: Uint8Array, from: number, to: number): number {
    let at = from;
    while (at < to) {
      const count = this.socket.write(bytes, at, to - at);
      if (count === 0) {
        this.#blocked = true;
        this.socket.watchWritable(true);
        break;
      }
      // The other side is gone. Reading reports it, after the frames that it sent before it died.
      if (count < 0) return to;
      at += count;
    }
    return at;
  }

  #onWritable(): void {
    this.#blocked = false;
    this.socket.watchWritable(false);
    this.flush();
  }

  #close(reason: Error | undefined): void {
    if (this.#closed) return;
    this.#closed = true;
    this.socket.close();
    this.#handler.onClosed(reason);
  }
}
