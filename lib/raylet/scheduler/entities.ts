import { Account } from './account.js';
import type { ClientId, JobId, LeaseId, WorkerId } from './events.js';
import { IndexedHeap } from './heap.js';
import { History } from './history.js';
import type { Requirement, Shape } from './resources.js';

/**
 * A worker process. Each state names who sets it and what may follow; `WorkerPool` makes the moves.
 *
 * | state    | meaning                                        | set by                            | may follow                       |
 * |----------|------------------------------------------------|-----------------------------------|----------------------------------|
 * | starting | asked for, not ready                           | StartWorker                       | idle, stopping, gone             |
 * | idle     | ready, no lease on it                          | WorkerStarted; its last lease ends | busy, stopping, gone             |
 * | busy     | at least one lease on it is awake              | a grant; LeaseResumed             | idle, waiting, blocked, stopping, gone |
 * | waiting  | all leases on it are suspended                 | LeaseSuspended; an awake one ends | busy, idle, stopping, gone       |
 * | blocked  | as waiting, and the lease is exclusive         | LeaseSuspended                    | busy, idle, stopping, gone       |
 * | stopping | StopWorker was sent; is given nothing any more | idle time, eviction, JobEnded     | gone                             |
 * | gone     | WorkerExited or WorkerStartFailed came         |                                   |                                  |
 */
export type WorkerState = 'starting' | 'idle' | 'busy' | 'waiting' | 'blocked' | 'stopping' | 'gone';

/**
 * A lease. Revocation (`none`, then `soft`, then `hard`, never back) is independent of the state.
 *
 * | state     | meaning                                            | set by                          | may follow             |
 * |-----------|----------------------------------------------------|---------------------------------|------------------------|
 * | awake     | holds all its shape needs                          | Grant; LeaseResumed             | suspended, ended, lost |
 * | suspended | holds what its shape keeps while its tasks await   | LeaseSuspended                  | awake, ended, lost     |
 * | ended     | given back                                         | LeaseReturned or LeaseReleased  |                        |
 * | lost      | its process is gone                                | WorkerExited                    |                        |
 */
export type LeaseState = 'awake' | 'suspended' | 'ended' | 'lost';

export type Revocation = 'none' | 'soft' | 'hard';

/** One driver's run, and what it holds of the node. */
export class Job {
  readonly account: Account;
  /** All its processes that are not stopping. */
  readonly workers = new Set<Worker>();
  /** Its queues by class. */
  readonly classes = new Map<string, DemandClass>();
  /** Those of its classes in which somebody waits. */
  readonly waiting: DemandClass[] = [];
  readonly drivers = new Set<Client>();
  /** Leases on its processes that hold something and were not revoked hard. */
  readonly revocable = new Set<Lease>();
  /** By resource: number of the last grant of a shape that it dominates, for taking turns. */
  readonly turns: number[];
  startFailures = 0;
  /** No process is started for it before this time, milliseconds. */
  startBlockedUntil = 0;
  ended = false;

  constructor(
    readonly id: JobId,
    readonly weight: number,
    totals: readonly number[],
  ) {
    this.account = new Account(totals, weight);
    this.turns = totals.map(() => 0);
  }
}

/** A process that submits tasks. */
export class Client {
  readonly account: Account;
  /** Its queues, by the key of their class. */
  readonly queues = new Map<string, SubmitterQueue>();
  /** Leases that it holds. */
  readonly leases = new Set<Lease>();
  /** Tasks that wait for a lease, over all queues. */
  waiting = 0;
  /** Grants made so far. */
  granted = 0;

  constructor(
    readonly id: ClientId,
    /** The process, unless it is a driver. */
    readonly worker: Worker | undefined,
    /** The driver's; a worker's is that of its process. */
    readonly ownJob: Job | undefined,
    totals: readonly number[],
  ) {
    this.account = new Account(totals, 1);
  }

  get job(): Job | undefined {
    return this.ownJob ?? this.worker?.job;
  }
}

/** The tasks of one submitter that have one shape: a number, whatever their number. */
export class SubmitterQueue {
  readonly account: Account;
  heapIndex = -1;
  /** Tasks that wait for a lease and are not provided for by one. */
  count = 0;
  /** Of the deepest task, as last reported; also that of the leases it holds. */
  depth = 0;
  runtimeMs: number | undefined = undefined;
  /** Grants that the client may not have received yet, by their numbers among all of the client's, ascending. */
  unseen: number[] = [];
  /** Number of the grant that it had last. */
  turn = 0;

  constructor(
    readonly client: Client,
    readonly demand: DemandClass,
    totals: readonly number[],
  ) {
    this.account = new Account(totals, 1);
  }
}

/** What the queues of one job for one shape have in common: what one of them cannot get, none can. */
export class DemandClass {
  /** The queues in which tasks wait, the next one to be served first. */
  readonly queues: IndexedHeap<SubmitterQueue>;
  /** What a lease for it holds. */
  readonly requirement: Requirement;
  /** Sum of their counts. */
  total = 0;
  /** Since when nobody in it was served although somebody waits, milliseconds. */
  waitingSince = 0;
  /** Why nobody in it is served, as the last pass found it. For people. */
  obstacle: string | undefined = undefined;

  // Marks of the current pass, see PlacementPolicy.
  stuckInPass = 0;
  reservedInPass = 0;

  constructor(
    readonly job: Job,
    readonly shape: Shape,
    readonly exclusive: boolean,
  ) {
    this.requirement = exclusive ? shape.exclusive : shape.shared;
    this.queues = new IndexedHeap((a, b) => goesBefore(a, b));
  }

  static key(shape: Shape, exclusive: boolean): string {
    return exclusive ? `${shape.id}!` : `${shape.id}`;
  }

  /** Number of the grant of its job's that it last had to wait behind. */
  get lastTurn(): number {
    return this.job.turns[this.shape.dominant.index]!;
  }

  get key(): string {
    return DemandClass.key(this.shape, this.exclusive);
  }
}

/**
 * The order within a job: deeper tasks first, because something suspended waits for them; then the submitter, then the queue
 * that holds least of what is asked for; then in turn.
 */
export function goesBefore(a: SubmitterQueue, b: SubmitterQueue): boolean {
  if (a.depth !== b.depth) return a.depth > b.depth;
  const indexA = a.demand.shape.dominant.index;
  const indexB = b.demand.shape.dominant.index;
  const ofA = a.client.account.claim(indexA);
  const ofB = b.client.account.claim(indexB);
  if (ofA !== ofB) return ofA < ofB;
  const inA = a.account.claim(indexA);
  const inB = b.account.claim(indexB);
  if (inA !== inB) return inA < inB;
  return a.turn < b.turn;
}

/** A worker process, also one that is only being started. Changed by `WorkerPool` and `LeaseTable` alone. */
export class Worker {
  state: WorkerState = 'starting';
  /** Bound to it: at its start, or by its first grant. */
  job: Job | undefined;
  /** Its own connection as a submitter. */
  client: Client | undefined = undefined;
  pid: number | undefined = undefined;
  /** Leases on it. More than one can be awake: a suspended one resumes without asking. */
  readonly awake = new Set<Lease>();
  readonly suspended = new Set<Lease>();
  /** One of its leases is exclusive, hence its only one. */
  exclusive = false;
  /** False from when a task was taken from it that it had not started for long, until it is heard of again. */
  starts = true;
  /** What it is charged, in units: the largest amount of its awake leases, as a process computes on one thread. */
  cpu = 0;
  process = 0;
  /** Milliseconds. */
  idleSince = 0;
  readonly history = new History();

  constructor(
    readonly id: WorkerId,
    job: Job | undefined,
  ) {
    this.job = job;
  }
}

/** The right of a submitter to run tasks of one shape on one worker. Changed by `LeaseTable` alone. */
export class Lease {
  state: LeaseState = 'awake';
  revocation: Revocation = 'none';

  constructor(
    readonly id: LeaseId,
    /** Holds its submitter too, which may have left. */
    readonly queue: SubmitterQueue,
    readonly worker: Worker,
    /** Milliseconds. */
    readonly grantedAt: number,
  ) {}

  get job(): Job {
    return this.queue.demand.job;
  }

  get shape(): Shape {
    return this.queue.demand.shape;
  }

  get requirement(): Requirement {
    return this.queue.demand.requirement;
  }

  get exclusive(): boolean {
    return this.queue.demand.exclusive;
  }

  get name(): string {
    return `lease ${this.id} (client ${this.queue.client.id}, worker ${this.worker.id})`;
  }
}
