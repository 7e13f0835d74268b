import type { Amounts } from '../protocol/amounts.js';
import { FIRST_REMOTE_WORKER } from '../protocol/startup.js';
import { isDealtOut } from '../protocol/strategy.js';
import { AbsentNodes } from './absent-nodes.js';
import { DemandBook, SPILL_MILLISECONDS } from './demand-book.js';
import { NodeRooms, type RemoteNode } from './node-rooms.js';
import type { ClientDemand, Decision, Route } from './remote-decision.js';
import type { NeedKind, RemoteDemand, RemoteJob, RemoteNeed } from './remote-demand.js';
import { type RemoteGrant, type RemoteLease, RemoteLeases } from './remote-leases.js';
import { fits } from './remote-room.js';
import type { LeaseId } from './scheduler/events.js';

export type { RemoteNode } from './node-rooms.js';
export type { ClientDemand, Decision, Route } from './remote-decision.js';
export type { RemoteNeed } from './remote-demand.js';
export type { RemoteGrant } from './remote-leases.js';

/**
 * Which waiting tasks of this node go to which other node. Pure: no clock and no sockets of its own. This node's own scheduler goes
 * first; what still waits after a moment, or can never run here, is offered to the node that has most free. The other node's
 * scheduler has the last word: a task that finds it busy waits in its queue.
 *
 * Jobs are served in turn. A job that finds everything held by another one is given leases on the same room until both have as
 * many: the other nodes' schedulers, to which they are two jobs, divide it.
 *
 * A decision costs neither more with the number of nodes, but for its logarithm, nor with that of waiting tasks; it does with the
 * number of different needs for which tasks wait at the time.
 */
export class RemoteNodes {
  readonly #own: { readonly node: string; readonly totals: Amounts };
  readonly #absent = new AbsentNodes();
  readonly #demands: DemandBook;
  readonly #leases = new RemoteLeases();
  readonly #rooms: NodeRooms;
  /** What this node's scheduler may take of SPREAD tasks and has not yet. */
  readonly #promised: Record<string, number> = {};
  #now = 0;
  #turn = 0;
  #nextLease = FIRST_REMOTE_WORKER;
  /** What was free here at the last decision. */
  #freeHere: Amounts = {};
  /** Something is due that has to wait for its moment. */
  #recheck: number | undefined;

  /** @param salt makes nodes that see the same room prefer different ones */
  constructor(own: { readonly node: string; readonly totals: Amounts }, salt = 0) {
    this.#own = own;
    this.#demands = new DemandBook(own.totals, this.#absent);
    this.#rooms = new NodeRooms(salt, () => this.#demands.kinds());
  }

  get nodes(): readonly RemoteNode[] {
    return [...this.#rooms.all()];
  }

  /** What a node has free, as far as this one knows. */
  freeOf(peer: number): Amounts {
    return this.#rooms.get(peer)?.room.free ?? {};
  }

  joined(node: RemoteNode): void {
    this.#rooms.joined(node);
    this.#absent.joined(node.node);
  }

  available(peer: number, free: Amounts): void {
    this.#rooms.said(peer, free);
  }

  /** The leases on it are void; returned so that their holders can be told. */
  left(peer: number): RemoteGrant[] {
    return this.#rooms.left(peer) ? this.#endAll(this.#leases.on(peer)) : [];
  }

  /** Where such tasks may run now. To be asked again when nodes have joined or left, unless the strategy names none. */
  route({ resources, strategy }: RemoteNeed): Route {
    const { node, soft } = strategy;
    if (isDealtOut(strategy)) return { here: false, elsewhere: true };
    if (node === '') return { here: true, elsewhere: true };
    const needs = Object.entries(resources);
    if (node === this.#own.node) {
      const never = !fits(needs, this.#own.totals);
      return { here: true, elsewhere: soft && never };
    }
    if (!soft) return { here: false, elsewhere: true };
    const named = this.#rooms.named(node);
    return { here: named === undefined || !fits(needs, named.totals), elsewhere: true };
  }

  /** So many tasks of the client wait now. Not for tasks that only this node's scheduler may take. */
  demand(said: ClientDemand, now: number): void {
    const { slot, shape, need, count, seen } = said;
    let demand = this.#demands.find(slot, shape);
    if (demand === undefined) {
      if (count === 0) return;
      demand = this.#demands.add(slot, shape, said.job, need);
    }
    if (demand.count === 0) {
      demand.since = now;
      demand.ripe = false;
    }
    demand.count = count;
    demand.meanMilliseconds = said.meanMilliseconds;
    while (demand.unseen.length > 0 && demand.unseen[0]! <= seen) demand.unseen.shift();
    if (count === 0) this.#promise(demand, -demand.here);
    // What says that this node cannot run them is said once; the rest need not be remembered.
    if (count === 0 && !demand.infeasible && demand.unseen.length + demand.decided === 0)
      this.#demands.forget(demand);
    else this.#demands.fileAnew(demand);
  }

  /** Nobody waits for these tasks any more: their submitter was told that they failed. */
  drop(slot: number, shape: number): void {
    const demand = this.#demands.find(slot, shape);
    if (demand === undefined) return;
    this.#promise(demand, -demand.here);
    this.#demands.forget(demand);
  }

  /**
   * A grant is on its way to the client, as its grant number `sequence` (from 1) of all that it is sent, here or elsewhere.
   * @param here it is one of this node's own scheduler
   */
  sent(slot: number, shape: number, sequence: number, here: boolean): void {
    const demand = this.#demands.find(slot, shape);
    if (demand === undefined) return;
    demand.unseen.push(sequence);
    if (here) demand.grantsHere++;
    else demand.decided--;
    if (here && demand.here > 0) this.#promise(demand, -1);
    this.#demands.file(demand);
  }

  /** This node can never run them. True the first time. */
  infeasible(slot: number, shape: number): boolean {
    const demand = this.#demands.find(slot, shape);
    if (demand === undefined || demand.infeasible) return false;
    demand.infeasible = true;
    this.#demands.fileAnew(demand);
    return true;
  }

  /** The client gave a lease back. False when it is none of these. */
  returned(slot: number, lease: LeaseId): boolean {
    const held = this.#leases.get(lease);
    if (held === undefined || held.grant.slot !== slot) return false;
    this.#end(held);
    return true;
  }

  /** The client is gone; returns the leases that it held. */
  clientLeft(slot: number): RemoteGrant[] {
    for (const demand of this.#demands.of(slot)) {
      this.#promise(demand, -demand.here);
      this.#demands.forget(demand);
    }
    return this.#endAll(this.#leases.of(slot));
  }

  jobEnded(job: number): void {
    this.#demands.jobEnded(job);
  }

  /** A grant was not sent after all. */
  withdraw({ slot, shape, lease }: RemoteGrant): void {
    const demand = this.#demands.find(slot, shape);
    if (demand !== undefined) demand.decided--;
    this.returned(slot, lease);
  }

  /** Whether any node, as it is when it is empty, could run such tasks. */
  feasible({ resources }: RemoteNeed): boolean {
    const needs = Object.entries(resources);
    return fits(needs, this.#own.totals) || [...this.#rooms.all()].some(({ totals }) => fits(needs, totals));
  }

  /**
   * The leases to be granted now.
   * @param free what this node has free this very moment: as many tasks as fit there are left to it
   */
  decide(now: number, free: Amounts): Decision {
    const decision: Decision = { grants: [], here: [], hopeless: [] };
    this.#now = now;
    this.#recheck = undefined;
    this.#rooms.settle(now);
    this.#demands.ripen(now);
    if (Object.entries(this.#freeHere).some(([name, amount]) => (free[name] ?? 0) < amount))
      this.#demands.release();
    this.#freeHere = free;
    const here = { ...free };
    for (const [name, amount] of Object.entries(this.#promised)) here[name] = (here[name] ?? 0) - amount;
    const allowed = new Set<RemoteDemand>();
    for (;;) {
      const demand = this.#nextToServe(now, here, decision);
      if (demand === undefined) break;
      if (isDealtOut(demand.need.strategy) && this.#takesHere(demand, here)) allowed.add(demand);
      else this.#grant(demand, this.#rooms.roomFor(demand.kind)!.peer, undefined, decision);
      demand.servedAt = now;
    }
    this.#share(here, decision);
    for (const { slot, shape, here: count } of allowed) decision.here.push({ slot, shape, count });
    this.#giveUp(now, decision);
    return decision;
  }

  /** When the next decision may differ from the last one though nothing else happens; undefined for never. */
  nextDecision(): number | undefined {
    let next = this.#recheck ?? Number.POSITIVE_INFINITY;
    if (this.#rooms.size > 0) next = Math.min(next, this.#demands.ripensAt ?? next);
    next = Math.min(next, this.#absent.nextAt ?? next);
    if (this.#demands.due.size > 0) next = Math.min(next, this.#rooms.settlesAt);
    return next === Number.POSITIVE_INFINITY ? undefined : next;
  }

  // ---- what can be served

  /** Of all demands that can be met, the one whose job was served longest ago. */
  #nextToServe(now: number, here: Amounts, decision: Decision): RemoteDemand | undefined {
    let best: RemoteDemand | undefined;
    for (const kind of this.#demands.due) {
      const first = kind.first!;
      if (best !== undefined && !isBefore(first, best)) continue;
      if (this.#canServe(kind, now, here, decision)) best = kind.first;
    }
    return best;
  }

  #canServe(kind: NeedKind, now: number, here: Amounts, decision: Decision): boolean {
    const { strategy, needs } = kind;
    if (isDealtOut(strategy)) return this.#canDealOut(kind, kind.first!, now, here);
    const only = this.#rooms.onlyFor(kind);
    if (only !== undefined && !fits(needs, only.totals)) {
      this.#hopeless(kind, `node ${only.node} has ${describe(only.totals)}`, decision);
      return false;
    }
    if (only === undefined && strategy.node !== '' && !strategy.soft) {
      this.#absent.missed(kind, now);
      return false;
    }
    if (this.#rooms.roomFor(kind) === undefined) return false;
    // One that this node has room for is not in the way of the others.
    while (only === undefined && kind.first !== undefined && this.#isLeftHere(kind.first, here))
      this.#demands.keep(kind.first, now);
    return kind.first !== undefined;
  }

  #canDealOut(kind: NeedKind, first: RemoteDemand, now: number, here: Amounts): boolean {
    const { needs, strategy } = kind;
    if (this.#rooms.nearFor(kind) !== undefined) return true;
    // A node that has what they are given is waited for, for a moment.
    const goesAnywhereAt = strategy.spread ? now : first.since + SPILL_MILLISECONDS;
    if (now < goesAnywhereAt) {
      this.#checkAt(goesAnywhereAt);
      return false;
    }
    if (fits(needs, here) || this.#rooms.roomFor(kind) !== undefined) return true;
    // Its own scheduler lets them wait their turn among its other tasks, where nobody else has room.
    if (first.here > 0 || !fits(needs, this.#own.totals)) return false;
    const waitsUntil = Math.max(first.since, first.servedAt) + SPILL_MILLISECONDS;
    if (now < waitsUntil) this.#checkAt(waitsUntil);
    return now >= waitsUntil;
  }

  /**
   * Whether this node has room for all of these tasks, but for what it is through with at once: its processes may only have to
   * start.
   */
  #isLeftHere(demand: RemoteDemand, here: Amounts): boolean {
    if (demand.infeasible) return false;
    const { needs } = demand.kind;
    const count = Math.max(0, demand.waiting - this.#demands.quickHere(demand, fits(needs, here)));
    return fits(
      needs.map(([name, amount]) => [name, amount * count] as const),
      here,
    );
  }

  #checkAt(time: number): void {
    this.#recheck = Math.min(this.#recheck ?? Number.POSITIVE_INFINITY, time);
  }

  /** Whether the next of these tasks, which are dealt out, is for this node; then it is promised to it. */
  #takesHere(demand: RemoteDemand, here: Record<string, number>): boolean {
    const { kind } = demand;
    if (this.#rooms.nearFor(kind) !== undefined) return false;
    const rooms = this.#rooms.indexFor(kind);
    const fitsHere = fits(kind.needs, here);
    const elsewhere = rooms.best !== undefined;
    const isTurn = kind.strategy.near !== undefined || rooms.hereIsNext;
    if (elsewhere && !(fitsHere && isTurn)) return false;
    for (const [name, amount] of kind.needs) here[name] = (here[name] ?? 0) - amount;
    rooms.takenHere();
    this.#promise(demand, 1);
    this.#demands.served(demand, ++this.#turn);
    this.#demands.file(demand);
    return true;
  }

  #promise(demand: RemoteDemand, count: number): void {
    demand.here += count;
    for (const [name, amount] of demand.kind.needs)
      this.#promised[name] = (this.#promised[name] ?? 0) + count * amount;
  }

  #giveUp(now: number, decision: Decision): void {
    for (const demand of this.#absent.giveUp(now)) {
      const { node } = demand.need.strategy;
      const reason = `node ${node} is not in the cluster: it has died, or there never was one of that id`;
      this.#refuse(demand, reason, decision);
    }
  }

  #hopeless(kind: NeedKind, reason: string, decision: Decision): void {
    for (let demand = kind.first; demand !== undefined; demand = kind.first)
      this.#refuse(demand, reason, decision);
  }

  #refuse(demand: RemoteDemand, reason: string, { hopeless }: Decision): void {
    hopeless.push({ slot: demand.slot, shape: demand.shape, reason });
    this.#demands.forget(demand);
  }

  // ---- leases

  #grant(demand: RemoteDemand, peer: number, shares: RemoteLease | undefined, { grants }: Decision): void {
    const { slot, shape, need, job, kind } = demand;
    const grant: RemoteGrant = { lease: this.#nextLease++, peer, slot, shape, need };
    this.#leases.add({ grant, job, needs: kind.needs, shares });
    demand.decided++;
    this.#rooms.take(peer, kind, this.#now);
    this.#demands.served(demand, ++this.#turn);
    this.#demands.file(demand);
    grants.push(grant);
  }

  /** Gives jobs that found no room a share in what the job that holds most holds, until they hold as much. */
  #share(here: Amounts, decision: Decision): void {
    if (this.#demands.jobs.size < 2) return;
    for (;;) {
      const most = this.#greediest();
      const lease = most === undefined ? undefined : this.#shareOf(most, here, decision);
      if (lease === undefined) return;
    }
  }

  #greediest(): RemoteJob | undefined {
    let most: RemoteJob | undefined;
    for (const job of this.#demands.jobs.values()) {
      if (most === undefined || job.unshared.size > most.unshared.size) most = job;
    }
    return most;
  }

  /** One lease to whoever would still not hold more than the job that holds most. */
  #shareOf(most: RemoteJob, here: Amounts, decision: Decision): RemoteLease | undefined {
    for (const kind of this.#demands.due) {
      for (const { job, demands } of kind.jobs.items()) {
        const demand = demands.first!;
        if (job === most || job.held + 1 > most.unshared.size - 1) continue;
        // Otherwise this node takes it.
        if (this.#isLeftHere(demand, here)) continue;
        const lease = this.#leaseToShare(most, kind);
        if (lease === undefined) continue;
        this.#grant(demand, lease.grant.peer, lease, decision);
        return lease;
      }
    }
    return undefined;
  }

  #leaseToShare(most: RemoteJob, { needs, strategy: { node, soft } }: NeedKind): RemoteLease | undefined {
    return this.#leases.toShare(most, ({ grant }) => {
      const on = this.#rooms.get(grant.peer);
      if (on === undefined || !fits(needs, on.totals)) return false;
      return node === '' || on.node === node || (soft && this.#rooms.named(node) === undefined);
    });
  }

  #end(lease: RemoteLease): void {
    this.#leases.end(lease);
    this.#rooms.giveBack(lease.grant.peer, lease.needs);
  }

  #endAll(leases: readonly RemoteLease[]): RemoteGrant[] {
    for (const lease of leases) this.#end(lease);
    return leases.map(({ grant }) => grant);
  }
}

/** Of two kinds of need: jobs in turn, and of one job the kinds in turn. */
function isBefore(a: RemoteDemand, b: RemoteDemand): boolean {
  return a.job.turn !== b.job.turn ? a.job.turn < b.job.turn : a.turn < b.turn;
}

function describe(amounts: Amounts): string {
  const parts = Object.entries(amounts).map(([name, amount]) => `${name}: ${amount}`);
  return `{ ${parts.join(', ')} }`;
}
