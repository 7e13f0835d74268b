import { ObjectLostError } from '../errors/index.js';
import type { Runtime } from '../runtime/runtime.js';
import type { ReceivedObject } from './object-transfer.js';
import { idKey } from './peer-frames.js';

/** Gets an object from the node that named it; undefined when that has it no more, or is gone. */
export type Fetch = (
  replicas: Replicas,
  id: Uint8Array,
  arrivals: Promise<void>[],
) => Promise<ReceivedObject | undefined>;

interface Replica {
  readonly handle: number;
  /** It, and what it contains, is complete here. */
  readonly arrived: Promise<void>;
}

/**
 * This node's copies of another node's objects, under their own ids, for one environment. A copy is fetched when it is first
 * named, and kept for later tasks until the other node has freed the object.
 */
export class Replicas {
  readonly runtime: Runtime;
  readonly #fetch: Fetch;
  readonly #replicas = new Map<string, Replica>();

  constructor(runtime: Runtime, fetch: Fetch) {
    this.runtime = runtime;
    this.#fetch = fetch;
  }

  /**
   * The handle of the object here, valid until it is dropped. It may be pending yet; one that is not to be had becomes
   * an ObjectLostError.
   * @param arrivals gets what to wait for when it has to be complete
   */
  obtain(id: Uint8Array, arrivals: Promise<void>[]): number {
    const key = idKey(id);
    const known = this.#replicas.get(key);
    if (known !== undefined && this.runtime.store.state(known.handle) !== 0) {
      arrivals.push(known.arrived);
      return known.handle;
    }
    const present = this.runtime.store.lookup(id, 0);
    const replica = present === 0 ? this.#create(id) : this.#adopt(present);
    this.#replicas.set(key, replica);
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

  dropAll(): void {
    for (const { handle } of this.#replicas.values()) this.runtime.store.release(handle);
    this.#replicas.clear();
  }

  /**
   * It is on this node already: made here, or fetched for somebody else. An entry that was freed and is still referred to is
   * there as well: who names it learns that it was freed.
   */
  #adopt(handle: number): Replica {
    this.runtime.store.hold(handle);
    return { handle, arrived: Promise.resolve() };
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
      received = await this.#fetch(this, id, nested);
    } catch (error) {
      reason = error;
    }
    if (this.runtime.ended !== undefined) return;
    const { store, values } = this.runtime;
    let completed: number;
    if (received !== undefined) completed = store.complete(handle, received.draft, 0);
    else {
      const hex = Buffer.from(id).toString('hex');
      const lost = reason ?? new ObjectLostError(hex, 'the node that had it is gone, or has freed it');
      completed = values.complete(handle, 0, values.encodeError(lost), 1);
    }
    if (completed === 1) this.runtime.objectsReady([handle]);
    await Promise.all(nested);
  }
}
