const CHUNK_BYTES = 64 * 1024;
/** Bigger specs stand in an array of their own, so that a chunk is not kept for one of them. */
const OWN_ARRAY_BYTES = 16 * 1024;

/**
 * Keeps the encoded parts of task specs until the tasks are done: bytes one after another in shared chunks, which the
 * garbage collector takes when the last task of a chunk is gone. A queued task thus costs no ArrayBuffer of its own.
 */
export class SpecArena {
  /** Where the last `allocate` put its bytes. */
  chunk = new Uint8Array(CHUNK_BYTES);
  view = new DataView(this.chunk.buffer);
  #current = this.chunk;
  #currentView = this.view;
  #filled = 0;

  /** Room for `length` bytes, 8-byte aligned, in `chunk` (and `view`) from the returned offset. */
  allocate(length: number): number {
    if (length > OWN_ARRAY_BYTES) {
      this.chunk = new Uint8Array(length);
      this.view = new DataView(this.chunk.buffer);
      return 0;
    }
    if (this.#filled + length > CHUNK_BYTES) {
      this.#current = new Uint8Array(CHUNK_BYTES);
      this.#currentView = new DataView(this.#current.buffer);
      this.#filled = 0;
    }
    const at = this.#filled;
    this.#filled = (at + length + 7) & ~7;
    this.chunk = this.#current;
    this.view = this.#currentView;
    return at;
  }
}
