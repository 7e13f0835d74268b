import type { Lease } from './lease.js';
import type { TaskLineage } from './lineage.js';
import { PendingObject } from './pending-objects.js';
import type { ShapeQueue } from './shape-queue.js';
import type { TaskList } from './task-list.js';

/** A function as this process submits it: one for each content and set of options that scheduling cares about. */
export interface FunctionRecord {
  readonly hash: string;
  readonly name: string;
  /** Objects that the shipped function names, held until the job ends. */
  readonly held: readonly number[];
  /** Smoothed run time on the processor in microseconds, 0 until the first task is done. */
  meanMicroseconds: number;
}

/** States of a task at its submitter. Who moves it on stands behind each. */
export const TaskState = {
  /** Some arguments are not complete. -> Queued, by the last of them. */
  Waiting: 0,
  /** In the queue of its shape. -> Pushed, when a lease has room. */
  Queued: 1,
  /** In the hands of a worker, started or not: the task word in the store says which. -> Done, or back to Queued. */
  Pushed: 2,
  /** Its returns are complete in the store. Final. */
  Done: 3,
  /** Its returns are values at another node, and pending here. -> Done, when they are fetched; Waiting, should they be lost. */
  Elsewhere: 4,
} as const;
export type TaskState = (typeof TaskState)[keyof typeof TaskState];

/** Bits of the `flags` of a task's frame. */
export const TaskFlags = {
  /** A thrown error comes back to the submitter instead of into the store: it may be retried. */
  ErrorsComeBack: 1,
  /** Shares its process with no other started task (`exclusive`, or `maxRetries: 0`). */
  Alone: 2,
  /** The arguments stand in an object of the store, the first of `contained`. */
  ArgumentsInStore: 4,
  /** May block its process in getSync. */
  Exclusive: 8,
  /** Its lease holds one CPU: while it is suspended, a task of one CPU that it submitted may run under that lease. */
  OneCpu: 16,
} as const;

/** What the submitter knows of one task from `.remote()` until its returns are complete. */
export class Task {
  state: TaskState = TaskState.Waiting;
  /** The returns in order; the first one's handle is `handle`. Set once, right after the task was made. */
  returns!: PendingObject | readonly PendingObject[];
  /** Attempt in the task word; a retry or a taking back moves it on, so that older copies of the task are void. */
  attempt = 0;
  /** Times that the task was charged for the death of its process. */
  crashes = 0;
  /** Times that its process died, charged or not. */
  losses = 0;
  /** Times that it was taken from a lease on which it was alone and did not start. */
  moves = 0;
  /** Times that it threw and was tried again. */
  errorRetries = 0;
  lease: Lease | undefined;
  /** Where it is listed, and its neighbours there. Written by TaskList. */
  list: TaskList | undefined;
  previous: Task | undefined;
  next: Task | undefined;
  /** Expected run time when it was pushed, microseconds. */
  estimate = 0;
  /** Arguments that are not complete yet. */
  unresolved = 0;
  /** Set once cancel was asked for; what is still to come is discarded. */
  cancelled = false;
  /** Where its returns are while it is Elsewhere. */
  place: RemotePlace | undefined;
  /** What it takes to run it again; written by Lineage. */
  lineage: TaskLineage | undefined;

  constructor(
    /** Number of the task at this submitter; part of its returns' ids. */
    readonly counter: number,
    readonly fn: FunctionRecord,
    public queue: ShapeQueue,
    /** Handle of the first return, whose entry carries the task word. */
    readonly handle: number,
    readonly flags: number,
    readonly depth: number,
    /** Id of the task (of this process) that submitted it, 0 for the program itself. */
    readonly parent: number,
    readonly maxRetries: number,
    readonly retryErrors: RetryErrors,
    /** Encoded: handles of the other returns, dependencies, contained handles, arguments. */
    readonly spec: Uint8Array,
    readonly specStart: number,
    readonly specEnd: number,
    readonly dependencies: number,
    readonly contained: number,
    /** Holds the place of the `.remote()` call in its `stack`; undefined where none was taken. */
    readonly callSite: { stack?: string } | undefined,
  ) {}

  /** Which try the next start is, from 1: only deaths that were charged and errors that were retried count. */
  get tries(): number {
    return 1 + this.crashes + this.errorRetries;
  }

  get returnCount(): number {
    return this.returns instanceof PendingObject ? 1 : this.returns.length;
  }

  /** It will not run again, unless its results are lost. */
  get hasRun(): boolean {
    return this.state === TaskState.Done || this.state === TaskState.Elsewhere;
  }

  forEachDependency(act: (handle: number) => void): void {
    const view = new DataView(this.spec.buffer, this.spec.byteOffset);
    let at = this.specStart + 8 * (this.returnCount - 1);
    for (let index = 0; index < this.dependencies; index++, at += 16) act(view.getFloat64(at + 8, true));
  }

  forEachContained(act: (handle: number) => void): void {
    const view = new DataView(this.spec.buffer, this.spec.byteOffset);
    let at = this.specStart + 8 * (this.returnCount - 1) + 16 * this.dependencies;
    for (let index = 0; index < this.contained; index++, at += 8) act(view.getFloat64(at, true));
  }

  /** Handles that the task keeps alive until it is done: its arguments and what they contain. */
  forEachHeld(act: (handle: number) => void): void {
    if (this.dependencies > 0) this.forEachDependency(act);
    if (this.contained > 0) this.forEachContained(act);
  }

  /** Puts other objects in the place of those that it depends on. */
  replaceDependencies(handles: readonly number[]): void {
    const view = new DataView(this.spec.buffer, this.spec.byteOffset);
    let at = this.specStart + 8 * (this.returnCount - 1);
    for (const handle of handles) {
      view.setFloat64(at + 8, handle, true);
      at += 16;
    }
  }

  /** The same task, to be run for other returns; nothing of it has happened yet. */
  again(counter: number, handles: readonly number[]): Task {
    const spec = this.spec.slice(this.specStart, this.specEnd);
    const view = new DataView(spec.buffer);
    for (let index = 1; index < handles.length; index++)
      view.setFloat64(8 * (index - 1), handles[index]!, true);
    const { fn, queue, flags, depth, maxRetries, retryErrors, dependencies, contained, callSite } = this;
    const task = new Task(
      ...([counter, fn, queue, handles[0]!, flags, depth, 0, maxRetries, retryErrors] as const),
      ...([spec, 0, spec.length, dependencies, contained, callSite] as const),
    );
    const returns = handles.map((handle) => new PendingObject(handle, task));
    task.returns = returns.length === 1 ? returns[0]! : returns;
    return task;
  }
}

/** A node that has the results of a task. */
export interface RemotePlace {
  /** The number under which its tasks were pushed. */
  readonly worker: number;
  readonly node: string;
  /** Of each return, in bytes. */
  readonly sizes: readonly number[];
}

/** Which thrown errors are tried again: none, all, or those of the classes. */
export type RetryErrors = boolean | readonly (abstract new (...parameters: never[]) => unknown)[];

/** The returns of a task as a list. */
export function returnsOf(task: Task): readonly PendingObject[] {
  return task.returns instanceof PendingObject ? [task.returns] : task.returns;
}
