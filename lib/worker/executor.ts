import { performance } from 'node:perf_hooks';
import type { Runtime } from '../runtime/runtime.js';
import type { Assignment, AssignmentOrigin, AssignmentSink } from './assignment.js';
import type { Contexts } from './contexts.js';
import { Inbox } from './inbox.js';
import type { LeaseState } from './lease-state.js';
import { RunningTask, type RunningTaskOwner } from './running-task.js';
import { Wakes } from './wakes.js';
import type { WorkerFunction, WorkerFunctions } from './worker-functions.js';
import { type LeasePort, WorkerLeases } from './worker-leases.js';

/** Tasks are run one after another for so long before the event loop has its turn: cancels, revokes, other sockets. */
const TURN_MILLISECONDS = 1;
/** A function that takes longer, in microseconds, does not start before the results of others are on their way. */
const LONG_MICROSECONDS = 100;
/**
 * So many tasks may be suspended while the functions of those that they wait for are still on their way, or while other
 * workers have what they wait for and have not started it.
 */
const FEW_SUSPENDED = 8;

/** What the executor says to the raylet. */
export interface ExecutorPort extends LeasePort {
  /** Sends what is queued; the thread is about to block, or went through many tasks. */
  flush(): void;
}

/** The next task of this process's own submitter, as an assignment under the given lease. See OwnTasks.take. */
export type TakeOwn = (lease: number, manySuspended: boolean) => Assignment<WorkerFunction> | undefined;

/**
 * Runs the tasks of a worker. At most one is started at a time; while started tasks are suspended (they await objects)
 * others run: first those that this process submitted itself, the deepest first, because that is what the suspended ones
 * wait for; then the inbox, in order.
 */
export class Executor implements AssignmentSink<WorkerFunction>, RunningTaskOwner {
  readonly #runtime: Runtime;
  readonly #contexts: Contexts;
  readonly #port: ExecutorPort;
  readonly #functions: WorkerFunctions;
  readonly #takeOwn: TakeOwn;
  readonly #ownLoading: () => boolean;
  readonly #leases: WorkerLeases;
  readonly #inbox: Inbox;
  readonly #wakes = new Wakes();
  readonly #started = new Set<RunningTask>();
  /** Started and not suspended. */
  #running = 0;
  #peakSuspended = 0;
  #nextId = 1;
  /** Tasks that run and are not suspended, in the order in which they went on: almost always one. */
  readonly #goingOn: RunningTask[] = [];
  #turnQueued = false;
  #inTurn = false;
  /** When the event loop last had its turn, as far as turns know: those that follow in microtasks go by the first's. */
  #turnBegan = 0;

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
    this.#leases = new WorkerLeases(port);
    this.#inbox = new Inbox(this.#leases);
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
    if (this.#leases.hasEnded(assignment.lease)) {
      assignment.origin.leaseEnded(assignment.lease);
      assignment.origin.bounced(assignment.lease, [assignment]);
      return;
    }
    this.#inbox.add(assignment);
  }

  /** Runs what can run now. */
  turn = (): void => {
    if (this.#inTurn) return;
    this.#turnBegan = performance.now();
    this.#takeTurn();
  };

  readonly #takeTurn = (): void => {
    if (this.#inTurn) return;
    this.#turnQueued = false;
    this.#inTurn = true;
    try {
      while (this.#running === 0) {
        // Before anything else starts, what has all that it waited for goes on: few are to be suspended at once.
        if (this.#wakes.pending) {
          this.#turnSoon();
          break;
        }
        const assignment = this.#next();
        if (assignment === undefined) break;
        const mean = assignment.fn.meanMicroseconds;
        if (mean === 0 || mean > LONG_MICROSECONDS) this.#port.flush();
        this.#start(assignment);
        if (performance.now() - this.#turnBegan > TURN_MILLISECONDS) {
          if (this.#running === 0) this.#turnLater();
          break;
        }
      }
    } finally {
      this.#inTurn = false;
    }
    if (this.#running === 0) this.#leases.idle();
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
    this.#inbox.drop(origin);
    for (const task of [...this.#started]) if (task.assignment.origin === origin) task.cancel(true);
    this.turn();
  }

  revoke(id: number, hard: boolean): void {
    if (this.#leases.hasEnded(id)) return;
    const lease = this.#leases.revoke(id, hard);
    if (hard) this.#inbox.bounce((assignment) => assignment.lease === id);
    this.#leases.releaseIfDone(lease);
  }

  // ---- RunningTaskOwner

  entered(task: RunningTask): void {
    this.#goingOn.push(task);
    this.#runtime.store.setRunning(task.handle);
  }

  /** Of those that still run, the one that went on last is named. */
  left(task: RunningTask): void {
    const at = this.#goingOn.lastIndexOf(task);
    if (at >= 0) this.#goingOn.splice(at, 1);
    this.#runtime.store.setRunning(this.#goingOn.at(-1)?.handle ?? 0);
  }

  suspended(lease: LeaseState): void {
    lease.suspended++;
    let count = 0;
    for (const each of this.#leases) count += each.suspended;
    if (count > this.#peakSuspended) this.#peakSuspended = count;
    this.#stopped(lease);
  }

  resumed(lease: LeaseState): void {
    this.#running++;
    lease.running++;
    lease.suspended--;
    this.#leases.inUse(lease);
  }

  finished(task: RunningTask): void {
    this.#started.delete(task);
    this.#contexts.finished(task);
    this.#stopped(task.lease);
    this.#leases.releaseIfDone(task.lease);
  }

  wake(act: () => void): void {
    this.#wakes.add(act);
  }

  /** Nothing else can run here, and the lease's CPU is free at once. */
  blocked(task: RunningTask): void {
    this.#inbox.bounce(() => true);
    task.lease.running--;
    task.lease.suspended++;
    this.#running--;
    this.#leases.report(task.lease);
    this.#port.flush();
  }

  /** It may go on for long without a turn of the event loop: the raylet is to know at once that the CPU is in use. */
  unblocked(task: RunningTask): void {
    this.resumed(task.lease);
    this.#port.flush();
  }

  // ---- inside

  /** A task of the lease runs no more. */
  #stopped(lease: LeaseState): void {
    this.#running--;
    lease.running--;
    if (!this.#inTurn) this.#turnSoon();
  }

  #turnSoon(): void {
    if (this.#turnQueued) return;
    this.#turnQueued = true;
    queueMicrotask(this.#takeTurn);
  }

  #turnLater(): void {
    if (this.#turnQueued) return;
    this.#turnQueued = true;
    this.#port.flush();
    setImmediate(this.turn);
  }

  /** An alone task shares its process with nothing that has started. */
  #occupied(): boolean {
    for (const task of this.#started) if (task.assignment.alone) return true;
    return false;
  }

  #next(): Assignment<WorkerFunction> | undefined {
    if (this.#started.size > 0) {
      if (this.#occupied()) {
        this.#inbox.bounce(() => true);
        return undefined;
      }
      for (const lease of this.#leases) {
        if (lease.suspended === 0 || !lease.oneCpu || lease.reported || lease.revoked === 'hard') continue;
        const own = this.#takeOwn(lease.id, this.#started.size >= FEW_SUSPENDED);
        if (own !== undefined) {
          lease.queued++;
          return own;
        }
      }
    }
    // What suspended tasks wait for is about to be able to run: no further ones are to be suspended meanwhile.
    if (this.#started.size >= FEW_SUSPENDED && this.#ownLoading()) return undefined;
    return this.#inbox.next(this.#started.size === 0);
  }

  #start(assignment: Assignment<WorkerFunction>): void {
    const { fn } = assignment;
    if (!fn.ready) {
      fn.whenReady(() => {
        this.#inbox.putBack(assignment);
        this.#turnSoon();
      });
      return;
    }
    const lease = this.#inbox.takeOff(assignment);
    // Taken back, cancelled or freed in the meantime: this copy is void, and its submitter knows.
    if (!this.#runtime.store.startTask(assignment.handle, assignment.attempt)) {
      this.#leases.releaseIfDone(lease);
      return;
    }
    this.#leases.inUse(lease);
    if (assignment.oneCpu) lease.oneCpu = true;
    lease.running++;
    this.#running++;
    const task = new RunningTask(this, this.#runtime, this.#contexts, this.#nextId++, assignment, lease);
    this.#started.add(task);
    task.start();
  }
}
