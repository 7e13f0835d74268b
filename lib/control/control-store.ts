/**
 * What a node or a cluster remembers for everybody and shows to people: nodes, jobs, functions, where objects are, tasks,
 * errors. Nothing that schedules or fetches reads it, but for the functions. Every kind of record is bounded.
 */

/** A machine's raylet. */
export interface NodeRecord {
  /** Hexadecimal; another one each time a raylet starts. */
  readonly id: string;
  readonly pid: number;
  /** Where other nodes reach it; empty when there are none. */
  readonly address: string;
  /** Totals by name, 1 = one. */
  readonly resources: Readonly<Record<string, number>>;
  /** Bytes. */
  readonly objectStoreMemory: number;
  /** Milliseconds since 1970. */
  readonly started: number;
  /** Undefined while it is alive. */
  readonly ended: number | undefined;
}

/** One driver's run. */
export interface JobRecord {
  /** Unique in the cluster: see {@link jobName}. */
  readonly job: string;
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

/** What is known of a task: all that failed or were slow are recorded, and a sample of the others. */
export interface TaskRecord {
  /** Hexadecimal id of its first return. A later record of the same task replaces the earlier one. */
  readonly id: string;
  readonly job: string;
  /** Of its function. */
  readonly name: string;
  /** `waiting` or `running`, then one of `finished`, `failed`, `cancelled`. */
  readonly status: string;
  readonly attempts: number;
  /** Milliseconds since 1970. */
  readonly start: number;
  /** How long it ran, or has run so far. */
  readonly milliseconds: number;
  /** Where it ran last: the node's id, and the worker's number there. */
  readonly node?: string | undefined;
  readonly worker?: number | undefined;
  /** The first line of what it failed with. */
  readonly error?: string | undefined;
  /** What it takes of its node while it runs, 1 = one. */
  readonly resources?: Readonly<Record<string, number>> | undefined;
  /** How often it may be tried again when its process dies. */
  readonly retries?: number | undefined;
  /** Ids of the objects that it was given, alone or inside of other values; not all when there are many. */
  readonly arguments?: readonly string[] | undefined;
}

/** How many tasks of a job ended, since the last report. */
export interface TaskCounts {
  readonly finished: number;
  readonly failed: number;
}

/** What the tasks of a job came to; every task counts here, also those of which there is no record. */
export interface TaskTotals extends TaskCounts {
  /** Tasks that were counted and of which there never was a record. */
  readonly leftOut: number;
}

export interface TaskFilter {
  readonly job?: string;
  readonly status?: string;
  readonly name?: string;
}

/** Something that went wrong and belongs to no single task. */
export interface ErrorRecord {
  /** Milliseconds since 1970. */
  readonly time: number;
  readonly message: string;
  readonly node?: string | undefined;
  readonly job?: string | undefined;
}

/** Records kept of each kind; the oldest go first. */
export const MOST_TASKS = 10_000;
export const MOST_ERRORS = 1000;
/** Jobs and nodes that have ended; of the others there are as many as there are processes. */
export const MOST_ENDED_JOBS = 1000;
export const MOST_ENDED_NODES = 1000;
/** Objects whose whereabouts are remembered; in a cluster, of each node. */
export const MOST_LOCATED_OBJECTS = 100_000;
/** Bytes of all functions that a job may export. */
export const MOST_FUNCTION_BYTES_OF_A_JOB = 256 * 1024 ** 2;
/** Characters of a name, and of the text of an error. */
export const MOST_NAME_LENGTH = 200;
export const MOST_TEXT_LENGTH = 2000;

/**
 * Where those records are. What records does not wait and does not fail: an implementation may write behind, in batches, and
 * drop what it cannot write. What reads is asynchronous, and sees what the same process recorded before.
 */
export interface ControlStore {
  /** The first record of an id stands, and nothing comes back after its end. */
  nodeStarted(node: NodeRecord): void;
  /** A node that was started here is reached at another address from now on. */
  nodeReached(id: string, address: string): void;
  /** Forgets what it was said to hold. */
  nodeEnded(id: string, time: number): void;
  /** In the order in which they started. */
  nodes(): Promise<NodeRecord[]>;

  /** Each raylet that works for a job says so before it exports functions or counts tasks of it; the first record stands. */
  jobStarted(job: JobRecord): void;
  /** Forgets the functions that only this job had. */
  jobEnded(job: string, time: number): void;
  /** In the order in which they started. */
  jobs(): Promise<JobRecord[]>;

  /**
   * Keeps a function for a job; the payload must not change afterwards. A second export of the same content adds the job to those that
   * have it. False, and an error record, when the job has exported too much: this function cannot be fetched.
   */
  addFunction(job: string, fn: FunctionRecord): boolean;
  /** With `job`: only if this job exported it. */
  functionOf(hash: string, job?: string): Promise<FunctionRecord | undefined>;

  /** Notes that a node, which has started, holds these objects (hexadecimal ids), or no longer does. */
  objectsAdded(node: string, objects: readonly string[]): void;
  objectsRemoved(node: string, objects: readonly string[]): void;
  /** Ids of the nodes that hold it. */
  locationsOf(object: string): Promise<string[]>;

  /** A batch: what ended at one submitter since its last one, and records of some of it. */
  recordTasks(job: string, counts: TaskCounts, records: readonly TaskRecord[]): void;
  task(id: string): Promise<TaskRecord | undefined>;
  /** The last recorded first. */
  tasks(limit: number, filter?: TaskFilter): Promise<TaskRecord[]>;
  /** Zero for a job that is not known. */
  taskCounts(job: string): Promise<TaskTotals>;

  recordError(error: ErrorRecord): void;
  /** The newest first. */
  errors(limit: number): Promise<ErrorRecord[]>;

  /**
   * This process's node was taken for dead, and others record the end of it and of its jobs, now or in a while. What this process
   * knows to be live comes back, with the functions that its jobs exported.
   */
  livesOn(): void;

  /** Resolves when everything recorded before is written. */
  flush(): Promise<void>;
  /** Flushes and lets go of connections. Nothing may be recorded afterwards. */
  close(): Promise<void>;
}

/** What the cluster calls a job that a node numbered: every raylet numbers its jobs from 1. */
export function jobName(node: string, number: number): string {
  return `${node.slice(0, 8)}-${number}`;
}

/** The beginning of a text that may be long. */
function shorten(text: string, most: number): string {
  return text.length <= most ? text : `${text.slice(0, most - 1)}…`;
}

/** Of the objects that a task was given. */
export const MOST_ARGUMENTS = 20;

/** The record as every implementation keeps it. */
export function boundedTask(task: TaskRecord): TaskRecord {
  const { name, error = '', arguments: given = [] } = task;
  if (name.length <= MOST_NAME_LENGTH && error.length <= MOST_TEXT_LENGTH && given.length <= MOST_ARGUMENTS)
    return task;
  return {
    ...task,
    name: shorten(name, MOST_NAME_LENGTH),
    ...(error === '' ? {} : { error: shorten(error, MOST_TEXT_LENGTH) }),
    ...(given.length === 0 ? {} : { arguments: given.slice(0, MOST_ARGUMENTS) }),
  };
}

export function boundedError(error: ErrorRecord): ErrorRecord {
  return { ...error, message: shorten(error.message, MOST_TEXT_LENGTH) };
}

export function boundedJob(job: JobRecord): JobRecord {
  return { ...job, name: shorten(job.name, MOST_NAME_LENGTH) };
}

/** Whether such a record is the last one of its task. */
export function hasEnded(task: TaskRecord): boolean {
  return task.status !== 'waiting' && task.status !== 'running';
}

/** Says that a job's function was not kept. */
export function tooManyFunctions(job: string, name: string, time: number): ErrorRecord {
  const most = MOST_FUNCTION_BYTES_OF_A_JOB / 1024 ** 2;
  const message =
    `job ${job} has exported ${most} MiB of functions, the limit; ${shorten(name, MOST_NAME_LENGTH)} was not kept. ` +
    'Define remote functions once, and pass what changes as arguments.';
  return { time, job, message };
}
