import { TaskStatus } from '../protocol/generated/protocol.js';
import type { Lease, LeaseTarget } from '../runtime/lease.js';
import type { Submitter } from '../runtime/submitter.js';
import type { Task } from '../runtime/task.js';
import type { EncodedValue } from '../values/types.js';
import { Assignment, type AssignmentOrigin } from './assignment.js';
import type { Executor } from './executor.js';
import type { WorkerFunction, WorkerFunctions } from './worker-functions.js';

/**
 * Runs tasks that this process submitted in this process: while its own tasks are suspended (what they wait for comes
 * first), and under a lease that the raylet granted on this very worker. No frame is written, no socket woken.
 */
export class OwnTasks implements AssignmentOrigin<WorkerFunction>, LeaseTarget {
  readonly usable = true;
  /** The task that was to be taken last waits for its function. */
  loading = false;
  readonly #tasks = new Map<number, Task>();
  #executor!: Executor;
  #submitter!: Submitter;
  #functions!: WorkerFunctions;

  attach(executor: Executor, submitter: Submitter, functions: WorkerFunctions): void {
    this.#executor = executor;
    this.#submitter = submitter;
    this.#functions = functions;
  }

  /**
   * The deepest of the queued tasks, to be run under a lease whose own tasks are all suspended. One whose function is
   * still on its way stays in the queue, where other workers can have it. For `manySuspended` see
   * {@link Submitter.takeForOwnProcess}.
   */
  take(lease: number, manySuspended: boolean): Assignment<WorkerFunction> | undefined {
    this.loading = false;
    const task = this.#submitter.takeForOwnProcess((fn) => {
      const known = this.#functions.get(fn.hash, fn.name);
      this.loading = !known.ready;
      if (this.loading) known.whenReady(() => queueMicrotask(this.#executor.turn));
      return known.ready;
    }, manySuspended);
    return task === undefined ? undefined : this.#assignment(task, lease);
  }

  // ---- LeaseTarget: the submitter has a lease on this process

  push(task: Task, lease: Lease): void {
    this.#executor.accept(this.#assignment(task, lease.id));
    queueMicrotask(this.#executor.turn);
  }

  cancel(task: Task, recursive: boolean): void {
    this.#executor.cancel(this, task.counter, task.attempt, recursive);
  }

  // ---- AssignmentOrigin: the executor is through with a task

  done(
    assignment: Assignment<WorkerFunction>,
    status: number,
    microseconds: number,
    error: EncodedValue | undefined,
  ): void {
    const task = this.#remove(assignment);
    if (task === undefined) return;
    const bytes =
      status === TaskStatus.Thrown && error !== undefined
        ? error.bytes.slice(error.start, error.end)
        : undefined;
    this.#submitter.taskDone(task, assignment.attempt, status, microseconds, bytes);
  }

  bounced(_lease: number, assignments: readonly Assignment<WorkerFunction>[]): void {
    for (const assignment of assignments) {
      const task = this.#remove(assignment);
      if (task !== undefined) this.#submitter.taskBounced(task);
    }
  }

  leaseEnded(lease: number): void {
    this.#submitter.leaseEnded(lease);
  }

  /** A copy that was taken back meanwhile is void: its task is with somebody else. */
  #remove(assignment: Assignment<WorkerFunction>): Task | undefined {
    const task = this.#tasks.get(assignment.counter);
    if (task === undefined || task.attempt !== assignment.attempt) return undefined;
    this.#tasks.delete(assignment.counter);
    return task;
  }

  #assignment(task: Task, lease: number): Assignment<WorkerFunction> {
    this.#tasks.set(task.counter, task);
    return new Assignment(
      this,
      task.counter,
      task.handle,
      task.attempt,
      task.tries,
      lease,
      this.#functions.get(task.fn.hash, task.fn.name),
      task.flags,
      task.depth,
      task.returnCount,
      task.dependencies,
      task.contained,
      task.spec,
      task.specStart,
      task.specEnd,
    );
  }
}
