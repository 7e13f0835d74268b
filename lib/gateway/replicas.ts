import { ObjectLostError } from '../errors/index.js';
import { ObjectState } from '../runtime/object-values.js';
import type { Runtime } from '../runtime/runtime.js';
import type { Exchange } from './exchange.js';
import type { ReceivedObject } from './incoming-object.js';
import { idKey } from './peer-frames.js';
import { sealError } from './room.js';

/** The node that has named objects. */
export interface ObjectHome {
  /**
   * Gets one of them, to be a copy; undefined when it is not to be had any more.
   * @param arrivals gets what the object contains, which is on its way too
   * @throws ObjectStoreFullError
   */
  fetch(replicas: Replicas, id: Uint8Array, arrivals: Promise<void>[]): Promise<ReceivedObject | undefined>;
  /** Resolves when the object, which is on its way here already, for whomever, has arrived; undefined when it is not. */
  arriving(id: Uint8Array): Promise<void> | undefined;
}

interface Replica {
  readonly handle: number;
  /** It, and what it contains, is complete here. */
  readonly arrived: Promise<void>;
}

/**
 * This node's copies of another node's objects, under their own ids, for one environment. A copy is fetched when it is first
 * named, and kept for later tasks until the other node has freed the object,
 * or this one needs the room.
 */
export class Replicas {
  readonly runtime: Runtime;
  readonly #home: ObjectHome;
  readonly #exchange: Exchange;
  readonly #replicas = new Map<string, Replica>();

  constructor(runtime: Runtime, home: ObjectHome, exchange: Exchange) {
    this.runtime = runtime;
    this.#home = home;
    this.#exchange = exchange;
    exchange.keeps(this);
  }

  /**
   * The handle of the object here, valid until it is dropped or evicted: who needs it for longer than this turn holds it. It may be
   * pending yet; one that is not to be had becomes an ObjectLostError.
   * @param arrivals gets what to wait for when it has to be complete
   */
  obtain(id: Uint8Array, arrivals: Promise<void>[]): number {
    const key = idKey(id);
    const known = this.#replicas.get(key);
    if (known !== undefined && this.runtime.store.state(known.handle) !== ObjectState.Gone) {
      arrivals.push(known.arrived);
      return known.handle;
    }
    const present = this.runtime.store.lookup(id, 0);
    const replica = present === 0 ? this.#create(id) : this.#adopt(present, id);
    this.#replicas.set(key, replica);
    // Freed here; if somebody refers to it, it was held a second time just now.
    if (known !== undefined) this.runtime.store.release(known.handle);
    arrivals.push(replica.arrived);
    return replica.handle;
  }

  /** The other node has freed it. Who refers to it here keeps it. */
  drop(id: Uint8Array): void {
    const key = idKey(id);
    const replica = this.#replicas.get(key);
    if (replica === undefined) return;
    this.#replicas.delete(key);
    this.runtime.store.release(replica.handle);
  }

  /** Lets go of the complete ones. Who refers to them here keeps them; who names them again fetches them again. */
  evict(): void {
    const { store } = this.runtime;
    for (const [key, { handle }] of this.#replicas) {
      if (store.state(handle) === ObjectState.Pending) continue;
      this.#replicas.delete(key);
      store.release(handle);
    }
  }

  /** Makes the error that of pending objects of this environment; resolves when that is done, or the environment has ended. */
  seal(handles: readonly number[], error: unknown): Promise<void> {
    return sealError(this.runtime, handles, 0, error, this.#exchange.evict);
  }

  /** Lets go of all: the other node, or the environment, is no more. */
  close(): void {
    this.#exchange.forgotten(this);
    for (const { handle } of this.#replicas.values()) this.runtime.store.release(handle);
    this.#replicas.clear();
  }

  /**
   * It is on this node already: made here, or fetched for somebody else. An entry that was freed and is still referred to is
   * there as well: who names it learns that it was freed.
   */
  #adopt(handle: number, id: Uint8Array): Replica {
    this.runtime.store.hold(handle);
    return { handle, arrived: this.#home.arriving(id) ?? Promise.resolve() };
  }

  #create(id: Uint8Array): Replica {
    const { store, values } = this.runtime;
    const handle = store.createReplica(id, 0) || values.waitForSpace(0, () => store.createReplica(id, 0));
    return { handle, arrived: this.#fill(handle, id) };
  }

  async #fill(handle: number, id: Uint8Array): Promise<void> {
    const nested: Promise<void>[] = [];
    let received: ReceivedObject | undefined;
    let reason: unknown;
    try {
      received = await this.#home.fetch(this, id, nested);
    } catch (error) {
      reason = error;
    }
    if (this.runtime.ended !== undefined) return;
    if (received === undefined) {
      const hex = Buffer.from(id).toString('hex');
      const lost = reason ?? new ObjectLostError(hex, 'the node that had it is gone, or has freed it');
      await this.seal([handle], lost);
    } else if (this.runtime.store.complete(handle, received.draft, 0) === 1)
      this.runtime.objectsReady([handle]);
    await Promise.all(nested);
  }
}
