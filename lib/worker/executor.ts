import { performance } from 'node:perf_hooks';
import Denque from 'denque';
import {
  type MobulaError,
  ModulesNotLoadedError,
  SerializationError,
  TaskCancelledError,
  TaskError,
} from '../errors/index.js';
import { restorePaths } from '../functions/index.js';
import { TaskStatus } from '../protocol/generated/protocol.js';
import { ERROR_FLAG, ownCopy, StoredFailure } from '../runtime/object-values.js';
import type { Runtime } from '../runtime/runtime.js';
import type { TaskContext } from '../runtime/task-context.js';
import type { EncodedValue } from '../values/types.js';
import type { Assignment, AssignmentOrigin, AssignmentSink } from './assignment.js';
import { type Contexts, isThenable } from './contexts.js';
import { LeaseState } from './lease-state.js';
import type { WorkerFunction, WorkerFunctions } from './worker-functions.js';

/** Tasks are run one after another for so long before the event loop has its turn: cancels, revokes, other sockets. */
const TURN_MILLISECONDS = 1;

/** Ended leases that are remembered: a task sent before its submitter heard of the end is at most a moment late. */
const ENDED_LEASES_KEPT = 4096;
/** A function that takes longer, in microseconds, does not start before the results of others are on their way. */
const LONG_MICROSECONDS = 100;

/** So many tasks may be suspended while the functions of those that they wait for are still on their way. */
const FEW_SUSPENDED = 8;

/** What the executor says to the raylet. */
export interface ExecutorPort {
  leaseSuspended(lease: number): void;
  leaseResumed(lease: number): void;
  /** To the raylet and to the lease's submitter. */
  leaseReleased(lease: number): void;
  /** Sends what is queued; the thread is about to block, or went through many tasks. */
  flush(): void;
}

/** The next task of this process's own submitter, as an assignment under the given lease. */
export type TakeOwn = (lease: number) => Assignment<WorkerFunction> | undefined;

/**
 * Runs the tasks of a worker. At most one is started at a time; while started tasks are suspended (they await objects)
 * others run: first those that this process submitted itself, the deepest first, because that is what the suspended ones
 * wait for; then the inbox, in order.
 */
export class Executor implements AssignmentSink<WorkerFunction> {
  readonly #runtime: Runtime;
  readonly #contexts: Contexts;
  readonly #port: ExecutorPort;
  readonly #functions: WorkerFunctions;
  readonly #takeOwn: TakeOwn;
  readonly #ownLoading: () => boolean;
  readonly #inbox = new Denque<Assignment<WorkerFunction>>();
  readonly #leases = new Map<number, LeaseState>();
  /** Leases that were given back; what still arrives for them is bounced. */
  readonly #endedLeases = new Set<number>();
  readonly #started = new Set<RunningTask>();
  #running = 0;
  #peakSuspended = 0;
  #nextId = 1;
  /** Tasks that run and are not suspended, in the order in which they went on: almost always one. */
  readonly #goingOn: RunningTask[] = [];
  readonly #waking = new Denque<() => void>();
  #wakingNow = false;
  readonly #wakeNext = (): void => {
    this.#wakingNow = true;
    this.#waking.shift()!();
    this.#wakingNow = false;
    if (this.#waking.length > 0) queueMicrotask(this.#wakeNext);
  };
  #turnQueued = false;
  #inTurn = false;
  #reportQueued = false;

  constructor(
    runtime: Runtime,
    contexts: Contexts,
    port: ExecutorPort,
    functions: WorkerFunctions,
    takeOwn: TakeOwn,
    ownLoading: () => boolean,
  ) {
    this.#runtime = runtime;
    this.#contexts = contexts;
    this.#port = port;
    this.#functions = functions;
    this.#takeOwn = takeOwn;
    this.#ownLoading = ownLoading;
  }

  /** The most tasks that were suspended at once. */
  get peakSuspended(): number {
    return this.#peakSuspended;
  }

  /** Tasks that ever came. */
  accepted = 0;

  /** Nothing has started, and nothing waits to. */
  get idle(): boolean {
    return this.#started.size === 0 && this.#inbox.length === 0;
  }

  functionOf(hash: string, name: string): WorkerFunction {
    return this.#functions.get(hash, name);
  }

  /** Takes a task into the inbox. The turn begins when all that arrived together has been taken. */
  accept(assignment: Assignment<WorkerFunction>): void {
    this.accepted++;
    if (this.#endedLeases.has(assignment.lease)) {
      assignment.origin.leaseEnded(assignment.lease);
      assignment.origin.bounced(assignment.lease, [assignment]);
      return;
    }
    this.#lease(assignment.lease).queued++;
    this.#inbox.push(assignment);
  }

  /** Runs what can run now. */
  turn = (): void => {
    if (this.#inTurn) return;
    this.#turnQueued = false;
    this.#inTurn = true;
    try {
      const begin = performance.now();
      while (this.#running === 0) {
        const assignment = this.#next();
        if (assignment === undefined) break;
        const mean = assignment.fn.meanMicroseconds;
        if (mean === 0 || mean > LONG_MICROSECONDS) this.#port.flush();
        this.#start(assignment);
        if (performance.now() - begin > TURN_MILLISECONDS) {
          if (this.#running === 0) this.#turnLater();
          break;
        }
      }
    } finally {
      this.#inTurn = false;
    }
    if (this.#running === 0) this.#idle();
  };

  /** The submitter gave up on a started task. */
  cancel(
    origin: AssignmentOrigin<WorkerFunction>,
    counter: number,
    attempt: number,
    recursive: boolean,
  ): void {
    for (const task of this.#started) {
      const { assignment } = task;
      if (assignment.origin === origin && assignment.counter === counter && assignment.attempt === attempt) {
        task.cancel(recursive);
        return;
      }
    }
  }

  /** A submitter is gone: its unstarted tasks are void, its started ones are told to stop. */
  originClosed(origin: AssignmentOrigin<WorkerFunction>): void {
    for (let count = this.#inbox.length; count > 0; count--) {
      const assignment = this.#inbox.shift()!;
      if (assignment.origin === origin) this.#unqueue(assignment);
      else this.#inbox.push(assignment);
    }
    for (const task of [...this.#started]) if (task.assignment.origin === origin) task.cancel(true);
    this.turn();
  }

  revoke(id: number, hard: boolean): void {
    if (this.#endedLeases.has(id)) return;
    const lease = this.#lease(id);
    lease.revoked = hard ? 'hard' : lease.revoked === 'hard' ? 'hard' : 'soft';
    if (hard) this.#bounce((assignment) => assignment.lease === id);
    this.#releaseIfDone(lease);
  }

  // ---- what running tasks tell

  /** From here on the death of the process is this task's, until it is left or another is entered. */
  entered(task: RunningTask): void {
    this.#goingOn.push(task);
    this.#runtime.store.setRunning(task.handle);
  }

  /** The task is suspended or done; of those that still run, the one that went on last is named. */
  left(task: RunningTask): void {
    const at = this.#goingOn.lastIndexOf(task);
    if (at >= 0) this.#goingOn.splice(at, 1);
    this.#runtime.store.setRunning(this.#goingOn.at(-1)?.handle ?? 0);
  }

  /** A task of `lease` stopped running: it is suspended, or done. */
  stopped(lease: LeaseState, suspended: boolean): void {
    this.#running--;
    lease.running--;
    if (suspended) {
      lease.suspended++;
      let count = 0;
      for (const each of this.#leases.values()) count += each.suspended;
      if (count > this.#peakSuspended) this.#peakSuspended = count;
    }
    if (!this.#inTurn) this.#turnSoon();
  }

  resumed(lease: LeaseState): void {
    this.#running++;
    lease.running++;
    lease.suspended--;
    if (lease.reported) {
      lease.reported = false;
      this.#port.leaseResumed(lease.id);
    }
  }

  finished(task: RunningTask): void {
    this.#started.delete(task);
    this.#contexts.finished(task);
    this.stopped(task.lease, false);
    this.#releaseIfDone(task.lease);
  }

  /** See TaskContext.wake: one after another, each followed by the microtask in which its task goes on. */
  wake(act: () => void): void {
    this.#waking.push(act);
    if (this.#waking.length === 1 && !this.#wakingNow) queueMicrotask(this.#wakeNext);
  }

  /** The task blocks this process until `resumed`: nothing else can run here, and its CPU is free at once. */
  blocked(task: RunningTask): void {
    this.#bounce(() => true);
    task.lease.running--;
    task.lease.suspended++;
    this.#running--;
    this.#report(task.lease);
    this.#port.flush();
  }

  // ---- inside

  #turnSoon(): void {
    if (this.#turnQueued) return;
    this.#turnQueued = true;
    queueMicrotask(this.turn);
  }

  #turnLater(): void {
    if (this.#turnQueued) return;
    this.#turnQueued = true;
    this.#port.flush();
    setImmediate(this.turn);
  }

  #lease(id: number): LeaseState {
    let lease = this.#leases.get(id);
    if (lease === undefined) {
      lease = new LeaseState(id);
      this.#leases.set(id, lease);
    }
    return lease;
  }

  #unqueue(assignment: Assignment<WorkerFunction>): LeaseState {
    const lease = this.#lease(assignment.lease);
    lease.queued--;
    return lease;
  }

  /** An alone task shares its process with nothing that has started. */
  #occupied(): boolean {
    for (const task of this.#started) if (task.assignment.alone) return true;
    return false;
  }

  #next(): Assignment<WorkerFunction> | undefined {
    if (this.#started.size > 0) {
      if (this.#occupied()) {
        this.#bounce(() => true);
        return undefined;
      }
      for (const lease of this.#leases.values()) {
        if (lease.suspended === 0 || !lease.oneCpu || lease.reported || lease.revoked === 'hard') continue;
        const own = this.#takeOwn(lease.id);
        if (own !== undefined) {
          lease.queued++;
          return own;
        }
      }
    }
    // What suspended tasks wait for is about to be able to run: no further ones are to be suspended meanwhile.
    if (this.#started.size >= FEW_SUSPENDED && this.#ownLoading()) return undefined;
    for (let assignment = this.#inbox.shift(); assignment !== undefined; assignment = this.#inbox.shift()) {
      if (!assignment.alone || this.#started.size === 0) return assignment;
      this.#unqueue(assignment);
      assignment.origin.bounced(assignment.lease, [assignment]);
    }
    return undefined;
  }

  #start(assignment: Assignment<WorkerFunction>): void {
    const { fn } = assignment;
    if (!fn.ready) {
      fn.whenReady(() => {
        this.#inbox.unshift(assignment);
        this.#turnSoon();
      });
      return;
    }
    const lease = this.#unqueue(assignment);
    const store = this.#runtime.store;
    // Taken back, cancelled or freed in the meantime: this copy is void, and its submitter knows.
    if (!store.startTask(assignment.handle, assignment.attempt)) {
      this.#releaseIfDone(lease);
      return;
    }
    if (lease.reported) {
      lease.reported = false;
      this.#port.leaseResumed(lease.id);
    }
    if (assignment.oneCpu) lease.oneCpu = true;
    lease.running++;
    this.#running++;
    const task = new RunningTask(this, this.#runtime, this.#contexts, this.#nextId++, assignment, lease);
    this.#started.add(task);
    task.start();
  }

  #bounce(which: (assignment: Assignment<WorkerFunction>) => boolean): void {
    const back = new Map<AssignmentOrigin<WorkerFunction>, Map<number, Assignment<WorkerFunction>[]>>();
    for (let count = this.#inbox.length; count > 0; count--) {
      const assignment = this.#inbox.shift()!;
      if (!which(assignment)) {
        this.#inbox.push(assignment);
        continue;
      }
      this.#unqueue(assignment);
      const byLease = back.get(assignment.origin) ?? new Map<number, Assignment<WorkerFunction>[]>();
      back.set(assignment.origin, byLease);
      const list = byLease.get(assignment.lease);
      if (list === undefined) byLease.set(assignment.lease, [assignment]);
      else list.push(assignment);
    }
    for (const [origin, byLease] of back) for (const [lease, list] of byLease) origin.bounced(lease, list);
  }

  /** Nothing runs and nothing can start. */
  #idle(): void {
    for (const lease of this.#leases.values()) {
      if (lease.empty) this.#releaseIfDone(lease);
      else if (lease.suspended > 0 && !lease.reported && !this.#reportQueued) {
        // Most waits are over within the turn of the loop; the raylet hears of those that are not.
        this.#reportQueued = true;
        setImmediate(() => this.#reportSuspended());
      }
    }
  }

  #reportSuspended(): void {
    this.#reportQueued = false;
    for (const lease of this.#leases.values()) {
      if (lease.suspended > 0 && lease.running === 0 && lease.queued === 0) this.#report(lease);
    }
  }

  #report(lease: LeaseState): void {
    if (lease.reported) return;
    lease.reported = true;
    this.#port.leaseSuspended(lease.id);
  }

  #releaseIfDone(lease: LeaseState): void {
    if (!lease.empty) return;
    this.#leases.delete(lease.id);
    if (lease.revoked === 'no') return;
    this.#endedLeases.add(lease.id);
    if (this.#endedLeases.size > ENDED_LEASES_KEPT) {
      const [oldest] = this.#endedLeases;
      this.#endedLeases.delete(oldest!);
    }
    this.#port.leaseReleased(lease.id);
  }
}

/** One started task, and what the runtime asks of it. */
class RunningTask implements TaskContext {
  readonly #executor: Executor;
  readonly #runtime: Runtime;
  readonly #contexts: Contexts;
  readonly #abort = new LazyAbort();
  /** Pending gets and waits; suspended while there are any. */
  #awaits = 0;
  #startedAt = 0;
  #suspendedAt = 0;
  #suspendedMilliseconds = 0;

  constructor(
    executor: Executor,
    runtime: Runtime,
    contexts: Contexts,
    readonly id: number,
    readonly assignment: Assignment<WorkerFunction>,
    readonly lease: LeaseState,
  ) {
    this.#executor = executor;
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
    this.#executor.entered(this);
    this.#run();
  }

  suspend(): void {
    if (this.#awaits++ > 0) return;
    this.#suspendedAt = performance.now();
    this.#executor.left(this);
    this.#executor.stopped(this.lease, true);
  }

  wake(act: () => void): void {
    this.#executor.wake(act);
  }

  resume(): void {
    if (--this.#awaits > 0) return;
    this.#suspendedMilliseconds += performance.now() - this.#suspendedAt;
    this.#executor.entered(this);
    this.#executor.resumed(this.lease);
  }

  suspendBlocked(): void {
    this.#suspendedAt = performance.now();
    this.#executor.blocked(this);
  }

  resumeBlocked(): void {
    this.#suspendedMilliseconds += performance.now() - this.#suspendedAt;
    this.#executor.resumed(this.lease);
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
    const list = isIterable(value) ? [...value] : undefined;
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
    this.#executor.left(this);
    const milliseconds = performance.now() - this.#startedAt - this.#suspendedMilliseconds;
    const microseconds = Math.max(1, Math.round(milliseconds * 1000));
    this.assignment.fn.ran(microseconds);
    this.assignment.origin.done(this.assignment, status, microseconds, error);
    this.#runtime.taskFinished(this.id);
    this.#executor.finished(this);
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

/** Most tasks never ask for their signal; making one costs more than a tiny task. */
class LazyAbort {
  #controller: AbortController | undefined;
  #reason: MobulaError | undefined;

  get signal(): AbortSignal {
    if (this.#controller === undefined) {
      this.#controller = new AbortController();
      if (this.#reason !== undefined) this.#controller.abort(this.#reason);
    }
    return this.#controller.signal;
  }

  abort(reason: MobulaError): void {
    this.#reason = reason;
    this.#controller?.abort(reason);
  }
}
