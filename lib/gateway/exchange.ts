import type { Arrival } from './arrival.js';
import { idKey } from './peer-frames.js';
import type { Replicas } from './replicas.js';
import { MemoryInFlight } from './room.js';
import type { Transfers } from './transfers.js';

/** Memory of the objects that are on their way to this node at once, unless one alone is larger. */
const MOST_BYTES_IN_FLIGHT = 256 * 1024 * 1024;
/** An asker is referred to so many nodes. */
const MOST_REFERRALS = 2;

/** What the transfers over all links of a node have in common. */
export class Exchange {
  /** Bounds what arrives at once. */
  readonly memory = new MemoryInFlight(MOST_BYTES_IN_FLIGHT);
  /** By node. */
  readonly #links = new Map<string, Transfers>();
  /** Objects on their way here, by id. */
  readonly #arrivals = new Map<string, Arrival>();
  /** For objects here, by handle: the nodes that have asked for it and so have it or get it, in that order. */
  readonly #askers = new Map<number, Transfers[]>();
  readonly #caches = new Set<Replicas>();

  // ---- links

  opened(link: Transfers): void {
    this.#links.set(link.node, link);
  }

  closed(link: Transfers): void {
    if (this.#links.get(link.node) === link) this.#links.delete(link.node);
    for (const handle of [...this.#askers.keys()]) this.#forgetAsker(handle, link);
  }

  link(node: string): Transfers | undefined {
    return this.#links.get(node);
  }

  // ---- objects on their way here

  arriving(id: Uint8Array): Arrival | undefined {
    return this.#arrivals.get(idKey(id));
  }

  expect(id: Uint8Array, arrival: Arrival): void {
    this.#arrivals.set(idKey(id), arrival);
  }

  settled(id: Uint8Array, arrival: Arrival): void {
    if (this.#arrivals.get(idKey(id)) === arrival) this.#arrivals.delete(idKey(id));
  }

  // ---- who else has what is here

  /**
   * A node asks for an object of this one. Each is referred to those that asked last before it, so that they form a chain, and this
   * node sends the object once.
   * @returns nodes to ask in its place; none when it is to be had from here
   */
  refer(handle: number, link: Transfers): string[] {
    this.#forgetAsker(handle, link);
    if (this.#links.get(link.node) !== link) return [];
    const askers = this.#askers.get(handle) ?? [];
    const nodes = askers.slice(-MOST_REFERRALS).map(({ node }) => node);
    this.#askers.set(handle, [...askers, link]);
    return nodes.reverse();
  }

  /** The object is sent to that node from here. Those before it were of no use to it. */
  sent(handle: number, link: Transfers): void {
    if (this.#links.get(link.node) === link) this.#askers.set(handle, [link]);
  }

  /** The object is gone. */
  freed(handle: number): void {
    this.#askers.delete(handle);
  }

  #forgetAsker(handle: number, link: Transfers): void {
    const askers = this.#askers.get(handle)?.filter((each) => each !== link);
    if (askers === undefined) return;
    if (askers.length === 0) this.#askers.delete(handle);
    else this.#askers.set(handle, askers);
  }

  // ---- copies

  /** These are kept here from now on, until they are {@link forgotten}. */
  keeps(cache: Replicas): void {
    this.#caches.add(cache);
  }

  forgotten(cache: Replicas): void {
    this.#caches.delete(cache);
  }

  /** Lets go of the copies that are kept for later tasks only. */
  readonly evict = (): void => {
    for (const cache of this.#caches) cache.evict();
  };
}
