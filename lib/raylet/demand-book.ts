import type { Amounts } from '../protocol/amounts.js';
import { isDealtOut } from '../protocol/strategy.js';
import type { AbsentNodes } from './absent-nodes.js';
import { NeedKind, RemoteDemand, RemoteJob, type RemoteNeed } from './remote-demand.js';

/** Waiting tasks go to other nodes after this: so long this node may take to place them itself, milliseconds. */
export const SPILL_MILLISECONDS = 20;
/** What a task is taken to last of which none has ended yet: it may be tiny, and then it is not worth the way. Milliseconds. */
const UNKNOWN_TASK_MILLISECONDS = 0.05;
/** However short its tasks: one submitter gets no more of them through in `SPILL_MILLISECONDS`. */
const MOST_QUICK_TASKS = 2000;
/** Indexes of nodes that no demand needs now and that are kept for the next one. */
const MOST_UNUSED_KINDS = 32;

/** All demands of this node's clients that other nodes may serve: those left to this node for a moment, and those that are due. */
export class DemandBook {
  readonly #kinds = new Map<string, NeedKind>();
  readonly #bySlot = new Map<number, Map<number, RemoteDemand>>();
  readonly #jobs = new Map<number, RemoteJob>();
  /** This node has a moment for them; the longest waiting first, as all wait equally long. Those with many tasks are due all the same. */
  readonly #fresh = new Set<RemoteDemand>();
  /** Were due, and this node has room for them; since when, the longest first. */
  readonly #kept = new Map<RemoteDemand, number>();
  readonly #due = new Set<NeedKind>();
  readonly #own: Amounts;
  readonly #absent: AbsentNodes;

  /** @param own what this node has in all */
  constructor(own: Amounts, absent: AbsentNodes) {
    this.#own = own;
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
    const [fresh] = this.#fresh;
    const [kept] = this.#kept.values();
    const since = Math.min(fresh?.since ?? Number.POSITIVE_INFINITY, kept ?? Number.POSITIVE_INFINITY);
    return since === Number.POSITIVE_INFINITY ? undefined : since + SPILL_MILLISECONDS;
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
    if (demand.waiting <= 0) {
      this.#leave(demand);
      return;
    }
    const fresh = !demand.ripe && !demand.infeasible && isForAnyNode(demand);
    if (fresh) this.#fresh.add(demand);
    else this.#fresh.delete(demand);
    // As long as there may be no process for it, that depends on the room here.
    if (fresh && demand.waiting <= this.quickHere(demand) && !mayLackProcess(demand)) this.#leaveDue(demand);
    else if (demand.heapIndex < 0 && !this.#kept.has(demand)) {
      demand.kind.add(demand);
      this.#due.add(demand.kind);
    }
  }

  /** As `file`, for one of which something new is known: whether it is kept is to be decided again. */
  fileAnew(demand: RemoteDemand): void {
    this.#kept.delete(demand);
    this.file(demand);
  }

  /**
   * So many of these tasks this node is through with at once: within the moment that it has for them, and none afterwards.
   * @param hasRoom this node's scheduler has had its turn, and has left room for another of these tasks
   */
  quickHere(demand: RemoteDemand, hasRoom = false): number {
    if (!this.#fresh.has(demand)) return 0;
    // So what is missing is a process, and to start one takes longer than the moment.
    if (hasRoom && mayLackProcess(demand)) return 0;
    let slots = Number.POSITIVE_INFINITY;
    for (const [name, amount] of demand.kind.needs)
      if (amount > 0) slots = Math.min(slots, Math.floor((this.#own[name] ?? 0) / amount));
    const each = demand.meanMilliseconds || UNKNOWN_TASK_MILLISECONDS;
    return Math.min(MOST_QUICK_TASKS, Math.floor((slots * SPILL_MILLISECONDS) / each));
  }

  /** It is due, and this node has room for it: it is so again when that has changed, or after a moment. */
  keep(demand: RemoteDemand, now: number): void {
    this.#leaveDue(demand);
    this.#kept.set(demand, now);
  }

  /** What was kept may not fit here any more. */
  release(): void {
    for (const demand of [...this.#kept.keys()]) this.fileAnew(demand);
  }

  /** What was left to this node for long enough becomes due. */
  ripen(now: number): void {
    for (const demand of this.#fresh) {
      if (now - demand.since < SPILL_MILLISECONDS) break;
      demand.ripe = true;
      this.fileAnew(demand);
    }
    for (const [demand, since] of this.#kept) {
      if (now - since < SPILL_MILLISECONDS) break;
      this.fileAnew(demand);
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
    this.#fresh.delete(demand);
    this.#absent.leave(demand);
    this.#leaveDue(demand);
  }

  #leaveDue(demand: RemoteDemand): void {
    this.#kept.delete(demand);
    demand.kind.remove(demand);
    if (demand.kind.jobs.size === 0) this.#due.delete(demand.kind);
  }
}

/** Whether none of these tasks was given a process here, for all that is known. */
function mayLackProcess({ meanMilliseconds, grantsHere }: RemoteDemand): boolean {
  return meanMilliseconds === 0 && grantsHere === 0;
}

function isForAnyNode({ need: { strategy } }: RemoteDemand): boolean {
  return !isDealtOut(strategy) && strategy.node === '';
}
