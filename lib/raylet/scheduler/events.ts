/**
 * What goes into the scheduler core and what comes out of it. The shell (sockets, processes, timers) turns frames and
 * process exits into events, and carries out the instructions; the core itself does nothing.
 *
 * Rules of the seam:
 * - Times are milliseconds of one monotonic clock. They never go backwards.
 * - Messages cross. An event about a client, worker or lease that is already gone is normal: it is ignored and counted.
 * - The sender of an event is part of it where a process could name something that is not its own.
 * - The instructions of one event are carried out in their order.
 */

/** A client of the raylet: the slot of its environment in the object store. Free again after `ClientLeft`. */
export type ClientId = number;
/** One driver's run. Chosen by the shell, never used twice. */
export type JobId = number;
/** A worker process, also one that is only being started. Chosen by the core, never used twice. */
export type WorkerId = number;
/** A worker lent to a submitter. Chosen by the core, never used twice. */
export type LeaseId = number;
/** An interned set of resources (see `Scheduler.shape`). */
export type ShapeId = number;

/** A driver attached, or a worker process connected (before or after its `WorkerStarted`). */
export type ClientJoined =
  | {
      readonly type: 'ClientJoined';
      readonly client: ClientId;
      readonly kind: 'driver';
      readonly job: JobId;
      /** Its part of a contended node, relative to other jobs. Default 1. */
      readonly weight?: number;
    }
  | {
      readonly type: 'ClientJoined';
      readonly client: ClientId;
      readonly kind: 'worker';
      /** Its job is that of the process, which the core chose itself. */
      readonly worker: WorkerId;
    };

/** The connection ended. What the client asked for is dropped; the leases it held are revoked. */
export interface ClientLeft {
  readonly type: 'ClientLeft';
  readonly client: ClientId;
}

/** A process that `StartWorker` asked for is ready to be leased. */
export interface WorkerStarted {
  readonly type: 'WorkerStarted';
  readonly worker: WorkerId;
  readonly pid: number;
}

/** A process ended, for whatever reason. Its client, if there is one, counts as having left. */
export interface WorkerExited {
  readonly type: 'WorkerExited';
  readonly worker: WorkerId;
  /** For the history: `signal SIGKILL`, `exit code 3`. */
  readonly reason?: string;
}

/** A process that `StartWorker` asked for never became ready, and is gone. */
export interface WorkerStartFailed {
  readonly type: 'WorkerStartFailed';
  readonly worker: WorkerId;
  readonly reason: string;
}

/**
 * How many tasks of one queue (client, shape, exclusive) wait for a lease: an absolute number, which replaces the last
 * one. Sent after each change and after each grant.
 */
export interface Demand {
  readonly type: 'Demand';
  readonly client: ClientId;
  readonly shape: ShapeId;
  readonly count: number;
  /** Depth of the deepest waiting task: 0 = submitted by the driver, 1 = by one of its tasks, ... */
  readonly depth: number;
  /** The tasks need a process to themselves. */
  readonly exclusive: boolean;
  /** Measured mean run time of such a task, if known. Keeps a process from being started for less work than its start. */
  readonly runtimeMs?: number;
  /**
   * How many grants, for any queue, the client has received when it counts. With it, grants still under way are not granted a
   * second time; without it the count is taken as it stands.
   */
  readonly grantsSeen?: number;
}

/** The submitter gives a lease back: none of its tasks is left at the worker. */
export interface LeaseReturned {
  readonly type: 'LeaseReturned';
  readonly client: ClientId;
  readonly lease: LeaseId;
  /** It had a task that the worker did not start for long: others are to be used before that one. */
  readonly unstarted?: boolean;
}

/** The worker gives a revoked lease back: none of its tasks is left. Unstarted ones went back to the submitter. */
export interface LeaseReleased {
  readonly type: 'LeaseReleased';
  readonly worker: WorkerId;
  readonly lease: LeaseId;
}

/** All started tasks of the lease await something and nothing else can run under it: its CPU part is free. */
export interface LeaseSuspended {
  readonly type: 'LeaseSuspended';
  readonly worker: WorkerId;
  readonly lease: LeaseId;
}

/** A task of a suspended lease runs again, without having asked. */
export interface LeaseResumed {
  readonly type: 'LeaseResumed';
  readonly worker: WorkerId;
  readonly lease: LeaseId;
}

/** The driver is gone or has shut down. Its workers are stopped; their leases end when the processes have exited. */
export interface JobEnded {
  readonly type: 'JobEnded';
  readonly job: JobId;
}

/** Time has passed: at the start, and when `Scheduler.nextTick()` says so. More often does no harm. */
export interface Tick {
  readonly type: 'Tick';
}

export type SchedulerEvent =
  | ClientJoined
  | ClientLeft
  | WorkerStarted
  | WorkerExited
  | WorkerStartFailed
  | Demand
  | LeaseReturned
  | LeaseReleased
  | LeaseSuspended
  | LeaseResumed
  | JobEnded
  | Tick;

/** Start a process. Answered by `WorkerStarted`, `WorkerStartFailed` or `WorkerExited`. */
export interface StartWorker {
  readonly type: 'StartWorker';
  readonly worker: WorkerId;
  /** The job that it is for, or undefined for a process that any job may take. */
  readonly job: JobId | undefined;
}

/**
 * End a process. Answered by `WorkerExited`.
 * - `idle`, `evicted`: it has no lease on it, and ends as soon as nothing that it submitted itself is unfinished;
 * - `job-ended`: at once, with everything in it.
 */
export interface StopWorker {
  readonly type: 'StopWorker';
  readonly worker: WorkerId;
  readonly reason: 'idle' | 'evicted' | 'job-ended';
}

/** A process that was nobody's belongs to this job from now on. Comes just before its first `Grant`. */
export interface BindWorker {
  readonly type: 'BindWorker';
  readonly worker: WorkerId;
  readonly job: JobId;
}

/** Tell client and worker that the client may push tasks of this shape to the worker. */
export interface Grant {
  readonly type: 'Grant';
  readonly client: ClientId;
  readonly lease: LeaseId;
  readonly worker: WorkerId;
  readonly shape: ShapeId;
  readonly exclusive: boolean;
  /** What the lease holds, by name, in units of 1/10000. */
  readonly resources: Readonly<Record<string, number>>;
}

/**
 * Tell the worker to give a lease back with `LeaseReleased`: at its next idle moment, or (`hard`) after the tasks that
 * have started, the others going back to the submitter. A lease with suspended tasks is not idle.
 */
export interface Revoke {
  readonly type: 'Revoke';
  readonly lease: LeaseId;
  readonly worker: WorkerId;
  readonly hard: boolean;
}

/** Answer to a demand that this node can never meet. Nothing is queued. */
export interface Infeasible {
  readonly type: 'Infeasible';
  readonly client: ClientId;
  readonly shape: ShapeId;
  readonly exclusive: boolean;
  readonly reason: string;
}

/** No process could be started for this queue, repeatedly. Its demand is dropped; a new `Demand` tries again. */
export interface StartFailed {
  readonly type: 'StartFailed';
  readonly client: ClientId;
  readonly shape: ShapeId;
  readonly exclusive: boolean;
  readonly reason: string;
}

/** The worker of a lease is gone. */
export interface LeaseLost {
  readonly type: 'LeaseLost';
  readonly client: ClientId;
  readonly lease: LeaseId;
  readonly worker: WorkerId;
}

export type SchedulerInstruction =
  | StartWorker
  | StopWorker
  | BindWorker
  | Grant
  | Revoke
  | Infeasible
  | StartFailed
  | LeaseLost;
