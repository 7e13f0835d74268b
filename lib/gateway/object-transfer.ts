import { ObjectStoreFullError } from '../errors/index.js';
import { ObjectBegin, ObjectBeginT, ObjectChunk, PeerFrame } from '../protocol/generated/peers.js';
import type { Runtime } from '../runtime/runtime.js';
import { byteList, idsOf, type PeerConnection, peerBuffer, sendPeerTable } from './peer-frames.js';

/** Bytes of a buffer in one frame: small enough that other messages get in between. */
const CHUNK_BYTES = 1024 * 1024;
const CHUNK_HEADER_BYTES = ObjectChunk.sizeOf();
/** A single buffer of this size and more is received into the store's own memory. */
const IN_PLACE_BYTES = 64 * 1024;
/** What the store can write behind a buffer that was filled in place. */
const MOST_META_IN_PLACE = 512;

/**
 * Sends a complete object, straight from its memory in the store. The caller holds it meanwhile.
 * @param share gives the ids of objects that it contains, which the other node gets to know
 * @returns false when it is gone
 */
export async function sendObject(
  runtime: Runtime,
  peer: PeerConnection,
  transfer: number,
  handle: number,
  share: (handles: ArrayLike<number>) => Uint8Array,
): Promise<boolean> {
  let opened: ReturnType<typeof runtime.store.open>;
  try {
    opened = runtime.store.open(handle, 0);
  } catch {
    return false;
  }
  if (opened === undefined) return false;
  const { meta, buffers, flags } = opened;
  const begin = new ObjectBeginT(
    transfer,
    flags,
    byteList(meta),
    byteList(share(runtime.store.contained(handle))),
    buffers.map((buffer) => buffer.byteLength),
  );
  sendPeerTable(peer, PeerFrame.ObjectBegin, begin);
  for (const [index, buffer] of buffers.entries()) {
    for (let offset = 0; offset < buffer.byteLength; offset += CHUNK_BYTES) {
      await peer.drained();
      if (peer.closed) return true;
      const header = new Uint8Array(CHUNK_HEADER_BYTES);
      const view = new DataView(header.buffer);
      view.setFloat64(0, offset, true);
      view.setUint32(8, transfer, true);
      view.setUint32(12, index, true);
      const length = Math.min(CHUNK_BYTES, buffer.byteLength - offset);
      peer.send(PeerFrame.ObjectChunk, header, new Uint8Array(buffer, offset, length));
    }
  }
  return true;
}

/**
 * Memory for a buffer; undefined while the store is full.
 * @throws ObjectStoreFullError when it can never fit
 */
function allocate(runtime: Runtime, bytes: number): ReturnType<typeof runtime.store.allocate> {
  try {
    return runtime.store.allocate(bytes);
  } catch (error) {
    if ((error as { code?: string }).code === ObjectStoreFullError.code) throw runtime.values.tooBig(bytes);
    throw error;
  }
}

/** An object that has arrived: a draft in the store, to be completed or aborted by whoever takes it. */
export interface ReceivedObject {
  readonly draft: number;
  readonly flags: number;
  /** The encoded value, of an error that has no buffers and refers to nothing: it may be wanted outside of the store. */
  readonly error: Uint8Array | undefined;
}

/** One object on its way here. */
export class IncomingObject {
  readonly #runtime: Runtime;
  readonly #meta: Uint8Array;
  readonly #flags: number;
  readonly #contained: number[];
  readonly #lengths: number[];
  readonly #buffers: Uint8Array[];
  /** The draft whose memory is filled in place; 0 when the buffers are copied at the end. */
  #draft = 0;
  #missing: number;

  /**
   * @param replicaOf the handle here of an object that it contains, held until the draft is made
   * @throws ObjectStoreFullError when it can never fit
   */
  constructor(runtime: Runtime, body: Uint8Array, replicaOf: (id: Uint8Array) => number) {
    this.#runtime = runtime;
    const begin = ObjectBegin.getRootAsObjectBegin(peerBuffer(body));
    this.#meta = begin.metaArray()?.slice() ?? new Uint8Array(0);
    this.#flags = begin.flags();
    this.#contained = idsOf(begin.containedArray()).map(replicaOf);
    // One by one: as an array they would have to be aligned.
    this.#lengths = Array.from({ length: begin.buffersLength() }, (_, index) => begin.buffers(index)!);
    this.#missing = this.#lengths.reduce((sum, length) => sum + length, 0);
    if (!Number.isSafeInteger(this.#missing) || this.#lengths.some((length) => !(length >= 0)))
      throw new RangeError('an object with impossible buffers');
    const [length] = this.#lengths;
    const inPlace =
      this.#lengths.length === 1 &&
      length! >= IN_PLACE_BYTES &&
      this.#meta.length <= MOST_META_IN_PLACE &&
      this.#contained.length === 0;
    const space = inPlace ? allocate(runtime, length!) : undefined;
    if (space === undefined) this.#buffers = this.#lengths.map((each) => new Uint8Array(each));
    else {
      this.#draft = space.draft;
      this.#buffers = [new Uint8Array(space.buffer)];
    }
  }

  get complete(): boolean {
    return this.#missing === 0;
  }

  /** @throws RangeError for bytes that do not belong to it */
  add(buffer: number, offset: number, bytes: Uint8Array): void {
    const target = this.#buffers[buffer];
    if (target === undefined || bytes.length > this.#missing) throw new RangeError('a chunk of no buffer');
    target.set(bytes, offset);
    this.#missing -= bytes.length;
  }

  /**
   * The draft, once it is complete.
   * @throws ObjectStoreFullError
   */
  finish(): ReceivedObject {
    const flags = this.#flags;
    const meta = this.#meta;
    const isError = (flags & 1) !== 0;
    const error = isError && this.#lengths.length === 0 && this.#contained.length === 0 ? meta : undefined;
    if (this.#draft !== 0) {
      const draft = this.#draft;
      this.#draft = 0;
      this.#runtime.store.finishAllocated(draft, meta, 0, meta.length, flags);
      return { draft, flags, error };
    }
    const buffers = this.#buffers.length === 0 ? undefined : this.#buffers;
    const contained = this.#contained.length === 0 ? undefined : this.#contained;
    const encoded = { bytes: meta, start: 0, end: meta.length, buffers, contained };
    return { draft: this.#runtime.values.draft(encoded, flags), flags, error };
  }

  /** The rest will not come. */
  abort(): void {
    if (this.#draft !== 0) this.#runtime.store.abort(this.#draft);
    this.#draft = 0;
  }
}
