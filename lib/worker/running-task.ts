import { performance } from 'node:perf_hooks';
import { ModulesNotLoadedError, SerializationError, TaskCancelledError, TaskError } from '../errors/index.js';
import { restorePaths } from '../functions/index.js';
import { TaskStatus } from '../protocol/generated/protocol.js';
import { ERROR_FLAG, ownCopy, StoredFailure } from '../runtime/object-values.js';
import type { Runtime } from '../runtime/runtime.js';
import type { TaskContext } from '../runtime/task-context.js';
import type { EncodedValue } from '../values/types.js';
import type { Assignment } from './assignment.js';
import { type Contexts, isThenable } from './contexts.js';
import { LazyAbort } from './lazy-abort.js';
import type { LeaseState } from './lease-state.js';
import type { WorkerFunction } from './worker-functions.js';

/** What a running task tells whoever started it. */
export interface RunningTaskOwner {
  /** From here on the death of the process is this task's, until it is left or another is entered. */
  entered(task: RunningTask): void;
  /** The task is suspended or done. */
  left(task: RunningTask): void;
  /** A task of `lease` is suspended. */
  suspended(lease: LeaseState): void;
  resumed(lease: LeaseState): void;
  /** The task blocks this process until `unblocked`. */
  blocked(task: RunningTask): void;
  unblocked(task: RunningTask): void;
  finished(task: RunningTask): void;
  /** See TaskContext.wake. */
  wake(act: () => void): void;
}

/** One started task, from its arguments to its results in the store, and what the runtime asks of it meanwhile. */
export class RunningTask implements TaskContext {
  readonly #owner: RunningTaskOwner;
  readonly #runtime: Runtime;
  readonly #contexts: Contexts;
  readonly #abort = new LazyAbort();
  /** Pending gets and waits; suspended while there are any. */
  #awaits = 0;
  #startedAt = 0;
  #suspendedAt = 0;
  #suspendedMilliseconds = 0;

  constructor(
    owner: RunningTaskOwner,
    runtime: Runtime,
    contexts: Contexts,
    readonly id: number,
    readonly assignment: Assignment<WorkerFunction>,
    readonly lease: LeaseState,
  ) {
    this.#owner = owner;
    this.#runtime = runtime;
    this.#contexts = contexts;
  }

  get name(): string {
    return this.assignment.fn.name;
  }

  get depth(): number {
    return this.assignment.depth;
  }

  get handle(): number {
    return this.assignment.handle;
  }

  get tries(): number {
    return this.assignment.tries;
  }

  get exclusive(): boolean {
    return this.assignment.exclusive;
  }

  get signal(): AbortSignal {
    return this.#abort.signal;
  }

  start(): void {
    this.#startedAt = performance.now();
    this.#owner.entered(this);
    this.#run();
  }

  suspend(): void {
    if (this.#awaits++ > 0) return;
    this.#suspendedAt = performance.now();
    this.#owner.left(this);
    this.#owner.suspended(this.lease);
  }

  wake(act: () => void): void {
    this.#owner.wake(act);
  }

  resume(): void {
    if (--this.#awaits > 0) return;
    this.#suspendedMilliseconds += performance.now() - this.#suspendedAt;
    this.#owner.entered(this);
    this.#owner.resumed(this.lease);
  }

  suspendBlocked(): void {
    this.#suspendedAt = performance.now();
    this.#owner.blocked(this);
  }

  resumeBlocked(): void {
    this.#suspendedMilliseconds += performance.now() - this.#suspendedAt;
    this.#owner.unblocked(this);
  }

  cancel(recursive: boolean): void {
    const reason = new TaskCancelledError(this.name);
    this.#abort.abort(reason);
    this.#runtime.cancelAwaitsOf(this);
    if (recursive) this.#runtime.cancelChildrenOf(this.id);
  }

  #run(): void {
    let result: unknown;
    try {
      const args = this.#arguments();
      result = this.#contexts.run(this, this.assignment.fn.callable, args);
    } catch (error) {
      if (error instanceof ModulesNotLoadedError) {
        error.load().then(
          () => this.#run(),
          (reason) => this.#threw(reason),
        );
        return;
      }
      // An argument that is an error is this task's error, as it is; anything else was thrown by the program's code.
      if (error instanceof StoredFailure) this.#failed(error.error);
      else this.#threw(error);
      return;
    }
    if (isThenable(result)) {
      result.then(
        (value) => this.#returned(value),
        (error: unknown) => this.#threw(error),
      );
    } else this.#returned(result);
  }

  #arguments(): unknown[] {
    const { assignment } = this;
    const { values } = this.#runtime;
    const args = assignment.argumentsInStore
      ? (values.read(assignment.firstContained, this.id) as unknown[])
      : (values.codec.decode(
          assignment.bytes,
          assignment.argumentStart,
          assignment.end,
          undefined,
        ) as unknown[]);
    assignment.forEachDependency((position, handle) => {
      args[position] = values.read(handle, this.id);
    });
    return args;
  }

  #returned(value: unknown): void {
    const { assignment } = this;
    if (assignment.returnCount === 1) {
      let encoded: EncodedValue;
      try {
        encoded = this.#runtime.values.encode(value);
      } catch (error) {
        this.#failed(error);
        return;
      }
      try {
        this.#done(
          TaskStatus.Stored,
          this.#runtime.values.complete(assignment.handle, assignment.attempt, encoded, 0),
        );
      } catch (error) {
        this.#failed(error);
      }
      return;
    }
    this.#returnedMany(value);
  }

  #returnedMany(value: unknown): void {
    const { assignment } = this;
    const { values, store } = this.#runtime;
    let list: unknown[] | undefined;
    try {
      // What gives the values one after another, such as a generator, is code of the program.
      if (isIterable(value)) list = this.#contexts.run(this, () => [...value], []) as unknown[];
    } catch (error) {
      this.#threw(error);
      return;
    }
    if (list === undefined || list.length !== assignment.returnCount) {
      const got = list === undefined ? `${typeof value} that is not iterable` : `${list.length} values`;
      this.#threw(
        new TypeError(
          `'${this.name}' has numReturns: ${assignment.returnCount} but returned ${got}. Return an array of that length.`,
        ),
      );
      return;
    }
    const drafts: number[] = [];
    try {
      for (const each of list) drafts.push(values.draft(values.encode(each), 0));
    } catch (error) {
      for (const draft of drafts) store.abort(draft);
      this.#failed(error);
      return;
    }
    this.#done(TaskStatus.Stored, store.complete(assignment.targets, drafts, assignment.attempt));
  }

  /** The program's code threw. */
  #threw(error: unknown): void {
    // A value that cannot be sent was found by us, not thrown by the program.
    if (error instanceof SerializationError) this.#failed(error);
    else {
      cutOwnFrames(error);
      this.#failed(new TaskError(this.name, error));
    }
  }

  #failed(error: unknown): void {
    const { assignment } = this;
    const { values, store } = this.#runtime;
    const encoded = values.encodeError(error);
    if (assignment.errorsComeBack && encoded.buffers === undefined && encoded.contained === undefined) {
      this.#end(TaskStatus.Thrown, encoded);
      return;
    }
    try {
      const { targets } = assignment;
      // Encoded once, written for each return.
      const own = ownCopy(encoded);
      const drafts = targets.map(() => values.draft(own, ERROR_FLAG));
      this.#done(TaskStatus.StoredError, store.complete(targets, drafts, assignment.attempt));
    } catch (full) {
      // Not even the error fits: it travels in the frame, and its submitter finds the room.
      this.#end(TaskStatus.Thrown, values.encodeError(full));
    }
  }

  #done(status: number, completed: number): void {
    if (completed === 1) this.#runtime.objectsReady(this.assignment.targets);
    this.#end(completed < 0 ? TaskStatus.Discarded : status, undefined);
  }

  #end(status: number, error: EncodedValue | undefined): void {
    this.#owner.left(this);
    const milliseconds = performance.now() - this.#startedAt - this.#suspendedMilliseconds;
    const microseconds = Math.max(1, Math.round(milliseconds * 1000));
    this.assignment.fn.ran(microseconds);
    this.assignment.origin.done(this.assignment, status, microseconds, error);
    this.#runtime.taskFinished(this.id);
    this.#owner.finished(this);
  }
}

/** The frames below the program's own say how Mobula calls it, which is of no use to anybody. */
function cutOwnFrames(error: unknown): void {
  restorePaths(error);
  if (!(error instanceof Error) || typeof error.stack !== 'string') return;
  const cut = error.stack.indexOf('\n    at Contexts.run (');
  if (cut > 0) error.stack = error.stack.slice(0, cut);
}

function isIterable(value: unknown): value is Iterable<unknown> {
  return typeof value === 'object' && value !== null && Symbol.iterator in value;
}
