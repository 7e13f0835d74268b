/** One driver's run. */
export interface JobRecord {
  readonly job: number;
  /** The driver's script. */
  readonly name: string;
  readonly pid: number;
  /** Milliseconds since 1970. */
  readonly started: number;
  /** Undefined while it runs. */
  readonly ended: number | undefined;
}

/** A function that was shipped, by content. */
export interface FunctionRecord {
  /** 32 hexadecimal digits. */
  readonly hash: string;
  readonly name: string;
  readonly payload: Uint8Array;
}

/** How a task ended: all that failed or were slow, and a sample of the others. */
export interface TaskRecord {
  /** Hexadecimal id of its first return. */
  readonly id: string;
  readonly job: number;
  readonly name: string;
  readonly status: string;
  readonly attempts: number;
  /** Milliseconds since 1970. */
  readonly start: number;
  readonly milliseconds: number;
}

/** What the tasks of a job came to; every task counts here, also those of which there is no record. */
export interface TaskCounts {
  readonly finished: number;
  readonly failed: number;
}

/** Something that went wrong on a node and belongs to no single task. */
export interface ErrorRecord {
  readonly time: number;
  readonly message: string;
}

/** Records kept of each kind; the oldest go first. */
export const MOST_TASKS = 10_000;
export const MOST_ERRORS = 1000;
/** Jobs that have ended. */
export const MOST_ENDED_JOBS = 1000;

/**
 * What a node, and later a cluster, remembers for everybody: jobs, functions, tasks, errors. Every kind is bounded.
 *
 * Methods that record something do not wait: an implementation may write behind. What reads is asynchronous, and sees
 * what the same process recorded before.
 */
export interface ControlStore {
  jobStarted(job: JobRecord): void;
  /** Forgets the functions that only this job had. */
  jobEnded(job: number, time: number): void;
  jobs(): Promise<JobRecord[]>;

  /** A second export of the same content adds the job to those that have it. */
  addFunction(job: number, fn: FunctionRecord): void;
  functionOf(hash: string): Promise<FunctionRecord | undefined>;

  recordTasks(job: number, counts: TaskCounts, records: readonly TaskRecord[]): void;
  /** The newest first. */
  tasks(limit: number): Promise<TaskRecord[]>;
  taskCounts(job: number): Promise<TaskCounts>;

  recordError(error: ErrorRecord): void;
  /** The newest first. */
  errors(limit: number): Promise<ErrorRecord[]>;
}
