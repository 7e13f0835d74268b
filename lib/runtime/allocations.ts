import type { NativeStore } from '../store/native.js';
import type { EncodedValue } from '../values/types.js';

/** Room that the store keeps for what is written beside an allocated buffer: kind and length of the array. */
const META_ROOM = 512;

/** Buffers that the program fills inside the store, until they are stored or abandoned. */
export class Allocations {
  readonly #store: NativeStore;
  readonly #draftOf = new WeakMap<ArrayBufferLike, number>();

  constructor(store: NativeStore) {
    this.#store = store;
  }

  add(allocated: { draft: number; buffer: ArrayBuffer }): void {
    this.#draftOf.set(allocated.buffer, allocated.draft);
  }

  has(buffer: ArrayBufferLike): boolean {
    return this.#draftOf.has(buffer);
  }

  /**
   * When the value is one view of the whole of an allocated buffer: writes the rest of the value beside it, detaches the
   * buffer and returns the draft. Returns 0 for every other value: that one is copied, as always.
   */
  adopt(encoded: EncodedValue, flags: number): number {
    const { buffers } = encoded;
    if (buffers?.length !== 1 || encoded.contained !== undefined || encoded.end - encoded.start > META_ROOM)
      return 0;
    const view = buffers[0]!;
    const draft = this.#draftOf.get(view.buffer);
    if (draft === undefined || view.byteLength !== view.buffer.byteLength) return 0;
    this.#draftOf.delete(view.buffer);
    this.#store.finishAllocated(draft, encoded.bytes, encoded.start, encoded.end, flags);
    return draft;
  }

  abandon(buffer: ArrayBuffer): void {
    const draft = this.#draftOf.get(buffer);
    if (draft === undefined) return;
    this.#draftOf.delete(buffer);
    this.#store.abort(draft);
  }
}
