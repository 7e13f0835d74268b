import type { Amounts } from '../protocol/amounts.js';
import { FIRST_REMOTE_WORKER } from '../protocol/startup.js';
import type { LeaseId } from './scheduler/events.js';

/** Waiting tasks go to other nodes after this: so long this node may take to place them itself, milliseconds. */
const SPILL_MILLISECONDS = 20;
/** So long after a grant what a node says that it has free may be older than the grant, milliseconds. */
const SETTLED_MILLISECONDS = 100;
/** Amounts are compared with this tolerance: they are sums of fractions. */
const EPSILON = 1e-6;

/** Another node as its gateway describes it. */
export interface RemoteNode {
  readonly peer: number;
  readonly node: string;
  readonly address: string;
  readonly totals: Amounts;
}

/** What a client's tasks of one shape need. */
export interface RemoteNeed {
  readonly resources: Amounts;
  readonly exclusive: boolean;
}

/** A lease for the client: its tasks of that shape may go to the peer. */
export interface RemoteGrant {
  readonly lease: LeaseId;
  readonly peer: number;
  readonly slot: number;
  /** In the client's own numbering. */
  readonly shape: number;
  readonly need: RemoteNeed;
}

interface KnownNode extends RemoteNode {
  /** What it said it has free, less what was granted since. */
  free: Record<string, number>;
  /** Granted by this node, not given back, and perhaps not yet in what it says. */
  readonly unsettled: Set<Granted>;
}

interface Granted extends RemoteGrant {
  readonly at: number;
}

interface Demand {
  readonly slot: number;
  readonly shape: number;
  readonly need: RemoteNeed;
  count: number;
  /** Since when tasks wait. */
  since: number;
  /** This node alone can never run them. */
  infeasible: boolean;
  /** Granted since the last count. */
  underWay: number;
}

/**
 * Which waiting tasks of this node go to which other node. Pure: no clock and no sockets of its own. This node's own scheduler goes
 * first; what still waits after a moment, or can never run here, is offered to the node that has most free. The other node's
 * scheduler has the last word: a task that finds it busy waits in its queue.
 */
export class RemoteNodes {
  readonly #nodes = new Map<number, KnownNode>();
  readonly #demands = new Map<string, Demand>();
  readonly #leases = new Map<LeaseId, Granted>();
  #nextLease = FIRST_REMOTE_WORKER;

  get nodes(): readonly RemoteNode[] {
    return [...this.#nodes.values()];
  }

  /** What a node has free, as far as this one knows. */
  freeOf(peer: number): Amounts {
    return this.#nodes.get(peer)?.free ?? {};
  }

  joined(node: RemoteNode): void {
    this.#nodes.set(node.peer, { ...node, free: { ...node.totals }, unsettled: new Set() });
  }

  available(peer: number, free: Amounts): void {
    const node = this.#nodes.get(peer);
    if (node !== undefined) node.free = { ...free };
  }

  /** The leases on it are void; returned so that their holders can be told. */
  left(peer: number): RemoteGrant[] {
    this.#nodes.delete(peer);
    const void_ = [...this.#leases.values()].filter((lease) => lease.peer === peer);
    for (const { lease } of void_) this.#leases.delete(lease);
    return void_;
  }

  /** So many tasks of the client wait now. */
  demand(slot: number, shape: number, need: RemoteNeed, count: number, now: number): void {
    const key = `${slot} ${shape}`;
    const known = this.#demands.get(key);
    if (count === 0) {
      if (known !== undefined && !known.infeasible) this.#demands.delete(key);
      else if (known !== undefined) known.count = 0;
    } else if (known === undefined) {
      this.#demands.set(key, { slot, shape, need, count, since: now, infeasible: false, underWay: 0 });
    } else {
      if (known.count === 0) known.since = now;
      known.count = count;
      known.underWay = 0;
    }
  }

  /** This node can never run them, said perhaps before their number is. True the first time. */
  infeasible(slot: number, shape: number, need: RemoteNeed): boolean {
    const key = `${slot} ${shape}`;
    const demand = this.#demands.get(key);
    if (demand?.infeasible) return false;
    if (demand !== undefined) demand.infeasible = true;
    else this.#demands.set(key, { slot, shape, need, count: 0, since: 0, infeasible: true, underWay: 0 });
    return true;
  }

  /** Whether tasks wait that no node could run, were it empty. */
  hopeless(slot: number, shape: number): boolean {
    const demand = this.#demands.get(`${slot} ${shape}`);
    if (demand === undefined) return false;
    return demand.infeasible && demand.count > 0 && !this.feasible(demand.need);
  }

  /** The client gave a lease back. False when it is none of these. */
  returned(slot: number, lease: LeaseId): boolean {
    const grant = this.#leases.get(lease);
    if (grant === undefined || grant.slot !== slot) return false;
    this.#end(grant);
    return true;
  }

  /** The client is gone; returns the leases that it held. */
  clientLeft(slot: number): RemoteGrant[] {
    for (const [key, demand] of this.#demands) if (demand.slot === slot) this.#demands.delete(key);
    const held = [...this.#leases.values()].filter((lease) => lease.slot === slot);
    for (const grant of held) this.#end(grant);
    return held;
  }

  grantOf(lease: LeaseId): RemoteGrant | undefined {
    return this.#leases.get(lease);
  }

  /** Whether any node, as it is when it is empty, could run such tasks. */
  feasible(need: RemoteNeed): boolean {
    return [...this.#nodes.values()].some(({ totals }) => fits(need.resources, totals));
  }

  /**
   * The leases to be granted now.
   * @param fitsHere whether this node has room for such a task this very moment: then it is left to it
   */
  decide(now: number, fitsHere: (need: RemoteNeed) => boolean): RemoteGrant[] {
    const grants: RemoteGrant[] = [];
    for (const { unsettled } of this.#nodes.values())
      for (const grant of unsettled) if (now - grant.at >= SETTLED_MILLISECONDS) unsettled.delete(grant);
    const waiting = [...this.#demands.values()].sort((a, b) => a.since - b.since);
    for (const demand of waiting) {
      const { need } = demand;
      if (!demand.infeasible && (now - demand.since < SPILL_MILLISECONDS || fitsHere(need))) continue;
      while (demand.count > demand.underWay) {
        const node = this.#roomiest(need);
        if (node === undefined) break;
        grants.push(this.#grant(demand, node, now));
      }
    }
    return grants;
  }

  /** When, after `now`, a decision may differ from the last one though nothing else happens; undefined for never. */
  nextDecision(now: number): number | undefined {
    if (this.#nodes.size === 0) return undefined;
    let next = Number.POSITIVE_INFINITY;
    let waiting = false;
    for (const demand of this.#demands.values()) {
      if (demand.count <= demand.underWay) continue;
      waiting = true;
      const at = demand.since + SPILL_MILLISECONDS;
      if (!demand.infeasible && at > now) next = Math.min(next, at);
    }
    if (!waiting) return undefined;
    for (const { unsettled } of this.#nodes.values())
      for (const { at } of unsettled) next = Math.min(next, at + SETTLED_MILLISECONDS);
    return next === Number.POSITIVE_INFINITY ? undefined : next;
  }

  #roomiest(need: RemoteNeed): KnownNode | undefined {
    let best: KnownNode | undefined;
    let bestShare = -1;
    for (const node of this.#nodes.values()) {
      if (!fits(need.resources, node.free) || !fits(need.resources, withoutUnsettled(node))) continue;
      const share = (node.free['CPU'] ?? 0) / Math.max(node.totals['CPU'] ?? 0, EPSILON);
      if (share > bestShare) {
        best = node;
        bestShare = share;
      }
    }
    return best;
  }

  #grant(demand: Demand, node: KnownNode, now: number): RemoteGrant {
    const { slot, shape, need } = demand;
    const grant: Granted = { lease: this.#nextLease++, peer: node.peer, slot, shape, need, at: now };
    this.#leases.set(grant.lease, grant);
    demand.underWay++;
    node.unsettled.add(grant);
    for (const [name, amount] of Object.entries(need.resources))
      node.free[name] = (node.free[name] ?? 0) - amount;
    return grant;
  }

  #end(grant: Granted): void {
    this.#leases.delete(grant.lease);
    const node = this.#nodes.get(grant.peer);
    if (node === undefined) return;
    node.unsettled.delete(grant);
    for (const [name, amount] of Object.entries(grant.need.resources)) {
      // It says itself what is free; until then this is the best guess.
      node.free[name] = Math.min(node.totals[name] ?? 0, (node.free[name] ?? 0) + amount);
    }
  }
}

/**
 * What a grant took is not taken twice while what the node says is older than it. Afterwards the node knows better: a task that waits
 * for another one holds no CPU there, and that other one may need it.
 */
function withoutUnsettled(node: KnownNode): Amounts {
  const left: Record<string, number> = { ...node.totals };
  for (const { need } of node.unsettled)
    for (const [name, amount] of Object.entries(need.resources)) left[name] = (left[name] ?? 0) - amount;
  return left;
}

function fits(need: Amounts, free: Amounts): boolean {
  return Object.entries(need).every(([name, amount]) => (free[name] ?? 0) + EPSILON >= amount);
}
