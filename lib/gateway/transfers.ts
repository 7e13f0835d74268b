import { isMobulaError } from '../errors/index.js';
import {
  DropReplicasT,
  FetchObject,
  FetchObjectT,
  ObjectBegin,
  ObjectChunk,
  ObjectElsewhere,
  ObjectElsewhereT,
  ObjectMissing,
  PeerFrame,
  RefuseObject,
  RefuseObjectT,
  SendChunks,
  SendChunksT,
} from '../protocol/generated/peers.js';
import { ObjectState } from '../runtime/object-values.js';
import type { Runtime } from '../runtime/runtime.js';
import { Arrival } from './arrival.js';
import { Ask, download, type Outcome } from './download.js';
import type { Exchange } from './exchange.js';
import { type ReceivedObject, SMALL_BYTES } from './incoming-object.js';
import { arrivingSource, type ObjectSource, sizeOf, storedSource } from './object-source.js';
import {
  byteList,
  ID_BYTES,
  joinIds,
  type PeerConnection,
  peerBuffer,
  sendPeerTable,
} from './peer-frames.js';
import { ReceivedResult } from './received-result.js';
import { type ObjectHome, Replicas } from './replicas.js';
import { CHUNK_HEADER_BYTES, Sendings } from './sendings.js';

/** Numbers of transfers from here on are those of results, chosen by their sender. */
const FIRST_RESULT_TRANSFER = 2 ** 31;
/** A node that is asked for its copy, and does not even know how large it will be, says after so long that it has none. */
const COPY_MILLISECONDS = 2000;

/** What the transfers over a link need of their gateway. */
export interface TransfersHost {
  /** This node's own part in the store. */
  readonly runtime: Runtime;
  readonly exchange: Exchange;
  /** The node that keeps the value of this object, which is pending here; undefined when none is known to. */
  keptAt(handle: number): string | undefined;
  /** An object of that runtime was read in place, to be sent. */
  viewed(runtime: Runtime): void;
}

/** An object that is to come over this link. */
interface Reception {
  readonly arrival: Arrival;
  settle(outcome: Outcome): void;
  fail(reason: unknown): void;
}

/** The objects on their way over the link to another node, both ways. */
export class Transfers implements ObjectHome {
  readonly node: string;
  /** Copies for this node's own part in the store: of what results contain. */
  readonly replicas: Replicas;
  readonly #connection: PeerConnection;
  readonly #host: TransfersHost;
  readonly #receptions = new Map<number, Reception>();
  readonly #sendings: Sendings;
  /** Results that arrive, or have, before the word that their task is finished. */
  readonly #results = new Map<number, ReceivedResult>();
  /** Ids of objects here that the other node was told of, by handle. */
  readonly #shared = new Map<number, Uint8Array>();
  #nextFetch = 1;
  #nextResult = FIRST_RESULT_TRANSFER;
  #bytesReceived = 0;
  #lost = false;

  constructor(node: string, connection: PeerConnection, host: TransfersHost) {
    this.node = node;
    this.#connection = connection;
    this.#host = host;
    this.#sendings = new Sendings(connection);
    this.replicas = new Replicas(host.runtime, this, host.exchange);
    host.exchange.opened(this);
  }

  /** Bytes of objects that were sent to the other node. */
  get bytesSent(): number {
    return this.#sendings.bytes;
  }

  /** Bytes of objects that came from the other node. */
  get bytesReceived(): number {
    return this.#bytesReceived;
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
        void this.#serve(
          message.transfer(),
          id,
          message.copy() ? Ask.Copy : message.refer() ? Ask.Home : Ask.HomeItself,
        );
        return true;
      }
      case PeerFrame.SendChunks: {
        const message = SendChunks.getRootAsSendChunks(peerBuffer(body));
        this.#sendings.start(message.transfer(), message.start());
        return true;
      }
      case PeerFrame.RefuseObject:
        this.#sendings.refused(RefuseObject.getRootAsRefuseObject(peerBuffer(body)).transfer());
        return true;
      case PeerFrame.ObjectBegin:
        this.#bytesReceived += body.length;
        this.#begin(ObjectBegin.getRootAsObjectBegin(peerBuffer(body)));
        return true;
      case PeerFrame.ObjectChunk:
        this.#bytesReceived += body.length;
        this.#chunk(body);
        return true;
      case PeerFrame.ObjectElsewhere: {
        const { transfer, nodes } = ObjectElsewhere.getRootAsObjectElsewhere(peerBuffer(body)).unpack();
        this.#settle(transfer, { kind: 'elsewhere', nodes: nodes.map(String) });
        return true;
      }
      case PeerFrame.ObjectMissing: {
        const transfer = ObjectMissing.getRootAsObjectMissing(peerBuffer(body)).transfer();
        if (!this.#receptions.has(transfer)) this.#expectResult(transfer);
        this.#settle(transfer, { kind: 'failed' });
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
  readonly share = (handles: ArrayLike<number>): Uint8Array => {
    const ids = this.#idsOf(handles);
    for (let index = 0; index < handles.length; index++) {
      const handle = handles[index]!;
      // Kept from now on, as an object that is gone has no id any more.
      if (!this.#shared.has(handle) && this.#host.runtime.store.state(handle) !== 0)
        this.#shared.set(handle, ids.slice(index * ID_BYTES, (index + 1) * ID_BYTES));
    }
    return ids;
  };

  /** Tells the other node which of the objects that it was told of were freed here. */
  dropFreed(): void {
    const { runtime, exchange } = this.#host;
    const gone: Uint8Array[] = [];
    for (const [handle, id] of this.#shared) {
      if (runtime.store.state(handle) !== 0) continue;
      this.#shared.delete(handle);
      exchange.freed(handle);
      gone.push(id);
    }
    if (gone.length > 0)
      sendPeerTable(this.#connection, PeerFrame.DropReplicas, new DropReplicasT(byteList(joinIds(gone))));
  }

  /** Gets an object that the other node has named, from there or from wherever that one says. */
  fetch(replicas: Replicas, id: Uint8Array, nested: Promise<void>[]): Promise<ReceivedObject | undefined> {
    return download(this.#host.exchange, this, replicas, id, nested);
  }

  arriving(id: Uint8Array): Promise<void> | undefined {
    return this.#host.exchange.arriving(id)?.over;
  }

  /**
   * Asks the other node for an object, from where its arrival stands.
   * @throws ObjectStoreFullError
   */
  request(id: Uint8Array, arrival: Arrival, ask: Ask): Promise<Outcome> {
    if (this.#lost) return Promise.resolve({ kind: 'failed' });
    const transfer = this.#nextFetch;
    this.#nextFetch = transfer === FIRST_RESULT_TRANSFER - 1 ? 1 : transfer + 1;
    return new Promise((settle, fail) => {
      this.#receptions.set(transfer, { arrival, settle, fail });
      const message = new FetchObjectT(transfer, byteList(id), ask === Ask.Home, ask === Ask.Copy);
      sendPeerTable(this.#connection, PeerFrame.FetchObject, message);
    });
  }

  /**
   * Sends a complete object that the other node did not ask for, the result of a task of its.
   * @returns the number of the transfer, once all of it is sent
   */
  async sendResult(runtime: Runtime, handle: number): Promise<number> {
    const transfer = this.#nextResult;
    this.#nextResult = transfer === 2 ** 32 - 1 ? FIRST_RESULT_TRANSFER : transfer + 1;
    await this.#sendings.send(transfer, storedSource(runtime, handle), this.share);
    this.#host.viewed(runtime);
    return transfer;
  }

  /** A result that was sent before, or is being stored, and is the caller's now. */
  takeResult(transfer: number): ReceivedResult | undefined {
    const result = this.#results.get(transfer);
    this.#results.delete(transfer);
    return result;
  }

  /** The link is closed: nothing more comes. */
  lost(): void {
    this.#lost = true;
    this.#host.exchange.closed(this);
    for (const transfer of [...this.#receptions.keys()]) this.#settle(transfer, { kind: 'failed' });
    this.#sendings.lost();
    for (const result of this.#results.values()) result.discard();
    this.#results.clear();
    this.replicas.close();
  }

  // ---- out

  readonly #idsOf = (handles: ArrayLike<number>): Uint8Array => {
    const ids = new Uint8Array(handles.length * ID_BYTES);
    for (let index = 0; index < handles.length; index++)
      this.#host.runtime.store.writeId(handles[index]!, ids, index * ID_BYTES);
    return ids;
  };

  /** Answers a request for an object. */
  async #serve(transfer: number, id: Uint8Array, ask: Ask): Promise<void> {
    const { runtime, exchange } = this.#host;
    const { store } = runtime;
    const handle = store.lookup(id, 0);
    if (handle === 0 || !store.hold(handle)) {
      await this.#sendings.send(transfer, undefined, this.share);
      return;
    }
    // The objects of a copy are named by their home.
    if (ask !== Ask.Copy) this.share([handle]);
    const kept = ask === Ask.Home ? this.#keptElsewhere(handle) : undefined;
    if (kept !== undefined) this.#elsewhere(transfer, [...exchange.refer(handle, this), kept]);
    else {
      const source = await this.#sourceOf(handle, id, ask);
      const big = source !== undefined && sizeOf(source) >= SMALL_BYTES;
      const nodes = big && ask === Ask.Home ? exchange.refer(handle, this) : [];
      if (big && ask === Ask.HomeItself) exchange.sent(handle, this);
      if (nodes.length > 0) this.#elsewhere(transfer, nodes);
      else await this.#sendings.send(transfer, source, ask === Ask.Copy ? this.#idsOf : this.share);
    }
    store.release(handle);
    this.#host.viewed(runtime);
  }

  /** The node that the value need not pass through this one to come from, for an object that is not here. */
  #keptElsewhere(handle: number): string | undefined {
    if (this.#host.runtime.store.state(handle) !== ObjectState.Pending) return undefined;
    const node = this.#host.keptAt(handle);
    return node === this.node ? undefined : node;
  }

  #elsewhere(transfer: number, nodes: string[]): void {
    sendPeerTable(this.#connection, PeerFrame.ObjectElsewhere, new ObjectElsewhereT(transfer, nodes));
  }

  /** The object as soon as it can be sent, or the beginning of it. */
  async #sourceOf(handle: number, id: Uint8Array, ask: Ask): Promise<ObjectSource | undefined> {
    const { runtime, exchange } = this.#host;
    const pending = runtime.store.state(handle) === ObjectState.Pending;
    const arrival = pending ? exchange.arriving(id) : undefined;
    if (arrival !== undefined) {
      const giveUp = ask === Ask.Copy ? performance.now() + COPY_MILLISECONDS : Number.POSITIVE_INFINITY;
      await begun(arrival, giveUp);
      if (arrival.object !== undefined)
        return arrivingSource(arrival, arrival.object, () => this.#stored(handle));
      if (!arrival.ended) return undefined;
    } else if (pending && ask === Ask.Copy) return undefined;
    return await this.#stored(handle);
  }

  async #stored(handle: number): Promise<ObjectSource | undefined> {
    const { runtime } = this.#host;
    await ready(runtime, handle);
    return storedSource(runtime, handle);
  }

  // ---- in

  #settle(transfer: number, outcome: Outcome): void {
    const reception = this.#receptions.get(transfer);
    this.#receptions.delete(transfer);
    reception?.settle(outcome);
  }

  /** The object is not wanted any more, or there is no room for it. */
  #refuse(transfer: number, reason: unknown): void {
    const reception = this.#receptions.get(transfer);
    this.#receptions.delete(transfer);
    sendPeerTable(this.#connection, PeerFrame.RefuseObject, new RefuseObjectT(transfer));
    if (reason === undefined) reception?.settle({ kind: 'failed' });
    else reception?.fail(reason);
  }

  /** A result is announced, the word that its task is finished follows. */
  #expectResult(transfer: number): void {
    if (transfer < FIRST_RESULT_TRANSFER) return;
    const result = new ReceivedResult(new Arrival(this.#host.exchange, this.replicas, []), this.replicas);
    this.#results.set(transfer, result);
    this.#receptions.set(transfer, result);
  }

  #begin(begin: ObjectBegin): void {
    const transfer = begin.transfer();
    if (!this.#receptions.has(transfer)) this.#expectResult(transfer);
    const reception = this.#receptions.get(transfer);
    if (reception === undefined) {
      this.#refuse(transfer, undefined);
      return;
    }
    if (this.#unwanted(transfer, reception)) return;
    const { arrival } = reception;
    let memory: Promise<void> | undefined;
    try {
      memory = arrival.accept(begin);
    } catch (full) {
      if (!isMobulaError(full)) throw full;
      this.#refuse(transfer, full);
      return;
    }
    if (memory === undefined) this.#proceed(transfer, arrival);
    else {
      memory.then(
        () => {
          if (this.#receptions.get(transfer) !== reception || this.#unwanted(transfer, reception)) return;
          const start = arrival.object!.position;
          sendPeerTable(this.#connection, PeerFrame.SendChunks, new SendChunksT(transfer, start));
        },
        (reason: unknown) => {
          if (this.#receptions.get(transfer) === reception) this.#refuse(transfer, reason);
        },
      );
    }
  }

  #chunk(body: Uint8Array): void {
    if (body.length < CHUNK_HEADER_BYTES) throw new RangeError('a chunk without its header');
    const header = new ObjectChunk().__init(0, peerBuffer(body));
    const transfer = header.transfer();
    const reception = this.#receptions.get(transfer);
    if (reception === undefined || this.#unwanted(transfer, reception)) return;
    const { arrival } = reception;
    arrival.add(header.buffer(), header.offset(), body.subarray(CHUNK_HEADER_BYTES));
    this.#proceed(transfer, arrival);
  }

  #proceed(transfer: number, arrival: Arrival): void {
    if (arrival.object?.complete) this.#settle(transfer, { kind: 'arrived' });
  }

  /** The job that it is for has ended meanwhile. */
  #unwanted(transfer: number, { arrival }: Reception): boolean {
    if (arrival.replicas.runtime.ended === undefined) return false;
    this.#refuse(transfer, undefined);
    return true;
  }
}

/** Resolves when the bytes of the object come, it has ended, or at that time. */
async function begun(arrival: Arrival, giveUp: number): Promise<void> {
  while (arrival.object === undefined && !arrival.ended) {
    const left = giveUp - performance.now();
    if (left <= 0) return;
    await new Promise<void>((resolve) => {
      const timer = Number.isFinite(left) ? setTimeout(resolve, left) : undefined;
      void arrival.changed().then(() => {
        clearTimeout(timer);
        resolve();
      });
    });
  }
}

/** Resolves when the object is complete, or gone. */
function ready(runtime: Runtime, handle: number): Promise<void> {
  return new Promise((resolve) => {
    const waiter = { objectReady: () => resolve(), objectsLost: () => resolve() };
    if (!runtime.waiting.subscribe(handle, waiter)) resolve();
  });
}
