import Denque from 'denque';
import {
  type ControlStore,
  type ErrorRecord,
  type FunctionRecord,
  type JobRecord,
  MOST_ENDED_JOBS,
  MOST_ERRORS,
  MOST_TASKS,
  type TaskCounts,
  type TaskRecord,
} from './control-store.js';

/** The control store of a single node: in the memory of its raylet, gone with it. */
export class MemoryControlStore implements ControlStore {
  readonly #jobs = new Map<number, JobRecord>();
  readonly #ended = new Denque<number>();
  readonly #functions = new Map<string, { fn: FunctionRecord; jobs: Set<number> }>();
  readonly #tasks = new Denque<TaskRecord>();
  readonly #counts = new Map<number, TaskCounts>();
  readonly #errors = new Denque<ErrorRecord>();

  jobStarted(job: JobRecord): void {
    this.#jobs.set(job.job, job);
  }

  jobEnded(job: number, time: number): void {
    const record = this.#jobs.get(job);
    if (record === undefined || record.ended !== undefined) return;
    this.#jobs.set(job, { ...record, ended: time });
    this.#ended.push(job);
    if (this.#ended.length > MOST_ENDED_JOBS) {
      const oldest = this.#ended.shift()!;
      this.#jobs.delete(oldest);
      this.#counts.delete(oldest);
    }
    for (const [hash, { jobs }] of this.#functions) {
      jobs.delete(job);
      if (jobs.size === 0) this.#functions.delete(hash);
    }
  }

  async jobs(): Promise<JobRecord[]> {
    return [...this.#jobs.values()];
  }

  addFunction(job: number, fn: FunctionRecord): void {
    const known = this.#functions.get(fn.hash);
    if (known === undefined) this.#functions.set(fn.hash, { fn, jobs: new Set([job]) });
    else known.jobs.add(job);
  }

  async functionOf(hash: string): Promise<FunctionRecord | undefined> {
    return this.#functions.get(hash)?.fn;
  }

  recordTasks(job: number, counts: TaskCounts, records: readonly TaskRecord[]): void {
    const known = this.#counts.get(job);
    this.#counts.set(job, {
      finished: (known?.finished ?? 0) + counts.finished,
      failed: (known?.failed ?? 0) + counts.failed,
    });
    for (const record of records) keep(this.#tasks, record, MOST_TASKS);
  }

  async tasks(limit: number): Promise<TaskRecord[]> {
    return newest(this.#tasks, limit);
  }

  async taskCounts(job: number): Promise<TaskCounts> {
    return this.#counts.get(job) ?? { finished: 0, failed: 0 };
  }

  recordError(error: ErrorRecord): void {
    keep(this.#errors, error, MOST_ERRORS);
  }

  async errors(limit: number): Promise<ErrorRecord[]> {
    return newest(this.#errors, limit);
  }
}

function keep<T>(list: Denque<T>, record: T, most: number): void {
  list.push(record);
  if (list.length > most) list.shift();
}

function newest<T>(list: Denque<T>, limit: number): T[] {
  const records: T[] = [];
  for (let index = list.length - 1; index >= 0 && records.length < limit; index--) records.push(list.peekAt(index)!);
  return records;
}
