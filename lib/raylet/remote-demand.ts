import type { Amounts } from '../protocol/amounts.js';
import { type Strategy, strategyKey } from '../protocol/strategy.js';
import type { Needs, RoomIndex } from './remote-room.js';
import { type HeapItem, IndexedHeap } from './scheduler/heap.js';

/** What a client's tasks of one shape need. */
export interface RemoteNeed {
  readonly resources: Amounts;
  readonly exclusive: boolean;
  readonly strategy: Strategy;
}

/** A job as far as other nodes are concerned. Jobs that wait for the same are served in the order of their turns. */
export class RemoteJob {
  /** Number of the last grant. */
  turn = 0;
  /** Leases that it holds and shares with no other job, and those that another job was given a share of. */
  readonly unshared = new Set<number>();
  readonly shared = new Set<number>();
  readonly queues = new Set<JobQueue>();

  get held(): number {
    return this.unshared.size + this.shared.size;
  }
}

/** Tasks of one shape of one client, a number. */
export class RemoteDemand implements HeapItem {
  heapIndex = -1;
  /** As the client counts them. */
  count = 0;
  /** How long one of them takes, as far as the client knows; 0 while none has ended. */
  meanMilliseconds = 0;
  /** Leases that this node's own scheduler has granted for it. */
  grantsHere = 0;
  /** Since when tasks wait, milliseconds. */
  since = 0;
  /** When one of them was last given a place. */
  servedAt = 0;
  /** This node has had its moment for them. */
  ripe = false;
  /** This node alone can never run them. */
  infeasible = false;
  /** Grants that the client had not received when it counted, by their numbers among all that it is sent; ascending. */
  unseen: number[] = [];
  /** Decided and not yet sent. */
  decided = 0;
  /** SPREAD: how many tasks this node's own scheduler may take and has not yet. */
  here = 0;
  /** Since when the one node that they may run on is not there. */
  absentSince: number | undefined;
  turn = 0;

  constructor(
    readonly slot: number,
    readonly shape: number,
    readonly job: RemoteJob,
    readonly kind: NeedKind,
    readonly need: RemoteNeed,
  ) {}

  /** Tasks that no grant provides for. */
  get waiting(): number {
    return this.count - this.unseen.length - this.decided - this.here;
  }
}

/** The demands of one job for one kind of need, the next one first. */
export class JobQueue implements HeapItem {
  heapIndex = -1;
  readonly demands = new IndexedHeap<RemoteDemand>((a, b) =>
    a.turn !== b.turn ? a.turn < b.turn : a.since < b.since,
  );

  constructor(
    readonly kind: NeedKind,
    readonly job: RemoteJob,
  ) {}

  /** The turn of the job has changed. */
  reposition(): void {
    this.kind.jobs.update(this);
  }
}

/** All demands with the same needs and strategy: what one of them cannot get now, none can. */
export class NeedKind {
  readonly needs: Needs;
  readonly strategy: Strategy;
  /** Demands that are due, by job. */
  readonly jobs = new IndexedHeap<JobQueue>((a, b) => {
    if (a.job.turn !== b.job.turn) return a.job.turn < b.job.turn;
    return a.demands.first!.since < b.demands.first!.since;
  });
  /** Demands that exist, due or not. */
  users = 0;
  /** Made when it is first needed. */
  rooms: RoomIndex | undefined;
  readonly #queues = new Map<RemoteJob, JobQueue>();

  constructor(need: RemoteNeed) {
    this.needs = Object.entries(need.resources);
    this.strategy = need.strategy;
  }

  static key({ resources, exclusive, strategy }: RemoteNeed): string {
    return `${JSON.stringify(resources)}${exclusive ? '!' : ''}${strategyKey(strategy)}`;
  }

  get first(): RemoteDemand | undefined {
    return this.jobs.first?.demands.first;
  }

  add(demand: RemoteDemand): void {
    if (demand.heapIndex >= 0) return;
    const { job } = demand;
    let queue = this.#queues.get(job);
    if (queue === undefined) {
      queue = new JobQueue(this, job);
      this.#queues.set(job, queue);
      job.queues.add(queue);
    }
    queue.demands.add(demand);
    if (queue.heapIndex < 0) this.jobs.add(queue);
    else this.jobs.update(queue);
  }

  remove(demand: RemoteDemand): void {
    if (demand.heapIndex < 0) return;
    const queue = this.#queues.get(demand.job)!;
    queue.demands.remove(demand);
    if (queue.demands.size > 0) {
      this.jobs.update(queue);
      return;
    }
    this.jobs.remove(queue);
    this.#queues.delete(demand.job);
    demand.job.queues.delete(queue);
  }

  /** The demand had a grant: it and its job go behind the others. */
  served(demand: RemoteDemand, turn: number): void {
    demand.turn = turn;
    if (demand.heapIndex >= 0) this.#queues.get(demand.job)!.demands.update(demand);
  }
}
