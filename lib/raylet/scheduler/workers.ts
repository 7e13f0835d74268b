import type { Client, Job, Worker, WorkerState } from './entities.js';
import { Worker as WorkerRecord } from './entities.js';
import type { WorkerId } from './events.js';
import { DEPARTED_HISTORIES } from './history.js';

/** All worker processes by state; chooses the one for a lease and those to stop. */
export class WorkerPool {
  readonly #all = new Map<WorkerId, Worker>();
  /** In the order in which they were asked for. */
  readonly #starting = new Set<Worker>();
  /** Longest idle first. */
  readonly #idle = new Set<Worker>();
  /** Idle processes of nobody and of each job, the last used (the warmest) at the end. */
  readonly #idleByJob = new Map<Job | undefined, Worker[]>();
  /** Reusable suspended processes of each job, longest suspended first. */
  readonly #waitingByJob = new Map<Job, Set<Worker>>();
  readonly #departed = new Map<WorkerId, string[]>();
  #stopping = 0;
  #nextId = 1;

  /** Also those that are stopping. */
  get size(): number {
    return this.#all.size;
  }

  /** Processes that run or start, and were not told to stop. */
  get active(): number {
    return this.#all.size - this.#stopping;
  }

  get stopping(): number {
    return this.#stopping;
  }

  /** Processes that are being started. */
  get starting(): ReadonlySet<Worker> {
    return this.#starting;
  }

  get(id: WorkerId): Worker | undefined {
    return this.#all.get(id);
  }

  all(): Iterable<Worker> {
    return this.#all.values();
  }

  /** Idle processes that any job may take. */
  get idleUnbound(): number {
    return this.#idleByJob.get(undefined)?.length ?? 0;
  }

  /** As `idleUnbound`, with those that are being started. */
  get unbound(): number {
    let count = this.idleUnbound;
    for (const worker of this.#starting) if (worker.job === undefined) count++;
    return count;
  }

  create(job: Job | undefined, now: number, cause: string): Worker {
    const worker = new WorkerRecord(this.#nextId++, job);
    this.#all.set(worker.id, worker);
    job?.workers.add(worker);
    this.#starting.add(worker);
    worker.history.record(now, undefined, 'none', 'starting', cause);
    return worker;
  }

  /** Gives a process of nobody to a job. */
  bind(worker: Worker, job: Job): void {
    const idle = worker.state === 'idle';
    if (idle) this.#leave(worker);
    worker.job = job;
    job.workers.add(worker);
    if (idle) this.#enter(worker);
  }

  move(worker: Worker, state: WorkerState, now: number, cause: string): void {
    if (worker.state === state) return;
    worker.history.record(now, undefined, worker.state, state, cause);
    this.#leave(worker);
    worker.state = state;
    if (state === 'idle') worker.idleSince = now;
    if (state === 'stopping') worker.job?.workers.delete(worker);
    if (state === 'gone') this.#forget(worker);
    this.#enter(worker);
  }

  /**
   * A process for a lease of this submitter, or undefined. Its own process first: it needs no message, and what a suspended
   * task waits for runs where that task will go on. Then idle ones, then those in which everything is suspended.
   */
  choose(client: Client, job: Job, exclusive: boolean): Worker | undefined {
    const own = client.worker;
    if (!exclusive && own !== undefined && (own.state === 'waiting' || own.state === 'idle')) return own;
    const ofJob = this.#idleByJob.get(job)?.at(-1);
    const idle = ofJob?.starts === true ? ofJob : (this.#idleByJob.get(undefined)?.at(-1) ?? ofJob);
    if (idle !== undefined || exclusive) return idle;
    return this.#waitingByJob.get(job)?.values().next().value;
  }

  /** The process that was idle longest, of those that can be stopped: nothing that they submitted is unfinished. */
  longestIdle(accept: (worker: Worker) => boolean): Worker | undefined {
    for (const worker of this.#idle) {
      if (accept(worker) && !isSubmitting(worker)) return worker;
    }
    return undefined;
  }

  /** What is remembered of a process, also of one that went recently. */
  historyOf(id: WorkerId): string[] {
    return this.#all.get(id)?.history.lines(id) ?? this.#departed.get(id) ?? [];
  }

  /** What its indexes say wrongly about a process, for checks. */
  violation(worker: Worker): string | undefined {
    const idleOf = this.#idleByJob.get(worker.job)?.filter((other) => other === worker).length ?? 0;
    const waitingOf = worker.job !== undefined && this.#waitingByJob.get(worker.job)?.has(worker) === true;
    const { state } = worker;
    if (this.#starting.has(worker) !== (state === 'starting'))
      return 'is wrongly (not) among the starting ones';
    if (this.#idle.has(worker) !== (state === 'idle')) return 'is wrongly (not) among the idle ones';
    if (idleOf !== (state === 'idle' ? 1 : 0)) return "is wrongly (not) among its job's idle ones";
    if (waitingOf !== (state === 'waiting')) return "is wrongly (not) among its job's waiting ones";
    const belongs = state !== 'stopping' && worker.job !== undefined;
    if ((worker.job?.workers.has(worker) === true) !== belongs)
      return "is wrongly (not) among its job's processes";
    return undefined;
  }

  /** Drops the indexes of a job that has no processes any more. */
  forgetJob(job: Job): void {
    this.#idleByJob.delete(job);
    this.#waitingByJob.delete(job);
  }

  #enter(worker: Worker): void {
    switch (worker.state) {
      case 'starting':
        this.#starting.add(worker);
        break;
      case 'idle':
        this.#idle.add(worker);
        this.#enterIdle(worker);
        break;
      case 'waiting': {
        const job = worker.job!;
        let set = this.#waitingByJob.get(job);
        if (set === undefined) {
          set = new Set();
          this.#waitingByJob.set(job, set);
        }
        set.add(worker);
        break;
      }
      case 'stopping':
        this.#stopping++;
        break;
      case 'busy':
      case 'blocked':
      case 'gone':
        break;
    }
  }

  /** The one that was used last comes first, behind it those that do not start what they are given. */
  #enterIdle(worker: Worker): void {
    const list = this.#idleByJob.get(worker.job);
    if (list === undefined) this.#idleByJob.set(worker.job, [worker]);
    else if (worker.starts) list.push(worker);
    else list.unshift(worker);
  }

  #leave(worker: Worker): void {
    switch (worker.state) {
      case 'starting':
        this.#starting.delete(worker);
        break;
      case 'idle': {
        this.#idle.delete(worker);
        const list = this.#idleByJob.get(worker.job)!;
        list.splice(list.lastIndexOf(worker), 1);
        break;
      }
      case 'waiting':
        this.#waitingByJob.get(worker.job!)!.delete(worker);
        break;
      case 'stopping':
        this.#stopping--;
        break;
      case 'busy':
      case 'blocked':
      case 'gone':
        break;
    }
  }

  #forget(worker: Worker): void {
    this.#all.delete(worker.id);
    worker.job?.workers.delete(worker);
    this.#departed.set(worker.id, worker.history.lines(worker.id));
    if (this.#departed.size > DEPARTED_HISTORIES) {
      this.#departed.delete(this.#departed.keys().next().value!);
    }
  }
}

/** Whether tasks that the process submitted are unfinished, as far as the raylet knows. */
function isSubmitting(worker: Worker): boolean {
  const client = worker.client;
  return client !== undefined && (client.waiting > 0 || client.leases.size > 0);
}
