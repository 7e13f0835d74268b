import type { Amounts } from '../protocol/amounts.js';
import { FIRST_REMOTE_WORKER } from '../protocol/startup.js';
import { NeedKind, RemoteDemand, RemoteJob, type RemoteNeed } from './remote-demand.js';
import { fits, type Needs, NodeRoom, RoomIndex } from './remote-room.js';
import type { LeaseId } from './scheduler/events.js';

export type { RemoteNeed } from './remote-demand.js';

/** Waiting tasks go to other nodes after this: so long this node may take to place them itself, milliseconds. */
const SPILL_MILLISECONDS = 20;
/** A node that tasks name, and that is not there for so long, has died or never was; milliseconds. */
const ABSENT_MILLISECONDS = 5000;
/** Node ids that were waited for in vain, of which this many are remembered. */
const MOST_ABSENT = 1000;
/** Indexes of nodes that no demand needs now and that are kept for the next one. */
const MOST_UNUSED_KINDS = 32;
/** Leases of another job that are looked at for one that can be shared. */
const SHARING_TRIES = 16;

/** Another node as its gateway describes it. */
export interface RemoteNode {
  readonly peer: number;
  readonly node: string;
  readonly address: string;
  readonly totals: Amounts;
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

/** What a client says of its tasks of one shape. */
export interface ClientDemand {
  readonly slot: number;
  readonly job: number;
  readonly shape: number;
  readonly need: RemoteNeed;
  /** Tasks that wait. */
  readonly count: number;
  /** How many grants it had received, of those that `sent` was told of. */
  readonly seen: number;
}

/** Where tasks of a strategy may run, as the nodes are now. */
export interface Route {
  /** This node's own scheduler may take them all. */
  readonly here: boolean;
  /** Other nodes, or this one in its turn. */
  readonly elsewhere: boolean;
}

/** What is to be done. */
export interface Decision {
  readonly grants: RemoteGrant[];
  /** So many tasks of these demands this node's own scheduler may take now, in all. */
  readonly here: { readonly slot: number; readonly shape: number; readonly count: number }[];
  /** These demands cannot be met, and are dropped. */
  readonly hopeless: { readonly slot: number; readonly shape: number; readonly reason: string }[];
}

interface KnownNode extends RemoteNode {
  readonly room: NodeRoom;
}

interface RemoteLease {
  readonly grant: RemoteGrant;
  readonly job: RemoteJob;
  readonly needs: Needs;
  /** The lease of another job whose room it has a share of. */
  readonly shares: RemoteLease | undefined;
}

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
  readonly #salt: number;
  readonly #nodes = new Map<number, KnownNode>();
  readonly #byId = new Map<string, KnownNode>();
  readonly #kinds = new Map<string, NeedKind>();
  readonly #demands = new Map<number, Map<number, RemoteDemand>>();
  readonly #jobs = new Map<number, RemoteJob>();
  readonly #leases = new Map<LeaseId, RemoteLease>();
  readonly #leasesOf = new Map<number, Set<LeaseId>>();
  /** Left to this node for a moment; the longest waiting first, as all wait equally long. */
  readonly #pending = new Set<RemoteDemand>();
  /** Kinds in which a demand is due. */
  readonly #due = new Set<NeedKind>();
  /** Demands for a node that is not there, the longest waiting first. */
  readonly #absent = new Set<RemoteDemand>();
  readonly #gone = new Set<string>();
  /** What this node's scheduler may take of SPREAD tasks and has not yet. */
  readonly #promised: Record<string, number> = {};
  /** Nodes with grants that what they say may not include yet. */
  readonly #settling = new Set<KnownNode>();
  #now = 0;
  #turn = 0;
  #nextLease = FIRST_REMOTE_WORKER;
  /** Something is due that was left to this node once more. */
  #recheck: number | undefined;

  /** @param salt makes nodes that see the same room prefer different ones */
  constructor(own: { readonly node: string; readonly totals: Amounts }, salt = 0) {
    this.#own = own;
    this.#salt = salt;
  }

  get nodes(): readonly RemoteNode[] {
    return [...this.#nodes.values()];
  }

  /** What a node has free, as far as this one knows. */
  freeOf(peer: number): Amounts {
    return this.#nodes.get(peer)?.room.free ?? {};
  }

  joined(node: RemoteNode): void {
    const known = { ...node, room: new NodeRoom(node.peer, node.totals, this.#salt) };
    this.#nodes.set(node.peer, known);
    this.#byId.set(node.node, known);
    this.#gone.delete(node.node);
    this.#roomChanged(known);
    for (const demand of this.#absent) {
      if (demand.need.strategy.node !== node.node) continue;
      this.#absent.delete(demand);
      demand.absentSince = undefined;
    }
  }

  available(peer: number, free: Amounts): void {
    const node = this.#nodes.get(peer);
    if (node === undefined) return;
    node.room.said(free);
    this.#roomChanged(node);
  }

  /** The leases on it are void; returned so that their holders can be told. */
  left(peer: number): RemoteGrant[] {
    const node = this.#nodes.get(peer);
    if (node === undefined) return [];
    this.#nodes.delete(peer);
    this.#settling.delete(node);
    if (this.#byId.get(node.node) === node) this.#byId.delete(node.node);
    for (const { rooms } of this.#kinds.values()) rooms?.remove(node.room);
    const lost = [...this.#leases.values()].filter(({ grant }) => grant.peer === peer);
    for (const lease of lost) this.#end(lease);
    return lost.map(({ grant }) => grant);
  }

  /** Where such tasks may run now. To be asked again when nodes have joined or left, unless the strategy names none. */
  route({ resources, strategy }: RemoteNeed): Route {
    const { spread, node, soft } = strategy;
    if (spread) return { here: false, elsewhere: true };
    if (node === '') return { here: true, elsewhere: true };
    const needs = Object.entries(resources);
    if (node === this.#own.node) {
      const never = !fits(needs, this.#own.totals);
      return { here: true, elsewhere: soft && never };
    }
    if (!soft) return { here: false, elsewhere: true };
    const named = this.#byId.get(node);
    return { here: named === undefined || !fits(needs, named.totals), elsewhere: true };
  }

  /** So many tasks of the client wait now. Not for tasks that only this node's scheduler may take. */
  demand(said: ClientDemand, now: number): void {
    const { slot, shape, need, count, seen } = said;
    let demand = this.#demands.get(slot)?.get(shape);
    if (demand === undefined) {
      if (count === 0) return;
      demand = this.#newDemand(slot, shape, said.job, need);
    }
    if (demand.count === 0) {
      demand.since = now;
      demand.ripe = false;
    }
    demand.count = count;
    while (demand.unseen.length > 0 && demand.unseen[0]! <= seen) demand.unseen.shift();
    if (count === 0) this.#promise(demand, -demand.here);
    // What says that this node cannot run them is said once; the rest need not be remembered.
    if (count === 0 && !demand.infeasible && demand.unseen.length + demand.decided === 0)
      this.#forget(demand);
    else this.#file(demand);
  }

  /** Nobody waits for these tasks any more: their submitter was told that they failed. */
  drop(slot: number, shape: number): void {
    const demand = this.#demands.get(slot)?.get(shape);
    if (demand === undefined) return;
    this.#promise(demand, -demand.here);
    this.#forget(demand);
  }

  /**
   * A grant is on its way to the client, as its grant number `sequence` (from 1) of all that it is sent, here or elsewhere.
   * @param here it is one of this node's own scheduler
   */
  sent(slot: number, shape: number, sequence: number, here: boolean): void {
    const demand = this.#demands.get(slot)?.get(shape);
    if (demand === undefined) return;
    demand.unseen.push(sequence);
    if (!here) demand.decided--;
    else if (demand.here > 0) this.#promise(demand, -1);
    this.#file(demand);
  }

  /** This node can never run them. True the first time. */
  infeasible(slot: number, shape: number): boolean {
    const demand = this.#demands.get(slot)?.get(shape);
    if (demand === undefined || demand.infeasible) return false;
    demand.infeasible = true;
    this.#file(demand);
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
    for (const demand of this.#demands.get(slot)?.values() ?? []) {
      this.#promise(demand, -demand.here);
      this.#forget(demand);
    }
    const held = [...(this.#leasesOf.get(slot) ?? [])].map((lease) => this.#leases.get(lease)!);
    for (const lease of held) this.#end(lease);
    this.#leasesOf.delete(slot);
    return held.map(({ grant }) => grant);
  }

  jobEnded(job: number): void {
    this.#jobs.delete(job);
  }

  grantOf(lease: LeaseId): RemoteGrant | undefined {
    return this.#leases.get(lease)?.grant;
  }

  /** A grant was not sent after all. */
  withdraw({ slot, shape, lease }: RemoteGrant): void {
    const demand = this.#demands.get(slot)?.get(shape);
    if (demand !== undefined) demand.decided--;
    this.returned(slot, lease);
  }

  /** Whether any node, as it is when it is empty, could run such tasks. */
  feasible({ resources }: RemoteNeed): boolean {
    const needs = Object.entries(resources);
    return (
      fits(needs, this.#own.totals) || [...this.#nodes.values()].some(({ totals }) => fits(needs, totals))
    );
  }

  /**
   * The leases to be granted now.
   * @param free what this node has free this very moment: as many tasks as fit there are left to it
   */
  decide(now: number, free: Amounts): Decision {
    const decision: Decision = { grants: [], here: [], hopeless: [] };
    this.#now = now;
    this.#recheck = undefined;
    this.#settle(now);
    for (const demand of this.#pending) {
      if (now - demand.since < SPILL_MILLISECONDS) break;
      demand.ripe = true;
      this.#file(demand);
    }
    const here = { ...free };
    for (const [name, amount] of Object.entries(this.#promised)) here[name] = (here[name] ?? 0) - amount;
    const allowed = new Set<RemoteDemand>();
    for (;;) {
      const demand = this.#nextToServe(now, here, decision);
      if (demand === undefined) break;
      if (demand.need.strategy.spread && this.#takesHere(demand, here)) allowed.add(demand);
      else this.#grant(demand, this.#roomFor(demand.kind)!, undefined, decision);
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
    const [pending] = this.#pending;
    if (pending !== undefined && this.#nodes.size > 0)
      next = Math.min(next, pending.since + SPILL_MILLISECONDS);
    const [absent] = this.#absent;
    if (absent !== undefined) next = Math.min(next, absent.absentSince! + ABSENT_MILLISECONDS);
    if (this.#due.size > 0)
      for (const { room } of this.#settling)
        next = Math.min(next, room.settlesAt ?? Number.POSITIVE_INFINITY);
    return next === Number.POSITIVE_INFINITY ? undefined : next;
  }

  /** What nodes say includes the older grants by now. */
  #settle(now: number): void {
    for (const node of this.#settling) {
      const at = node.room.settlesAt;
      if (at !== undefined && at > now) continue;
      node.room.settle(now);
      this.#roomChanged(node);
      if (node.room.settlesAt === undefined) this.#settling.delete(node);
    }
  }

  // ---- demands

  #newDemand(slot: number, shape: number, jobNumber: number, need: RemoteNeed): RemoteDemand {
    let job = this.#jobs.get(jobNumber);
    if (job === undefined) {
      job = new RemoteJob();
      this.#jobs.set(jobNumber, job);
    }
    const key = NeedKind.key(need);
    let kind = this.#kinds.get(key);
    if (kind === undefined) {
      kind = new NeedKind(need);
      this.#kinds.set(key, kind);
    }
    kind.users++;
    const demand = new RemoteDemand(slot, shape, job, kind, need);
    const ofClient = this.#demands.get(slot) ?? new Map<number, RemoteDemand>();
    this.#demands.set(slot, ofClient.set(shape, demand));
    return demand;
  }

  #forget(demand: RemoteDemand): void {
    this.#leave(demand);
    this.#demands.get(demand.slot)?.delete(demand.shape);
    demand.kind.users--;
    if (this.#kinds.size <= MOST_UNUSED_KINDS) return;
    for (const [key, kind] of this.#kinds) {
      if (kind.users > 0) continue;
      this.#kinds.delete(key);
      return;
    }
  }

  /** To where it belongs: nowhere, among those that this node has a moment for, or among those that are due. */
  #file(demand: RemoteDemand): void {
    if (demand.waiting <= 0) this.#leave(demand);
    else if (demand.heapIndex >= 0) return;
    else if (demand.ripe || demand.infeasible || !isForAnyNode(demand)) {
      this.#pending.delete(demand);
      demand.kind.add(demand);
      this.#due.add(demand.kind);
    } else this.#pending.add(demand);
  }

  #leave(demand: RemoteDemand): void {
    this.#pending.delete(demand);
    this.#absent.delete(demand);
    demand.absentSince = undefined;
    demand.kind.remove(demand);
    if (demand.kind.jobs.size === 0) this.#due.delete(demand.kind);
  }

  /** Of all demands that can be met, the one whose job was served longest ago. */
  #nextToServe(now: number, here: Amounts, decision: Decision): RemoteDemand | undefined {
    let best: RemoteDemand | undefined;
    for (const kind of this.#due) {
      const first = kind.first!;
      if (best !== undefined && best.job.turn <= first.job.turn) continue;
      if (this.#canServe(kind, now, here, decision)) best = kind.first;
    }
    return best;
  }

  #canServe(kind: NeedKind, now: number, here: Amounts, decision: Decision): boolean {
    const { strategy, needs } = kind;
    const first = kind.first!;
    if (strategy.spread) {
      if (fits(needs, here) || this.#roomFor(kind) !== undefined) return true;
      // Its own scheduler lets them wait their turn among its other tasks, where nobody else has room.
      if (first.here > 0 || !fits(needs, this.#own.totals)) return false;
      const waitingSince = Math.max(first.since, first.servedAt);
      if (now - waitingSince >= SPILL_MILLISECONDS) return true;
      this.#checkAt(waitingSince + SPILL_MILLISECONDS);
      return false;
    }
    const named = strategy.node === '' ? undefined : this.#byId.get(strategy.node);
    if (strategy.node !== '' && !(strategy.soft && (named === undefined || !fits(needs, named.totals)))) {
      if (named === undefined) this.#missed(kind, now);
      else if (!fits(needs, named.totals)) {
        this.#hopeless(kind, `node ${named.node} has ${describe(named.totals)}`, decision);
        return false;
      }
      return this.#roomFor(kind) !== undefined;
    }
    if (isLeftHere(first, here)) {
      this.#checkAt(now + SPILL_MILLISECONDS);
      return false;
    }
    return this.#roomFor(kind) !== undefined;
  }

  #checkAt(time: number): void {
    this.#recheck = Math.min(this.#recheck ?? Number.POSITIVE_INFINITY, time);
  }

  /** Whether the next of these SPREAD tasks is for this node; then it is promised to it. */
  #takesHere(demand: RemoteDemand, here: Record<string, number>): boolean {
    const { kind } = demand;
    const rooms = this.#roomsOf(kind);
    const fitsHere = fits(kind.needs, here);
    const elsewhere = rooms.best !== undefined;
    if (elsewhere && !(fitsHere && rooms.hereIsNext)) return false;
    for (const [name, amount] of kind.needs) here[name] = (here[name] ?? 0) - amount;
    rooms.takenHere();
    this.#promise(demand, 1);
    this.#served(demand);
    this.#file(demand);
    return true;
  }

  #promise(demand: RemoteDemand, count: number): void {
    demand.here += count;
    for (const [name, amount] of demand.kind.needs)
      this.#promised[name] = (this.#promised[name] ?? 0) + count * amount;
  }

  // ---- rooms

  #roomFor(kind: NeedKind): NodeRoom | undefined {
    const { strategy, needs } = kind;
    if (strategy.node !== '') {
      const named = this.#byId.get(strategy.node);
      if (named !== undefined && (!strategy.soft || fits(needs, named.totals)))
        return fits(needs, named.room.free) ? named.room : undefined;
      if (!strategy.soft) return undefined;
    }
    return this.#roomsOf(kind).best;
  }

  #roomsOf(kind: NeedKind): RoomIndex {
    kind.rooms ??= new RoomIndex(
      kind.needs,
      kind.strategy.spread,
      [...this.#nodes.values()].map(({ room }) => room),
    );
    return kind.rooms;
  }

  #roomChanged({ room }: KnownNode): void {
    for (const { rooms } of this.#kinds.values()) rooms?.update(room);
  }

  // ---- nodes that are named and not there

  #missed(kind: NeedKind, now: number): void {
    for (const queue of kind.jobs.items()) {
      for (const demand of queue.demands.items()) {
        if (demand.absentSince !== undefined) continue;
        demand.absentSince = now;
        this.#absent.add(demand);
      }
    }
  }

  #giveUp(now: number, decision: Decision): void {
    for (const demand of this.#absent) {
      const { node } = demand.need.strategy;
      const known = this.#gone.has(node);
      if (!known && now - demand.absentSince! < ABSENT_MILLISECONDS) continue;
      this.#gone.add(node);
      if (this.#gone.size > MOST_ABSENT) this.#gone.delete(this.#gone.values().next().value!);
      const reason = `node ${node} is not in the cluster: it has died, or there never was one of that id`;
      decision.hopeless.push({ slot: demand.slot, shape: demand.shape, reason });
      this.#forget(demand);
    }
  }

  #hopeless(kind: NeedKind, reason: string, decision: Decision): void {
    for (let demand = kind.first; demand !== undefined; demand = kind.first) {
      decision.hopeless.push({ slot: demand.slot, shape: demand.shape, reason });
      this.#forget(demand);
    }
  }

  // ---- leases

  #grant(demand: RemoteDemand, room: NodeRoom, shares: RemoteLease | undefined, { grants }: Decision): void {
    const { slot, shape, need, job, kind } = demand;
    const grant: RemoteGrant = { lease: this.#nextLease++, peer: room.peer, slot, shape, need };
    this.#leases.set(grant.lease, { grant, job, needs: kind.needs, shares });
    const ofClient = this.#leasesOf.get(slot) ?? new Set<LeaseId>();
    this.#leasesOf.set(slot, ofClient.add(grant.lease));
    job.unshared.add(grant.lease);
    demand.decided++;
    room.take(kind.needs, this.#now);
    this.#settling.add(this.#nodes.get(room.peer)!);
    kind.rooms?.taken(room);
    this.#roomChanged(this.#nodes.get(room.peer)!);
    this.#served(demand);
    this.#file(demand);
    grants.push(grant);
  }

  #served(demand: RemoteDemand): void {
    const { job, kind } = demand;
    job.turn = ++this.#turn;
    kind.served(demand, job.turn);
    for (const queue of job.queues) queue.reposition();
  }

  /** Gives jobs that found no room a share in what the job that holds most holds, until they hold as much. */
  #share(here: Amounts, decision: Decision): void {
    if (this.#jobs.size < 2) return;
    for (;;) {
      const most = this.#greediest();
      const lease = most === undefined ? undefined : this.#shareOf(most, here, decision);
      if (lease === undefined) return;
    }
  }

  #greediest(): RemoteJob | undefined {
    let most: RemoteJob | undefined;
    for (const job of this.#jobs.values()) {
      if (most === undefined || job.unshared.size > most.unshared.size) most = job;
    }
    return most;
  }

  /** One lease to whoever would still not hold more than the job that holds most. */
  #shareOf(most: RemoteJob, here: Amounts, decision: Decision): RemoteLease | undefined {
    for (const kind of this.#due) {
      for (const { job, demands } of kind.jobs.items()) {
        const demand = demands.first!;
        if (job === most || job.held + 1 > most.unshared.size - 1) continue;
        // Otherwise this node takes it.
        if (isLeftHere(demand, here)) continue;
        const lease = this.#leaseToShare(most, kind);
        if (lease === undefined) continue;
        most.unshared.delete(lease.grant.lease);
        most.shared.add(lease.grant.lease);
        this.#grant(demand, this.#nodes.get(lease.grant.peer)!.room, lease, decision);
        return lease;
      }
    }
    return undefined;
  }

  #leaseToShare(most: RemoteJob, { needs, strategy: { node, soft } }: NeedKind): RemoteLease | undefined {
    let tries = 0;
    for (const id of most.unshared) {
      if (++tries > SHARING_TRIES) return undefined;
      const lease = this.#leases.get(id)!;
      const on = this.#nodes.get(lease.grant.peer);
      if (on === undefined || !fits(needs, on.totals)) continue;
      if (node === '' || on.node === node || (soft && !this.#byId.has(node))) return lease;
    }
    return undefined;
  }

  #end(lease: RemoteLease): void {
    const { grant, job, needs, shares } = lease;
    this.#leases.delete(grant.lease);
    this.#leasesOf.get(grant.slot)?.delete(grant.lease);
    job.unshared.delete(grant.lease);
    job.shared.delete(grant.lease);
    if (shares?.job.shared.delete(shares.grant.lease)) shares.job.unshared.add(shares.grant.lease);
    const node = this.#nodes.get(grant.peer);
    if (node === undefined) return;
    node.room.giveBack(needs);
    this.#roomChanged(node);
  }
}

/** Whether this node has room for all of these tasks: its processes may only have to start. */
function isLeftHere(demand: RemoteDemand, here: Amounts): boolean {
  if (demand.infeasible) return false;
  const { needs } = demand.kind;
  return fits(
    needs.map(([name, amount]) => [name, amount * demand.waiting] as const),
    here,
  );
}

function isForAnyNode({ need: { strategy } }: RemoteDemand): boolean {
  return !strategy.spread && strategy.node === '';
}

function describe(amounts: Amounts): string {
  const parts = Object.entries(amounts).map(([name, amount]) => `${name}: ${amount}`);
  return `{ ${parts.join(', ')} }`;
}
