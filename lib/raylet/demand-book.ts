import { isDealtOut } from '../protocol/strategy.js';
import type { AbsentNodes } from './absent-nodes.js';
import { NeedKind, RemoteDemand, RemoteJob, type RemoteNeed } from './remote-demand.js';

/** Waiting tasks go to other nodes after this: so long this node may take to place them itself, milliseconds. */
export const SPILL_MILLISECONDS = 20;
/** Indexes of nodes that no demand needs now and that are kept for the next one. */
const MOST_UNUSED_KINDS = 32;

/** All demands of this node's clients that other nodes may serve: those left to this node for a moment, and those that are due. */
export class DemandBook {
  readonly #kinds = new Map<string, NeedKind>();
  readonly #bySlot = new Map<number, Map<number, RemoteDemand>>();
  readonly #jobs = new Map<number, RemoteJob>();
  /** Left to this node for a moment; the longest waiting first, as all wait equally long. */
  readonly #pending = new Set<RemoteDemand>();
  readonly #due = new Set<NeedKind>();
  readonly #absent: AbsentNodes;

  constructor(absent: AbsentNodes) {
    this.#absent = absent;
  }

  /** Kinds in which a demand is due. */
  get due(): ReadonlySet<NeedKind> {
    return this.#due;
  }

  /** Also those in which none is. */
  kinds(): Iterable<NeedKind> {
    return this.#kinds.values();
  }

  /** Jobs that had a demand and have not ended. */
  get jobs(): ReadonlyMap<number, RemoteJob> {
    return this.#jobs;
  }

  /** When the next demand gets due by itself; undefined when none is left to this node. */
  get ripensAt(): number | undefined {
    const [first] = this.#pending;
    return first && first.since + SPILL_MILLISECONDS;
  }

  find(slot: number, shape: number): RemoteDemand | undefined {
    return this.#bySlot.get(slot)?.get(shape);
  }

  of(slot: number): RemoteDemand[] {
    return [...(this.#bySlot.get(slot)?.values() ?? [])];
  }

  add(slot: number, shape: number, jobNumber: number, need: RemoteNeed): RemoteDemand {
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
    const ofClient = this.#bySlot.get(slot) ?? new Map<number, RemoteDemand>();
    this.#bySlot.set(slot, ofClient.set(shape, demand));
    return demand;
  }

  forget(demand: RemoteDemand): void {
    this.#leave(demand);
    const ofClient = this.#bySlot.get(demand.slot);
    ofClient?.delete(demand.shape);
    if (ofClient?.size === 0) this.#bySlot.delete(demand.slot);
    demand.kind.users--;
    if (this.#kinds.size <= MOST_UNUSED_KINDS) return;
    for (const [key, kind] of this.#kinds) {
      if (kind.users > 0) continue;
      this.#kinds.delete(key);
      return;
    }
  }

  jobEnded(job: number): void {
    this.#jobs.delete(job);
  }

  /** To where it belongs: nowhere, among those that this node has a moment for, or among those that are due. */
  file(demand: RemoteDemand): void {
    if (demand.waiting <= 0) this.#leave(demand);
    else if (demand.heapIndex >= 0) return;
    else if (demand.ripe || demand.infeasible || !isForAnyNode(demand)) {
      this.#pending.delete(demand);
      demand.kind.add(demand);
      this.#due.add(demand.kind);
    } else this.#pending.add(demand);
  }

  /** What was left to this node for long enough becomes due. */
  ripen(now: number): void {
    for (const demand of this.#pending) {
      if (now - demand.since < SPILL_MILLISECONDS) break;
      demand.ripe = true;
      this.file(demand);
    }
  }

  /** It had a grant, the latest of all: it and its job go behind the others. */
  served(demand: RemoteDemand, turn: number): void {
    const { job, kind } = demand;
    job.turn = turn;
    kind.served(demand, turn);
    for (const queue of job.queues) queue.reposition();
  }

  #leave(demand: RemoteDemand): void {
    this.#pending.delete(demand);
    this.#absent.leave(demand);
    demand.kind.remove(demand);
    if (demand.kind.jobs.size === 0) this.#due.delete(demand.kind);
  }
}

function isForAnyNode({ need: { strategy } }: RemoteDemand): boolean {
  return !isDealtOut(strategy) && strategy.node === '';
}
