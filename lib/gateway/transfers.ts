import { isMobulaError } from '../errors/index.js';
import {
  DropReplicasT,
  FetchObject,
  FetchObjectT,
  ObjectBegin,
  ObjectChunk,
  ObjectMissing,
  ObjectMissingT,
  PeerFrame,
} from '../protocol/generated/peers.js';
import type { Runtime } from '../runtime/runtime.js';
import { IncomingObject, type ReceivedObject, sendObject } from './object-transfer.js';
import {
  byteList,
  ID_BYTES,
  joinIds,
  type PeerConnection,
  peerBuffer,
  sendPeerTable,
} from './peer-frames.js';
import { type Fetch, Replicas } from './replicas.js';

/** Numbers of transfers from here on are those of results, chosen by their sender. */
const FIRST_RESULT_TRANSFER = 2 ** 31;
const CHUNK_HEADER_BYTES = ObjectChunk.sizeOf();

/** What the transfers over a link need of their gateway. */
export interface TransfersHost {
  /** This node's own part in the store. */
  readonly runtime: Runtime;
  /** An object of that runtime was read in place, to be sent. */
  viewed(runtime: Runtime): void;
}

/** A result that the other node has sent. */
export interface ReceivedResult {
  /** Undefined for one that could not be had. */
  readonly received: ReceivedObject | undefined;
  /** What it contains is on its way, too. */
  readonly nested: readonly Promise<void>[];
}

interface Incoming {
  readonly object: IncomingObject;
  readonly nested: Promise<void>[];
}

interface PendingFetch {
  /** Whose copy it becomes, and of what it contains. */
  readonly replicas: Replicas;
  readonly nested: Promise<void>[];
  resolve(received: ReceivedObject | undefined): void;
  reject(reason: unknown): void;
}

/** The objects on their way over the link to another node, both ways. */
export class Transfers {
  /** Copies for this node's own part in the store: of what results contain. */
  readonly replicas: Replicas;
  readonly #connection: PeerConnection;
  readonly #host: TransfersHost;
  readonly #fetches = new Map<number, PendingFetch>();
  readonly #incoming = new Map<number, Incoming>();
  /** Results that arrived before the word that their task is finished. */
  readonly #results = new Map<number, ReceivedResult>();
  /** Ids of objects here that the other node was told of, by handle. */
  readonly #shared = new Map<number, Uint8Array>();
  #nextFetch = 1;
  #nextResult = FIRST_RESULT_TRANSFER;
  #lost = false;

  constructor(connection: PeerConnection, host: TransfersHost) {
    this.#connection = connection;
    this.#host = host;
    this.replicas = new Replicas(host.runtime, this.fetch);
  }

  /**
   * Takes the frames that are about objects.
   * @returns whether it was one
   * @throws when the message makes no sense: the link is to be closed then
   */
  onFrame(type: number, body: Uint8Array): boolean {
    switch (type) {
      case PeerFrame.FetchObject: {
        const message = FetchObject.getRootAsFetchObject(peerBuffer(body));
        const id = message.idArray()?.slice();
        if (id?.length !== ID_BYTES) throw new RangeError('an id of the wrong length');
        void this.#serve(message.transfer(), id);
        return true;
      }
      case PeerFrame.ObjectBegin:
        this.#begin(body);
        return true;
      case PeerFrame.ObjectChunk:
        this.#chunk(body);
        return true;
      case PeerFrame.ObjectMissing: {
        const transfer = ObjectMissing.getRootAsObjectMissing(peerBuffer(body)).transfer();
        if (transfer >= FIRST_RESULT_TRANSFER)
          this.#results.set(transfer, { received: undefined, nested: [] });
        else this.#takeFetch(transfer)?.resolve(undefined);
        return true;
      }
      default:
        return false;
    }
  }

  /**
   * Ids of objects here, one after another, for a message to the other node, which is told when they are freed. One that is
   * gone already keeps its place: who asks for it is told so.
   */
  share(handles: ArrayLike<number>): Uint8Array {
    const { store } = this.#host.runtime;
    const ids = new Uint8Array(handles.length * ID_BYTES);
    for (let index = 0; index < handles.length; index++) {
      const handle = handles[index]!;
      const at = index * ID_BYTES;
      // Kept from now on, as an object that is gone has no id any more.
      if (store.writeId(handle, ids, at) && !this.#shared.has(handle))
        this.#shared.set(handle, ids.slice(at, at + ID_BYTES));
    }
    return ids;
  }

  /** Tells the other node which of the objects that it was told of were freed here. */
  dropFreed(): void {
    const { store } = this.#host.runtime;
    const gone: Uint8Array[] = [];
    for (const [handle, id] of this.#shared) {
      if (store.state(handle) !== 0) continue;
      this.#shared.delete(handle);
      gone.push(id);
    }
    if (gone.length > 0)
      sendPeerTable(this.#connection, PeerFrame.DropReplicas, new DropReplicasT(byteList(joinIds(gone))));
  }

  /** Gets an object from the other node. */
  readonly fetch: Fetch = (replicas, id, nested) => {
    if (this.#lost) return Promise.resolve(undefined);
    const transfer = this.#nextFetch;
    this.#nextFetch = transfer === FIRST_RESULT_TRANSFER - 1 ? 1 : transfer + 1;
    return new Promise((resolve, reject) => {
      this.#fetches.set(transfer, { replicas, nested, resolve, reject });
      sendPeerTable(this.#connection, PeerFrame.FetchObject, new FetchObjectT(transfer, byteList(id)));
    });
  };

  /**
   * Sends a complete object that the other node did not ask for, the result of a task of its.
   * @returns the number of the transfer, once all of it is sent
   */
  async sendResult(runtime: Runtime, handle: number): Promise<number> {
    const transfer = this.#nextResult;
    this.#nextResult = transfer === 2 ** 32 - 1 ? FIRST_RESULT_TRANSFER : transfer + 1;
    await this.#send(runtime, transfer, handle);
    return transfer;
  }

  /** A result that has arrived before, which is the caller's now. */
  takeResult(transfer: number): ReceivedResult | undefined {
    const result = this.#results.get(transfer);
    this.#results.delete(transfer);
    return result;
  }

  /** The link is closed: nothing more comes. */
  lost(): void {
    this.#lost = true;
    for (const { object } of this.#incoming.values()) object.abort();
    this.#incoming.clear();
    for (const transfer of [...this.#fetches.keys()]) this.#takeFetch(transfer)?.resolve(undefined);
    for (const { received } of this.#results.values())
      if (received !== undefined) this.#host.runtime.store.abort(received.draft);
    this.#results.clear();
    this.replicas.dropAll();
  }

  // ---- out

  async #send(runtime: Runtime, transfer: number, handle: number): Promise<void> {
    const sent = await sendObject(runtime, this.#connection, transfer, handle, (contained) =>
      this.share(contained),
    );
    if (!sent) this.#missing(transfer);
    this.#host.viewed(runtime);
  }

  #missing(transfer: number): void {
    sendPeerTable(this.#connection, PeerFrame.ObjectMissing, new ObjectMissingT(transfer));
  }

  /** Sends an object that the other node asked for, once it is complete. */
  async #serve(transfer: number, id: Uint8Array): Promise<void> {
    const { runtime } = this.#host;
    const { store, waiting } = runtime;
    const handle = store.lookup(id, 0);
    if (handle === 0 || !store.hold(handle)) {
      this.#missing(transfer);
      return;
    }
    this.share([handle]);
    await new Promise<void>((resolve) => {
      const waiter = { objectReady: () => resolve(), objectsLost: () => resolve() };
      if (!waiting.subscribe(handle, waiter)) resolve();
    });
    await this.#send(runtime, transfer, handle);
    store.release(handle);
  }

  // ---- in

  #takeFetch(transfer: number): PendingFetch | undefined {
    const fetch = this.#fetches.get(transfer);
    this.#fetches.delete(transfer);
    return fetch;
  }

  #begin(body: Uint8Array): void {
    const transfer = ObjectBegin.getRootAsObjectBegin(peerBuffer(body)).transfer();
    const fetch = this.#fetches.get(transfer);
    if (fetch === undefined && transfer < FIRST_RESULT_TRANSFER) return;
    const { replicas, nested } = fetch ?? { replicas: this.replicas, nested: [] };
    let object: IncomingObject;
    try {
      object = new IncomingObject(replicas.runtime, body, (id) => replicas.obtain(id, nested));
    } catch (full) {
      if (!isMobulaError(full)) throw full;
      // The store is smaller than the object. Its chunks are passed over.
      this.#cannotTake(transfer, full, nested);
      return;
    }
    this.#incoming.set(transfer, { object, nested });
    if (object.complete) this.#arrived(transfer);
  }

  #chunk(body: Uint8Array): void {
    if (body.length < CHUNK_HEADER_BYTES) throw new RangeError('a chunk without its header');
    const header = new ObjectChunk().__init(0, peerBuffer(body));
    const transfer = header.transfer();
    const incoming = this.#incoming.get(transfer);
    if (incoming === undefined) return;
    incoming.object.add(header.buffer(), header.offset(), body.subarray(CHUNK_HEADER_BYTES));
    if (incoming.object.complete) this.#arrived(transfer);
  }

  #arrived(transfer: number): void {
    const { object, nested } = this.#incoming.get(transfer)!;
    this.#incoming.delete(transfer);
    let received: ReceivedObject;
    try {
      received = object.finish();
    } catch (full) {
      // The store has no room, not even after a while.
      this.#cannotTake(transfer, full, nested);
      return;
    }
    const fetch = this.#takeFetch(transfer);
    if (fetch !== undefined) fetch.resolve(received);
    else this.#results.set(transfer, { received, nested });
  }

  #cannotTake(transfer: number, reason: unknown, nested: Promise<void>[]): void {
    const fetch = this.#takeFetch(transfer);
    if (fetch !== undefined) fetch.reject(reason);
    else this.#results.set(transfer, { received: undefined, nested });
  }
}
