import {
  type MobulaError,
  ObjectFreedError,
  ObjectStoreFullError,
  OwnerDiedError,
  type StoreHolder,
} from '../errors/index.js';
import { collectGarbage, type NativeStore, pumpSockets } from '../store/native.js';
import type { Codec, EncodedValue } from '../values/types.js';
import { Allocations } from './allocations.js';

/** Flag of an object whose value is an encoded error. */
export const ERROR_FLAG = 1;
/** Flag of an error that the raylet left, which knows no codec: the meta is the text of who died. */
const OWNER_DIED_FLAG = 2;
/** Values up to this size are read through one reused buffer. */
const SCRATCH_BYTES = 64 * 1024;
/** How often the blocked thread looks for room, milliseconds. */
const SPACE_POLL_MILLISECONDS = 2;

/** What `ObjectState` numbers mean, see `NativeStore.state`. */
export const ObjectState = { Gone: 0, Pending: 1, Value: 2, Error: 3 } as const;

/** Thrown by `read` when the object is an error: tells it from errors of reading. */
export class StoredFailure {
  constructor(readonly error: unknown) {}
}

/** What writing into a full store needs. */
export interface SpacePort {
  /** Milliseconds that a full store is waited for. */
  readonly fullTimeout: number;
  /** Asks every process of the node to drop what its garbage collector can find. */
  requestCollection(bytes: number): void;
  /** Takes what `NativeStore.sweep` reports. */
  dropped(handles: Float64Array): void;
  /** Names of the processes, for the error. */
  nameOf(pid: number): string;
}

/** Values in and out of the object store: encoding, room, decoding. */
export class ObjectValues {
  readonly #store: NativeStore;
  readonly #codec: Codec;
  readonly #port: SpacePort;
  readonly #allocations: Allocations;
  readonly #scratch = new Uint8Array(SCRATCH_BYTES);
  #counter = 0;
  #reads = 0;

  constructor(store: NativeStore, codec: Codec, port: SpacePort) {
    this.#store = store;
    this.#allocations = new Allocations(store);
    this.#codec = codec;
    this.#port = port;
  }

  get codec(): Codec {
    return this.#codec;
  }

  /** Changes with everything that is stored, read or submitted here. */
  get activity(): number {
    return this.#counter + this.#reads;
  }

  /** The number of the next object or task of this process; part of its id. */
  nextCounter(): number {
    return ++this.#counter;
  }

  /** Stores a value; returns the handle of the sealed object, whose ref bit this process holds. */
  put(value: unknown): number {
    return this.putEncoded(this.encode(value), 0);
  }

  /** Valid until the next value is encoded. An allocated array leaves the message whatever its size: it is in place. */
  encode(value: unknown): EncodedValue {
    if (ArrayBuffer.isView(value) && this.#allocations.has(value.buffer))
      return this.#codec.encodeView(value);
    return this.#codec.encode(value);
  }

  putEncoded(encoded: EncodedValue, flags: number): number {
    if (encoded.buffers !== undefined) {
      const adopted = this.#allocations.adopt(encoded, flags);
      if (adopted !== 0) return this.#store.sealDraft(adopted);
    }
    const counter = this.nextCounter();
    return this.#withSpace(encoded, ({ bytes, start, end, buffers, contained }) =>
      this.#store.put(counter, bytes, start, end, buffers, contained, flags),
    );
  }

  /** Writes a value without publishing it; returns the draft's handle. */
  draft(encoded: EncodedValue, flags: number): number {
    if (encoded.buffers !== undefined) {
      const adopted = this.#allocations.adopt(encoded, flags);
      if (adopted !== 0) return adopted;
    }
    return this.#withSpace(encoded, ({ bytes, start, end, buffers, contained }) =>
      this.#store.draft(bytes, start, end, buffers, contained, flags),
    );
  }

  /** Completes one pending object; the result is that of `NativeStore.complete`: 0, 1 (somebody waits) or -1 (stale). */
  complete(target: number, attempt: number, encoded: EncodedValue, flags: number): number {
    if (
      encoded.buffers === undefined &&
      encoded.contained === undefined &&
      encoded.end - encoded.start <= 4096
    ) {
      const result = this.#store.completeSmall(
        target,
        attempt,
        encoded.bytes,
        encoded.start,
        encoded.end,
        flags,
      );
      if (result !== -2) return result;
    }
    return this.#store.complete(target, this.draft(encoded, flags), attempt);
  }

  /** An uninitialised buffer inside the store, the program's to fill; storing a view of all of it copies nothing. */
  allocate(byteLength: number): ArrayBuffer {
    let allocated: { draft: number; buffer: ArrayBuffer } | undefined;
    this.waitForSpace(byteLength, () => {
      allocated = this.#store.allocate(byteLength);
      return allocated === undefined ? 0 : 1;
    });
    this.#allocations.add(allocated!);
    return allocated!.buffer;
  }

  /** Gives an allocated buffer back that was not stored. Does nothing for one that was. */
  abandon(buffer: ArrayBuffer): void {
    this.#allocations.abandon(buffer);
  }

  /**
   * The value of a complete object.
   * @param task id of the unfinished task that asks, 0 for none: what one task writes into it no other may see
   * @throws StoredFailure when the object is an error; ObjectFreedError, ObjectLostError; ModulesNotLoadedError
   */
  read(handle: number, task: number): unknown {
    this.#reads++;
    const scratch = this.#scratch;
    const length = this.#store.read(handle, scratch);
    if (length >= 0) return this.#codec.decode(scratch, 0, length, undefined);
    const state = this.#store.state(handle);
    if (state === ObjectState.Value) return this.#decode(handle, task);
    if (state === ObjectState.Error) throw new StoredFailure(this.#decodeError(handle));
    throw new StoredFailure(this.missing(handle));
  }

  /** The encoded bytes of an error object, to store it again for a task that was given it as an argument. */
  copyEncoded(handle: number): EncodedValue {
    const opened = this.#open(handle, 0);
    const contained = this.#store.contained(handle);
    return {
      bytes: opened.meta,
      start: 0,
      end: opened.meta.length,
      buffers:
        opened.buffers.length === 0 ? undefined : opened.buffers.map((buffer) => new Uint8Array(buffer)),
      contained: contained.length === 0 ? undefined : [...contained],
    };
  }

  encodeError(error: unknown): EncodedValue {
    return this.#codec.encodeThrown(error);
  }

  missing(handle: number): MobulaError {
    return new ObjectFreedError(this.#store.idString(handle));
  }

  #decode(handle: number, task: number): unknown {
    const opened = this.#open(handle, task);
    return this.#codec.decode(opened.meta, 0, opened.meta.length, opened.buffers);
  }

  #open(handle: number, task: number): { meta: Uint8Array; buffers: ArrayBuffer[]; flags: number } {
    try {
      const opened = this.#store.open(handle, task);
      if (opened !== undefined) return opened;
    } catch (error) {
      if ((error as { code?: string }).code !== ObjectFreedError.code) throw error;
    }
    throw new StoredFailure(this.missing(handle));
  }

  #decodeError(handle: number): unknown {
    const opened = this.#open(handle, 0);
    if ((opened.flags & OWNER_DIED_FLAG) !== 0) {
      return new OwnerDiedError(this.#store.idString(handle), new TextDecoder().decode(opened.meta));
    }
    return this.#codec.decode(opened.meta, 0, opened.meta.length, opened.buffers);
  }

  #withSpace(encoded: EncodedValue, write: (encoded: EncodedValue) => number): number {
    let handle: number;
    try {
      handle = write(encoded);
    } catch (error) {
      if ((error as { code?: string }).code === ObjectStoreFullError.code)
        throw this.#full(sizeOf(encoded), undefined);
      throw error;
    }
    if (handle !== 0) return handle;
    // While this waits, frames are handled that encode other values into the codec's buffer.
    const own = ownCopy(encoded);
    return this.waitForSpace(sizeOf(own), () => write(own));
  }

  /**
   * The store is full: drops what this process does not use any more, asks the others to do so, and waits. Blocks the
   * thread, for `put` and `.remote` are synchronous; the sockets are served meanwhile.
   */
  waitForSpace(bytes: number, attempt: () => number): number {
    let handle: number;
    try {
      handle = attempt();
    } catch (error) {
      if ((error as { code?: string }).code === ObjectStoreFullError.code) throw this.#full(bytes, undefined);
      throw error;
    }
    if (handle !== 0) return handle;
    const begin = performance.now();
    const deadline = begin + this.#port.fullTimeout;
    for (let round = 0; ; round++) {
      // A collection takes milliseconds; the others' news comes without one.
      if (round < 2 || round % 50 === 0) this.collect();
      else this.#sweep();
      handle = attempt();
      if (handle !== 0) return handle;
      const now = performance.now();
      if (now >= deadline) throw this.#full(bytes, now - begin);
      if (round % 50 === 0) this.#port.requestCollection(bytes);
      pumpSockets(SPACE_POLL_MILLISECONDS);
    }
  }

  /**
   * Drops the objects whose refs and views the garbage collector can show to be dead.
   * @param full it looks through the whole heap, not the young generation alone
   */
  collect(full = true): void {
    collectGarbage(full);
    this.#sweep();
    this.#store.dropViews();
  }

  #sweep(): void {
    const dropped = this.#store.sweep(true);
    if (dropped !== undefined) this.#port.dropped(dropped);
  }

  /** Why there is no room for so many bytes: none ever, or none after so many milliseconds. */
  noRoom(bytes: number, waited?: number): ObjectStoreFullError {
    return this.#full(bytes, waited);
  }

  #full(requested: number, waited: number | undefined): ObjectStoreFullError {
    const holders: StoreHolder[] = this.#store
      .holders()
      .map(({ pid, objects, bytes }) => ({ pid, name: this.#port.nameOf(pid), objects, bytes }))
      .sort((a, b) => b.bytes - a.bytes);
    return new ObjectStoreFullError({
      requested,
      capacity: this.#store.arenaBytes,
      holders,
      waited: waited === undefined ? undefined : Math.round(waited),
    });
  }
}

/** The same value in memory of its own. */
export function ownCopy(encoded: EncodedValue): EncodedValue {
  const bytes = encoded.bytes.slice(encoded.start, encoded.end);
  return {
    bytes,
    start: 0,
    end: bytes.length,
    buffers: encoded.buffers?.slice(),
    contained: encoded.contained?.slice(),
  };
}

function sizeOf(encoded: EncodedValue): number {
  let bytes = encoded.end - encoded.start;
  for (const buffer of encoded.buffers ?? []) bytes += buffer.byteLength;
  return bytes;
}
