import { FIRST_REMOTE_WORKER } from '../protocol/startup.js';
import type { ShapeQueue } from './shape-queue.js';
import type { Task } from './task.js';
import { TaskList } from './task-list.js';

/** Work in a worker's hands below which it is given more, in microseconds: the time of some round trips. */
const WINDOW_MICROSECONDS = 1000;
/** Assumed run time of a function that has not run yet: one task at a time until the first is done. */
const UNKNOWN_MICROSECONDS = 1000;
const MAX_IN_FLIGHT = 512;

/** Where a lease's tasks go: a worker process over a socket, or this very process while its tasks are suspended. */
export interface LeaseTarget {
  push(task: Task, lease: Lease): void;
  cancel(task: Task, recursive: boolean): void;
  /** False when the connection broke; the raylet's word on the worker's end is on its way. */
  readonly usable: boolean;
}

/** The right to run tasks of one shape on one worker, granted by the raylet until it is returned or revoked. */
export class Lease {
  readonly inFlight = new TaskList();
  /** Expected time of what is in flight, microseconds. */
  hand = 0;
  /** When it was granted, or when a tick first saw that a task had come back or a first one was pushed; milliseconds. */
  lastProgress: number;
  /** Since the last tick; asking for the time at each task would cost more than all else here. */
  progressed = false;
  /** Its first task takes long: nothing more is put behind it until something comes back. */
  stalled = false;
  /** A task that it is kept for, until what the task is given has been fetched from another node. */
  reservedFor: Task | undefined;
  /** The worker starts no more tasks of it. */
  ended = false;

  constructor(
    readonly id: number,
    readonly queue: ShapeQueue,
    readonly target: LeaseTarget,
    /** Number of the worker at the raylet. */
    readonly worker: number,
    now: number,
  ) {
    this.lastProgress = now;
  }

  get hasRoom(): boolean {
    if (this.ended || this.stalled || this.reservedFor !== undefined || !this.target.usable) return false;
    if (this.inFlight.size === 0) return true;
    if (this.queue.oneAtATime) return false;
    return this.hand < WINDOW_MICROSECONDS && this.inFlight.size < MAX_IN_FLIGHT;
  }

  /** Its tasks run at another node. */
  get elsewhere(): boolean {
    return this.worker >= FIRST_REMOTE_WORKER;
  }

  add(task: Task): void {
    this.inFlight.add(task);
    task.estimate = task.fn.meanMicroseconds || UNKNOWN_MICROSECONDS;
    this.hand += task.estimate;
    task.lease = this;
  }

  remove(task: Task): void {
    if (this.inFlight.remove(task)) this.hand -= task.estimate;
    task.lease = undefined;
    if (this.inFlight.size === 0) this.hand = 0;
  }
}
