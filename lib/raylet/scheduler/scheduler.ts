import { DemandTable } from './demand.js';
import { type Amounts, amounts, describe, type SchedulerDescription } from './describe.js';
import { Client, Job, type Lease, type SubmitterQueue, type Worker } from './entities.js';
import type {
  ClientId,
  ClientJoined,
  Demand,
  JobId,
  LeaseId,
  SchedulerEvent,
  SchedulerInstruction,
  ShapeId,
  StopWorker,
  WorkerId,
} from './events.js';
import { LeaseTable } from './leases.js';
import { type ResolvedOptions, resolveOptions, type SchedulerOptions } from './options.js';
import type { SchedulerParts } from './parts.js';
import { PlacementPolicy } from './placement.js';
import { Resources } from './resources.js';
import { RevocationPolicy } from './revocation.js';
import { type StartDecision, StartPolicy } from './starts.js';
import { validate } from './validate.js';
import { WorkerPool } from './workers.js';

/**
 * The scheduler of one node: who gets which worker process, and how many processes there are. Events in, instructions out; no
 * I/O, no clock, no randomness: the same events give the same instructions.
 *
 * A million waiting tasks are one number here. The cost of an event depends neither on the number of tasks nor, but for
 * logarithms and scans of what currently holds a CPU, on that of clients and workers.
 *
 * The states of workers and leases and what moves them are in `entities.ts`; each policy is a class of its own and only decides;
 * this class carries the decisions out in the books and says so in instructions.
 */
export class Scheduler {
  readonly #options: ResolvedOptions;
  readonly #resources: Resources;
  readonly #pool = new WorkerPool();
  readonly #leases: LeaseTable;
  readonly #demand: DemandTable;
  readonly #placement: PlacementPolicy;
  readonly #starts: StartPolicy;
  readonly #revocation: RevocationPolicy;
  readonly #clients = new Map<ClientId, Client>();
  readonly #jobs = new Map<JobId, Job>();
  #out: SchedulerInstruction[] = [];
  #now = Number.NEGATIVE_INFINITY;
  #ticked = false;
  /** Somebody waits who did not wait before: leases may have to be asked back for him. */
  #newDemand = false;
  /** What is held has changed. */
  #holdingsChanged = false;
  /** Somebody waits for a process, and the limits leave none. */
  #limited = false;
  #ignored = 0;

  constructor(options: SchedulerOptions) {
    this.#options = resolveOptions(options);
    const { quantum, maxZeroCpuLeases, maxExclusiveLeases } = this.#options;
    this.#resources = new Resources(options.resources, maxZeroCpuLeases, maxExclusiveLeases);
    this.#leases = new LeaseTable(this.#resources, this.#pool);
    this.#demand = new DemandTable(this.#resources);
    this.#placement = new PlacementPolicy(this.#resources, this.#pool, this.#demand, quantum);
    this.#starts = new StartPolicy(this.#options, this.#resources, this.#pool, this.#jobs);
    this.#revocation = new RevocationPolicy(
      this.#resources,
      this.#demand,
      this.#leases,
      this.#jobs,
      this.#options,
    );
  }

  /**
   * The number of a set of resources, given by name (1 = one CPU; what is 0 may be left out). Equal sets have equal
   * numbers, also for different clients. Throws RangeError for what is not an amount, and beyond 16,384 different sets.
   * @param variant tells apart what needs the same and is to wait in queues of its own
   */
  shape(amounts: Iterable<readonly [name: string, amount: number]>, variant = ''): ShapeId {
    return this.#resources.intern(amounts, variant).id;
  }

  /**
   * Takes one event and returns what is to be done, in order. `now` is in milliseconds and never goes back. Throws
   * RangeError for a shape that does not exist and for a count that is none: faults of the shell.
   */
  handle(event: SchedulerEvent, now: number): SchedulerInstruction[] {
    if (now > this.#now) this.#now = now;
    const out: SchedulerInstruction[] = [];
    this.#out = out;
    if (this.#apply(event)) this.#schedule();
    else this.#ignored++;
    return out;
  }

  /** When the next `Tick` is due, in milliseconds of the events' clock (it may be past); undefined when none is needed. */
  nextTick(): number | undefined {
    if (!this.#ticked) return 0;
    const at = Math.min(this.#revocation.nextAt, this.#starts.retryAt, this.#starts.surplusAt());
    return at === Number.POSITIVE_INFINITY ? undefined : at;
  }

  /** What can be given away now, 1 = one; below zero while tasks that resumed hold more than there is. */
  available(): Amounts {
    return amounts(this.#resources.named(this.#resources.available));
  }

  /** What the node has, holds and waits for: for people, for `status`, for the texts of errors. JSON-safe. */
  describe(): SchedulerDescription {
    return describe(this.#parts(), this.#now, this.#ignored);
  }

  /** The last transitions of a worker and of the leases on it, a line each; also of one that ended recently. */
  historyOf(worker: WorkerId): string[] {
    return this.#pool.historyOf(worker);
  }

  /** Throws SchedulerStateError when the books disagree with each other. Linear in everything: for tests. */
  validateState(): void {
    validate(this.#parts());
  }

  #parts(): SchedulerParts {
    return {
      options: this.#options,
      resources: this.#resources,
      pool: this.#pool,
      leases: this.#leases,
      demand: this.#demand,
      clients: this.#clients,
      jobs: this.#jobs,
    };
  }

  // ---- events. Each returns false when the event is about something that is gone.

  #apply(event: SchedulerEvent): boolean {
    if (event.type === 'Demand') return this.#handleDemand(event);
    switch (event.type) {
      case 'ClientJoined':
        return this.#handleClientJoined(event);
      case 'ClientLeft':
        return this.#handleClientLeft(event.client);
      case 'WorkerStarted':
        return this.#handleWorkerStarted(event.worker, event.pid);
      case 'WorkerExited':
        return this.#handleWorkerExited(event.worker, event.reason ?? 'for an unknown reason');
      case 'WorkerStartFailed':
        return this.#handleWorkerExited(event.worker, event.reason);
      case 'LeaseReturned':
        return this.#handleLeaseReturned(event.client, event.lease, event.unstarted === true);
      case 'LeaseReleased':
      case 'LeaseSuspended':
      case 'LeaseResumed':
        return this.#handleLeaseChanged(event.type, event.worker, event.lease);
      case 'JobEnded':
        return this.#handleJobEnded(event.job);
      case 'Tick':
        return this.#handleTick();
    }
  }

  #handleClientJoined(event: ClientJoined): boolean {
    // A slot that is taken again without a word: its former user is gone.
    if (this.#clients.has(event.client)) this.#handleClientLeft(event.client);
    const { totals } = this.#resources;
    if (event.kind === 'worker') {
      const worker = this.#pool.get(event.worker);
      if (worker === undefined || worker.client !== undefined) return false;
      worker.client = new Client(event.client, worker, undefined, totals);
      this.#clients.set(event.client, worker.client);
      return true;
    }
    let job = this.#jobs.get(event.job);
    if (job?.ended === true) return false;
    if (job === undefined) {
      job = new Job(event.job, event.weight ?? 1, totals);
      this.#jobs.set(job.id, job);
    }
    const client = new Client(event.client, undefined, job, totals);
    job.drivers.add(client);
    this.#clients.set(client.id, client);
    if (this.#ticked) this.#startBeforehand(undefined, this.#starts.prestart());
    this.#startBeforehand(job, this.#starts.prestartFor(job));
    return true;
  }

  #handleClientLeft(id: ClientId): boolean {
    const client = this.#clients.get(id);
    if (client === undefined) return false;
    this.#clients.delete(id);
    this.#demand.dropClient(client, this.#now);
    for (const lease of client.leases) this.#revoke(lease, true);
    if (client.worker !== undefined) client.worker.client = undefined;
    client.ownJob?.drivers.delete(client);
    return true;
  }

  #handleWorkerStarted(id: WorkerId, pid: number): boolean {
    const worker = this.#pool.get(id);
    if (worker === undefined) return false;
    worker.pid = pid;
    if (worker.state !== 'starting') return false;
    this.#starts.succeeded(worker.job);
    this.#pool.move(worker, 'idle', this.#now, 'WorkerStarted');
    return true;
  }

  #handleWorkerExited(id: WorkerId, reason: string): boolean {
    const worker = this.#pool.get(id);
    if (worker === undefined) return false;
    const failedToStart = worker.state === 'starting';
    const { job } = worker;
    this.#pool.move(worker, 'stopping', this.#now, `WorkerExited: ${reason}`);
    for (const lease of [...worker.awake, ...worker.suspended]) {
      const { client } = lease.queue;
      this.#leases.end(lease, 'lost', this.#now, `WorkerExited: ${reason}`);
      this.#held(client);
      if (this.#clients.get(client.id) === client && client.worker !== worker) {
        this.#out.push({ type: 'LeaseLost', client: client.id, lease: lease.id, worker: id });
      }
    }
    if (worker.client !== undefined) this.#handleClientLeft(worker.client.id);
    this.#pool.move(worker, 'gone', this.#now, 'WorkerExited');
    if (job?.ended === true) this.#forgetJob(job);
    else if (failedToStart) this.#handleStartFailed(job, reason);
    return true;
  }

  #handleStartFailed(job: Job | undefined, reason: string): void {
    const { maxStartFailures } = this.#options;
    for (const queue of this.#starts.failed(job, this.#now)) {
      this.#demand.drop(queue, this.#now);
      this.#out.push({
        type: 'StartFailed',
        client: queue.client.id,
        shape: queue.demand.shape.id,
        exclusive: queue.demand.exclusive,
        reason: `${maxStartFailures} worker processes in a row could not be started; the last one: ${reason}`,
      });
    }
  }

  #handleDemand(event: Demand): boolean {
    const shape = this.#resources.shape(event.shape);
    if (shape === undefined) throw new RangeError(`there is no shape ${event.shape}`);
    if (!Number.isSafeInteger(event.count) || event.count < 0 || !(event.depth >= 0)) {
      throw new RangeError(`not a demand: count ${event.count}, depth ${event.depth}`);
    }
    const client = this.#clients.get(event.client);
    const job = client?.job;
    if (client === undefined || job === undefined || job.ended) return false;
    const { exclusive } = event;
    const { infeasible } = exclusive ? shape.exclusive : shape.shared;
    if (infeasible !== undefined) {
      if (event.count === 0) return true;
      this.#out.push({
        type: 'Infeasible',
        client: client.id,
        shape: shape.id,
        exclusive,
        reason: infeasible,
      });
      return true;
    }
    if (this.#demand.report(client, job, shape, event, this.#now)) this.#newDemand = true;
    return true;
  }

  #handleLeaseReturned(id: ClientId, leaseId: LeaseId, unstarted: boolean): boolean {
    const lease = this.#leases.get(leaseId);
    const client = this.#clients.get(id);
    if (lease === undefined || client === undefined || lease.queue.client !== client) return false;
    lease.worker.starts = !unstarted;
    this.#leases.end(lease, 'ended', this.#now, 'LeaseReturned');
    this.#held(client);
    return true;
  }

  #handleLeaseChanged(
    type: 'LeaseReleased' | 'LeaseSuspended' | 'LeaseResumed',
    worker: WorkerId,
    leaseId: LeaseId,
  ): boolean {
    const lease = this.#leases.get(leaseId);
    if (lease === undefined || lease.worker.id !== worker) return false;
    lease.worker.starts = true;
    if (type === 'LeaseReleased') this.#leases.end(lease, 'ended', this.#now, type);
    else if (type === 'LeaseSuspended') this.#leases.suspend(lease, this.#now);
    else this.#leases.resume(lease, this.#now);
    this.#held(lease.queue.client);
    return true;
  }

  #handleJobEnded(id: JobId): boolean {
    const job = this.#jobs.get(id);
    if (job === undefined || job.ended) return false;
    job.ended = true;
    for (const driver of job.drivers) this.#demand.dropClient(driver, this.#now);
    for (const worker of this.#pool.all()) {
      if (worker.job !== job) continue;
      if (worker.client !== undefined) this.#demand.dropClient(worker.client, this.#now);
      // They come back with the process: others need not be asked for as much.
      for (const lease of [...worker.awake, ...worker.suspended])
        this.#leases.revoke(lease, 'hard', this.#now);
      this.#stop(worker, 'job-ended');
    }
    this.#forgetJob(job);
    return true;
  }

  #handleTick(): boolean {
    if (!this.#ticked) this.#startBeforehand(undefined, this.#starts.prestart());
    this.#ticked = true;
    for (;;) {
      const worker = this.#starts.surplus(this.#now);
      if (worker === undefined) return true;
      this.#stop(worker, 'idle');
    }
  }

  // ---- decisions

  #schedule(): void {
    this.#placement.begin();
    this.#starts.begin();
    for (;;) {
      const placement = this.#placement.next(this.#now);
      if (placement === undefined) break;
      const { stuck } = placement;
      if (stuck === undefined) this.#grant(placement.queue, placement.worker);
      else this.#carryOut(this.#starts.provide(stuck, this.#placement.free(), this.#now));
    }
    for (const job of this.#demand.waitingJobs) this.#carryOut(this.#starts.provideFirst(job, this.#now));
    const limited = this.#starts.atLimit.length > 0;
    if (this.#holdingsChanged || limited !== this.#limited) this.#revocation.changed();
    this.#holdingsChanged = false;
    this.#limited = limited;
    if (!this.#newDemand && this.#now < this.#revocation.nextAt) return;
    this.#newDemand = false;
    for (const { lease, hard } of this.#revocation.plan(this.#starts.atLimit, this.#now))
      this.#revoke(lease, hard);
  }

  #carryOut(decisions: readonly StartDecision[]): void {
    for (const decision of decisions) {
      if (decision.start !== undefined) this.#start(decision.start, 'demand');
      else this.#stop(decision.evict, 'evicted');
    }
  }

  #grant(queue: SubmitterQueue, worker: Worker): void {
    const { job, shape, exclusive } = queue.demand;
    const unbound = worker.job === undefined;
    if (unbound) {
      this.#pool.bind(worker, job);
      this.#out.push({ type: 'BindWorker', worker: worker.id, job: job.id });
    }
    const lease = this.#leases.grant(queue, worker, this.#now);
    this.#demand.granted(queue, this.#now);
    this.#held(queue.client);
    this.#out.push({
      type: 'Grant',
      client: queue.client.id,
      lease: lease.id,
      worker: worker.id,
      shape: shape.id,
      exclusive,
      resources: shape.resources,
    });
    if (unbound) this.#startBeforehand(undefined, this.#starts.spare());
  }

  #revoke(lease: Lease, hard: boolean): void {
    if (lease.revocation === 'hard' || lease.revocation === (hard ? 'hard' : 'soft')) return;
    this.#leases.revoke(lease, hard ? 'hard' : 'soft', this.#now);
    this.#out.push({ type: 'Revoke', lease: lease.id, worker: lease.worker.id, hard });
  }

  /** What a submitter holds has changed. */
  #held(client: Client): void {
    this.#demand.reposition(client);
    this.#holdingsChanged = true;
  }

  #startBeforehand(job: Job | undefined, count: number): void {
    for (let missing = count; missing > 0; missing--) this.#start(job, 'beforehand');
  }

  #start(job: Job | undefined, cause: string): void {
    const worker = this.#pool.create(job, this.#now, cause);
    this.#out.push({ type: 'StartWorker', worker: worker.id, job: job?.id });
  }

  #stop(worker: Worker, reason: StopWorker['reason']): void {
    this.#pool.move(worker, 'stopping', this.#now, reason);
    this.#out.push({ type: 'StopWorker', worker: worker.id, reason });
  }

  /** Once nothing of an ended job is left. */
  #forgetJob(job: Job): void {
    for (const worker of this.#pool.all()) if (worker.job === job) return;
    this.#pool.forgetJob(job);
    this.#jobs.delete(job.id);
  }
}
