import type { ObjectBegin } from '../protocol/generated/peers.js';
import type { Runtime } from '../runtime/runtime.js';
import { idsOf } from './peer-frames.js';
import { roomFor } from './room.js';

/** Smaller objects are sent without being asked for, and gathered on the heap. */
export const SMALL_BYTES = 1024 * 1024;
/** What the store can write behind a buffer that was filled in place. */
const MOST_META_IN_PLACE = 512;

/** An object that has arrived: a draft in the store, to be completed or aborted by whoever takes it. */
export interface ReceivedObject {
  readonly draft: number;
  readonly flags: number;
  /** The encoded value, of an error that has no buffers and refers to nothing: it may be wanted outside of the store. */
  readonly error: Uint8Array | undefined;
}

/** Bytes of one buffer of an object. */
export interface Piece {
  readonly buffer: number;
  readonly offset: number;
  readonly bytes: Uint8Array;
}

/** One object on its way here: its description, and its bytes in the order of its buffers as they come. */
export class IncomingObject {
  readonly meta: Uint8Array;
  readonly flags: number;
  readonly lengths: readonly number[];
  /** Handles here of the objects that it contains, held until it is finished or aborted. */
  readonly contained: readonly number[];
  /** Bytes of all buffers. */
  readonly total: number;
  readonly #runtime: Runtime;
  readonly #containedIds: Uint8Array;
  readonly #evict: () => void;
  #held: readonly number[];
  #buffers: Uint8Array[] = [];
  /** The draft whose memory is filled in place; 0 when the buffers are copied at the end. */
  #draft = 0;
  #position = 0;
  #over = false;

  /**
   * @param replicaOf the handle here of an object that it contains
   * @param evict drops copies that are kept here, when there is no room
   * @throws ObjectStoreFullError when it can never fit
   */
  constructor(
    runtime: Runtime,
    begin: ObjectBegin,
    replicaOf: (id: Uint8Array) => number,
    evict: () => void,
  ) {
    this.#runtime = runtime;
    this.#evict = evict;
    this.meta = begin.metaArray()?.slice() ?? new Uint8Array(0);
    this.flags = begin.flags();
    this.lengths = lengthsOf(begin);
    this.total = this.lengths.reduce((sum, length) => sum + length, 0);
    if (!Number.isSafeInteger(this.total) || this.lengths.some((length) => !(length >= 0)))
      throw new RangeError('an object with impossible buffers');
    if (this.total > runtime.store.arenaBytes) throw runtime.values.noRoom(this.total);
    this.#containedIds = begin.containedArray()?.slice() ?? new Uint8Array(0);
    this.contained = idsOf(this.#containedIds).map(replicaOf);
    this.#held = this.contained.filter((handle) => runtime.store.hold(handle));
    if (this.small) this.#buffers = this.lengths.map((length) => new Uint8Array(length));
  }

  /** Its chunks come at once. */
  get small(): boolean {
    return this.total < SMALL_BYTES;
  }

  /** Bytes that are here. */
  get position(): number {
    return this.#position;
  }

  get complete(): boolean {
    return this.#position === this.total;
  }

  /** Finished or aborted: there is nothing to read here any more. */
  get over(): boolean {
    return this.#over;
  }

  /** Whether another source means the same object, so that it can go on with it. */
  matches(begin: ObjectBegin): boolean {
    const lengths = lengthsOf(begin);
    return (
      begin.flags() === this.flags &&
      lengths.length === this.lengths.length &&
      lengths.every((length, index) => length === this.lengths[index]) &&
      Buffer.compare(begin.metaArray() ?? new Uint8Array(0), this.meta) === 0 &&
      Buffer.compare(begin.containedArray() ?? new Uint8Array(0), this.#containedIds) === 0
    );
  }

  /**
   * Gets memory for an object that is not small: a single buffer is received into the store's own, others on the heap.
   * @throws ObjectStoreFullError
   */
  async reserve(): Promise<void> {
    const [length] = this.lengths as [number];
    const inPlace =
      this.lengths.length === 1 && this.meta.length <= MOST_META_IN_PLACE && this.contained.length === 0;
    if (!inPlace) {
      this.#buffers = this.lengths.map((each) => new Uint8Array(each));
      return;
    }
    const { store } = this.#runtime;
    const { draft, buffer } = await roomFor(this.#runtime, length, () => store.allocate(length), this.#evict);
    if (this.#over) {
      store.abort(draft);
      return;
    }
    this.#draft = draft;
    this.#buffers = [new Uint8Array(buffer)];
  }

  /** A small object comes from its beginning again, from another source. */
  restart(): void {
    this.#position = 0;
  }

  /** @throws RangeError for bytes that are not the next */
  add(buffer: number, offset: number, bytes: Uint8Array): void {
    const target = this.#buffers[buffer];
    const place = target && placeOf(this.lengths, this.#position);
    if (place?.buffer !== buffer || place.offset !== offset || offset + bytes.length > target!.length)
      throw new RangeError('a chunk that is not the next');
    target!.set(bytes, offset);
    this.#position += bytes.length;
  }

  /**
   * A copy of bytes that are here, for one more node; undefined when there are none from that position on. A copy, as the memory is no
   * longer this object's once it is finished.
   */
  read(position: number, most: number): Piece | undefined {
    // With its runtime its memory is gone.
    if (this.#over || this.#runtime.ended !== undefined || position >= this.#position) return undefined;
    const { buffer, offset } = placeOf(this.lengths, position);
    const end = Math.min(offset + most, offset + this.#position - position, this.lengths[buffer]!);
    // Not cleared first: it is filled at once.
    const bytes = Buffer.allocUnsafeSlow(end - offset);
    bytes.set(this.#buffers[buffer]!.subarray(offset, end));
    return { buffer, offset, bytes };
  }

  /**
   * The draft, once it is complete; itself, when the store has room at once.
   * @throws ObjectStoreFullError, also as a rejection; why the runtime has ended
   */
  finish(): ReceivedObject | Promise<ReceivedObject> {
    const { store } = this.#runtime;
    const { flags, meta } = this;
    if (this.#draft !== 0) {
      const draft = this.#draft;
      this.#draft = 0;
      store.finishAllocated(draft, meta, 0, meta.length, flags);
      return this.#finished(draft);
    }
    const buffers = this.#buffers.length === 0 ? undefined : this.#buffers;
    const contained = this.contained.length === 0 ? undefined : this.contained;
    const attempt = (): number | undefined =>
      store.draft(meta, 0, meta.length, buffers, contained, flags) || undefined;
    const draft = roomFor(this.#runtime, this.total + meta.length, attempt, this.#evict);
    return typeof draft === 'number' ? this.#finished(draft) : draft.then((each) => this.#finished(each));
  }

  /** The rest will not come, or is not wanted. Does nothing when it is over. */
  abort(): void {
    if (this.#over) return;
    if (this.#draft !== 0) this.#runtime.store.abort(this.#draft);
    this.#draft = 0;
    this.#end();
  }

  #finished(draft: number): ReceivedObject {
    const { flags, meta } = this;
    const plainError = (flags & 1) !== 0 && this.lengths.length === 0 && this.contained.length === 0;
    this.#end();
    return { draft, flags, error: plainError ? meta : undefined };
  }

  #end(): void {
    this.#over = true;
    this.#buffers = [];
    for (const handle of this.#held) this.#runtime.store.release(handle);
    this.#held = [];
  }
}

/** One by one: as an array they would have to be aligned. */
function lengthsOf(begin: ObjectBegin): number[] {
  return Array.from({ length: begin.buffersLength() }, (_, index) => begin.buffers(index)!);
}

/** The buffer and the offset in it of a position below the sum of all lengths. */
export function placeOf(lengths: readonly number[], position: number): { buffer: number; offset: number } {
  let buffer = 0;
  let offset = position;
  while (offset >= lengths[buffer]!) offset -= lengths[buffer++]!;
  return { buffer, offset };
}
