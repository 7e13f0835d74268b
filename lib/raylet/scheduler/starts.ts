import type { DemandClass, Job, SubmitterQueue, Worker } from './entities.js';
import type { JobId } from './events.js';
import type { ResolvedOptions } from './options.js';
import { apply, type Resources } from './resources.js';
import type { WorkerPool } from './workers.js';

/** Start a process for this job, or end this one to make room. */
export type StartDecision =
  | { readonly start: Job; readonly evict?: never }
  | { readonly start?: never; readonly evict: Worker };

type Verdict = 'start' | 'wait' | 'limit';

/**
 * Decides when processes are started and stopped. One is started for a class whose needs are free and for which no process, also
 * none that is already being started, can be used; so their number is limited by the CPUs, but for those in which an exclusive task
 * waits. Only the first process of a job does not wait for a free CPU: it starts while a lease is being asked back.
 */
export class StartPolicy {
  /** When a start that was put off is due, in milliseconds; Infinity when there is none. */
  retryAt = Number.POSITIVE_INFINITY;
  /** Of the last pass: classes for which the limits leave no process. */
  atLimit: DemandClass[] = [];
  readonly #options: ResolvedOptions;
  readonly #pool: WorkerPool;
  readonly #jobs: ReadonlyMap<JobId, Job>;
  /** Of this pass: processes that start and are not counted on by anybody yet; jobs that can count on one. */
  #unclaimed: Worker[] | undefined;
  readonly #provided = new Set<Job>();
  /** What the leases on the processes to come will hold, in units. */
  readonly #planned: number[];

  constructor(
    options: ResolvedOptions,
    resources: Resources,
    pool: WorkerPool,
    jobs: ReadonlyMap<JobId, Job>,
  ) {
    this.#jobs = jobs;
    this.#planned = resources.totals.map(() => 0);
    this.#options = options;
    this.#pool = pool;
  }

  /** How many processes to start at the first tick and for a new driver, before anybody asks. */
  prestart(): number {
    if (this.#options.startBound) return 0;
    return this.#room(this.#options.prestartWorkers - this.#pool.unbound);
  }

  /** How many to start for the job of a new driver: its part of those that any job could have taken, but at least one. */
  prestartFor(job: Job): number {
    if (!this.#options.startBound) return 0;
    let jobs = 0;
    for (const each of this.#jobs.values()) if (!each.ended) jobs++;
    return this.#room(Math.ceil(this.#options.prestartWorkers / jobs) - job.workers.size);
  }

  /** How many to start when one of nobody was given to a job, so that every other job finds one when it needs its first. */
  spare(): number {
    if (this.#options.startBound) return 0;
    let without = 0;
    for (const job of this.#jobs.values()) if (job.workers.size === 0 && !job.ended) without++;
    return this.#room(Math.min(without, this.#options.prestartWorkers) - this.#pool.unbound);
  }

  /** Before the first question of a pass. */
  begin(): void {
    this.retryAt = Number.POSITIVE_INFINITY;
    if (this.atLimit.length > 0) this.atLimit = [];
    this.#unclaimed = undefined;
    this.#provided.clear();
    this.#planned.fill(0);
  }

  /**
   * For a class whose needs are free and which lacks a process. `free` is what can be given away now. To be carried out at
   * once: whoever has a lesser claim must not take the process that is to make room.
   */
  provide(demand: DemandClass, free: readonly number[], now: number): StartDecision[] {
    const decisions: StartDecision[] = [];
    const { needs } = demand.requirement;
    const most = Math.min(demand.total, this.#options.maxWorkers);
    for (let count = 0; count < most; count++) {
      if (!needs.every((need) => free[need.index]! - this.#planned[need.index]! >= need.units)) break;
      if (!this.#provideOne(demand, decisions, now)) break;
      apply(this.#planned, needs, 1);
    }
    return decisions;
  }

  /** At the end of a pass, for each job that waits: its first process, if it has none and none will be free for it. */
  provideFirst(job: Job, now: number): StartDecision[] {
    const decisions: StartDecision[] = [];
    if (job.workers.size > 0 || this.#provided.has(job) || this.#pool.idleUnbound > 0) return decisions;
    this.#provideOne(job.waiting[0]!, decisions, now);
    return decisions;
  }

  /** The process that was idle too long, if there are more than are kept. */
  surplus(now: number): Worker | undefined {
    const worker = this.#longestSurplus();
    return worker !== undefined && worker.idleSince + this.#options.idleWorkerTimeout <= now
      ? worker
      : undefined;
  }

  /** When `surplus` will have one if nothing happens before, milliseconds. */
  surplusAt(): number {
    const worker = this.#longestSurplus();
    return worker === undefined
      ? Number.POSITIVE_INFINITY
      : worker.idleSince + this.#options.idleWorkerTimeout;
  }

  /**
   * A process of the job (undefined: of nobody) could not be started. After several in a row: the queues whose demand is to
   * be dropped, because nothing that lives will ever serve them; the others go on with what there is, and the next attempt comes later.
   */
  failed(job: Job | undefined, now: number): SubmitterQueue[] {
    if (job === undefined || ++job.startFailures < this.#options.maxStartFailures) return [];
    job.startFailures = 0;
    let lives = false;
    let becomesIdle = false;
    for (const worker of job.workers) {
      lives ||= worker.state !== 'starting';
      becomesIdle ||= worker.state === 'idle' || worker.state === 'busy';
    }
    const dropped: SubmitterQueue[] = [];
    for (const demand of job.waiting) {
      if (demand.exclusive ? !becomesIdle : !lives) dropped.push(...demand.queues.items());
    }
    if (lives) job.startBlockedUntil = now + this.#options.startBackoff;
    return dropped;
  }

  /** A process of the job is ready. */
  succeeded(job: Job | undefined): void {
    if (job === undefined) return;
    job.startFailures = 0;
    job.startBlockedUntil = 0;
  }

  /** Finds a process for one more lease of the class among those that start, or decides to start one; false: cannot. */
  #provideOne(demand: DemandClass, decisions: StartDecision[], now: number): boolean {
    const { job } = demand;
    this.#unclaimed ??= [...this.#pool.starting];
    let claimed = this.#unclaimed.findIndex((worker) => worker.job === job);
    if (claimed < 0) claimed = this.#unclaimed.findIndex((worker) => worker.job === undefined);
    if (claimed >= 0) {
      this.#unclaimed.splice(claimed, 1);
    } else {
      const verdict = this.#verdict(demand, decisions, now);
      if (verdict === 'limit') this.atLimit.push(demand);
      if (verdict !== 'start') return false;
      decisions.push({ start: job });
    }
    this.#provided.add(job);
    demand.obstacle = 'a process for it is starting';
    return true;
  }

  #verdict(demand: DemandClass, decisions: StartDecision[], now: number): Verdict {
    const { job } = demand;
    const { maxWorkers } = this.#options;
    if (now < job.startBlockedUntil) {
      this.retryAt = Math.min(this.retryAt, job.startBlockedUntil);
      demand.obstacle = 'processes could not be started; the next attempt comes shortly';
      return 'wait';
    }
    const worthAt = this.#worthStartingAt(demand);
    if (now < worthAt) {
      this.retryAt = Math.min(this.retryAt, worthAt);
      demand.obstacle = 'less work than starting a process';
      return 'wait';
    }
    // Those of earlier questions are in the pool already, those of this one are not.
    const size = this.#pool.size + decisions.length;
    if (size < maxWorkers) return 'start';
    demand.obstacle = `there are ${maxWorkers} processes, the limit`;
    // One at a time, and what is being stopped already makes room.
    if (this.#pool.stopping > 0) return 'wait';
    const evict = this.#pool.longestIdle((worker) => worker.job !== job);
    if (evict !== undefined) {
      decisions.push({ evict });
      return 'wait';
    }
    // The processes can be full of suspended tasks that wait for this very one: each job has one more for that case.
    return isStalled(job) && size < maxWorkers + this.#jobs.size ? 'start' : 'limit';
  }

  /** From when on a process is worth its start: at once, unless its only submitter has a lease and little work. */
  #worthStartingAt(demand: DemandClass): number {
    const queue = demand.queues.first!;
    const { processStart } = this.#options;
    const little = queue.runtimeMs !== undefined && demand.total * queue.runtimeMs < processStart;
    const served =
      little && demand.queues.size === 1 && [...queue.client.leases].some((lease) => lease.queue === queue);
    return served ? demand.waitingSince + processStart : 0;
  }

  #room(wanted: number): number {
    return Math.max(0, Math.min(wanted, this.#options.maxWorkers - this.#pool.size));
  }

  #longestSurplus(): Worker | undefined {
    if (this.#pool.active <= this.#options.prestartWorkers) return undefined;
    return this.#pool.longestIdle(() => true);
  }
}

/** Whether all processes that the job has are full of suspended tasks. */
function isStalled(job: Job): boolean {
  for (const worker of job.workers) {
    if (worker.state !== 'waiting' && worker.state !== 'blocked') return false;
  }
  return job.workers.size > 0;
}
