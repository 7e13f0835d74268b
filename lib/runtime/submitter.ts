import { type MobulaError, TaskCancelledError, WorkerCrashedError } from '../errors/index.js';
import { TaskStatus } from '../protocol/generated/protocol.js';
import { strategyKey } from '../protocol/strategy.js';
import type { NativeStore } from '../store/native.js';
import { type DemandPort, DemandReports } from './demand-reports.js';
import { Lease, type LeaseTarget } from './lease.js';
import { ObjectState } from './object-values.js';
import { PendingObject, type PendingObjects } from './pending-objects.js';
import { RemoteResults, type RemoteResultsPort } from './remote-results.js';
import { nearShape, type ResourceShape, ShapeQueue } from './shape-queue.js';
import { smoothed } from './smoothed.js';
import { type FunctionRecord, type Task, TaskState } from './task.js';
import { TICK_MILLISECONDS, Ticker } from './ticker.js';
import { WorkerLink } from './worker-link.js';

/** Bounds of a pause after which a lease counts as stalled: its first task takes long. Milliseconds. */
const STALL_MILLISECONDS = 3;
/** A task that has not started for so long, alone on its lease, is offered to others. Milliseconds. */
const UNSTARTED_MILLISECONDS = 500;
/** A lease that had no task for so long goes back to the raylet, which takes an idle one away when others need its room. */
const IDLE_MILLISECONDS = 1000;
/** The same, where no raylet sees both sides: a lease on another node, or for a job of another node. */
const REMOTE_IDLE_MILLISECONDS = 20;
/** Places of the table of pending objects that are looked at in one go. */
const PLACES_AT_ONCE = 10_000;
/** Work in microseconds that is worth moving to an idle worker: some wake-ups of a process. */
const WORTH_STEALING = 200;
/** Deaths of its process that a task survives without having been on the stack. */
const FREE_LOSSES = 20;

/** A lease as the raylet granted it. */
export interface GrantedLease {
  readonly lease: number;
  readonly shape: number;
  readonly worker: number;
  readonly path: string;
}

/** How a worker ended, as the raylet saw it. */
export interface DeadWorker {
  readonly worker: number;
  readonly pid: number;
  readonly exitCode: number | undefined;
  readonly signal: string | undefined;
  readonly stderr: string;
  readonly memory: number | undefined;
  /** Handle of the task on its stack, 0 when there was none. */
  readonly running: number;
  readonly leases: readonly number[];
}

/** What the submitter needs of its surroundings. */
export interface SubmitterPort extends RemoteResultsPort, DemandPort {
  defineShape(queue: ShapeQueue): void;
  /** `unstarted`: its worker had a task that it did not start for long. */
  returnLease(lease: number, unstarted: boolean): void;
  killWorker(worker: number, running: number): void;
  /** Whether the encoded error is one that the task's `retryErrors` names. */
  shouldRetry(task: Task, error: Uint8Array): boolean;
  /** Seals an error that the worker sent instead of storing it. */
  sealEncoded(task: Task, error: Uint8Array): void;
  /** The first argument that is an error, as the handle of that object; 0 when there is none. */
  failedDependency(task: Task): number;
  copyError(task: Task, from: number): void;
  /** The task's returns are complete in the store. */
  finished(task: Task, failed: boolean, microseconds: number, worker: number): void;
  /** The identity that a new socket to a worker begins with. */
  readonly identity: { slot: number; job: number; pid: number };
  /** Tasks of this process's own that a lease on this very process runs; undefined in a driver. */
  readonly ownWorker: number;
  readonly ownTarget: LeaseTarget | undefined;
  /** These are tasks of another node's job. */
  readonly forOtherNode: boolean;
}

/**
 * Queues the tasks of this process, asks the raylet for leases on workers, and keeps each leased worker busy with about
 * a millisecond of work. Tasks that wait behind a long one are taken back, by a compare-and-swap in the store, and go to
 * whoever is free.
 */
export class Submitter {
  /** Those that stay at other nodes. */
  readonly results: RemoteResults;
  readonly #store: NativeStore;
  readonly #pending: PendingObjects;
  readonly #port: SubmitterPort;
  readonly #queues: ShapeQueue[] = [];
  readonly #queueByKey = new Map<string, ShapeQueue>();
  readonly #leases = new Map<number, Lease>();
  readonly #links = new Map<number, WorkerLink>();
  readonly #reports: DemandReports;
  readonly #ticker = new Ticker((now, overdue) => this.#tick(now, overdue));
  /** Where `someUnfinished` goes on. */
  #nextPlace = 0;
  #closed = false;

  constructor(store: NativeStore, pending: PendingObjects, port: SubmitterPort) {
    this.#store = store;
    this.#pending = pending;
    this.#port = port;
    this.#reports = new DemandReports(this.#queues, port);
    this.results = new RemoteResults(store, pending, port, (task, dependencies) =>
      this.take(task, dependencies),
    );
  }

  /** The queue of a shape; equal shapes share one. */
  queueOf(shape: ResourceShape): ShapeQueue {
    let queue = this.#queueByKey.get(shape.key);
    if (queue === undefined) {
      const { exclusive, resources, strategy } = shape;
      // Where a task that names a node may run is not for this process to say.
      const anywhere = strategyKey(strategy) === '';
      const takesOneCpu = anywhere && !exclusive && resources.size === 1 && resources.get('CPU') === 1;
      queue = new ShapeQueue(this.#queues.length, shape, takesOneCpu);
      this.#queues.push(queue);
      this.#queueByKey.set(shape.key, queue);
      this.#port.defineShape(queue);
    }
    return queue;
  }

  /** Takes over a task, and queues it when its arguments are complete, here or at another node. */
  take(task: Task, dependencies: readonly { readonly handle: number }[] | undefined): void {
    if (dependencies === undefined || !this.#awaitAll(task, dependencies)) this.submit(task);
  }

  /** Takes over a task whose arguments are all complete. */
  submit(task: Task): void {
    if (task.dependencies > 0) {
      const failed = this.#port.failedDependency(task);
      if (failed !== 0) {
        this.#port.copyError(task, failed);
        this.#finish(task, true, 0);
        return;
      }
      this.#moveNear(task);
    }
    const { queue } = task;
    if (queue.failure !== undefined) {
      this.fail(task, queue.failure as MobulaError);
      return;
    }
    task.state = TaskState.Queued;
    if (queue.size === 0) {
      for (const lease of queue.leases) {
        if (!lease.hasRoom) continue;
        this.#push(task, lease);
        return;
      }
    }
    queue.push(task);
    this.#demandChanged(queue);
  }

  /**
   * The next task for this very process, under a lease of one CPU whose own tasks are suspended: the deepest that needs
   * just that, if it can start. When `manySuspended`, also one that another worker of this node has in hand and has not
   * started: what is suspended here waits for it, and it can run at once.
   */
  takeForOwnProcess(canStart: (fn: FunctionRecord) => boolean, manySuspended: boolean): Task | undefined {
    let best: ShapeQueue | undefined;
    for (const queue of this.#queues) {
      if (queue.size === 0 || !queue.takesOneCpu) continue;
      if (best === undefined || queue.deepest > best.deepest) best = queue;
    }
    const task = best?.takeDeepest();
    if (best === undefined || task === undefined)
      return manySuspended ? this.#takeFromOthers(canStart) : undefined;
    if (!canStart(task.fn)) {
      best.pushFirst(task);
      return undefined;
    }
    task.state = TaskState.Pushed;
    return task;
  }

  get queued(): number {
    let sum = 0;
    for (const queue of this.#queues) sum += queue.size;
    return sum;
  }

  /** Whether tasks of this process are with workers, or leases are held. */
  get busy(): boolean {
    return this.#leases.size > 0 || this.queued > 0;
  }

  /** Tasks of this process that are not done, in no order. */
  *unfinished(): Generator<Task> {
    yield* tasksOf(this.#pending);
  }

  /** Some of them: those that leased workers have first in hand, and a part of the others, each time the next. */
  *someUnfinished(): Generator<Task> {
    for (const { inFlight } of this.#leases.values()) if (inFlight.first !== undefined) yield inFlight.first;
    if (this.#nextPlace >= this.#pending.places) this.#nextPlace = 0;
    const first = this.#nextPlace;
    this.#nextPlace += PLACES_AT_ONCE;
    yield* tasksOf(this.#pending.between(first, PLACES_AT_ONCE));
  }

  // ---- what the raylet says

  granted(grant: GrantedLease): void {
    this.#reports.granted();
    const queue = this.#queues[grant.shape];
    if (queue === undefined || this.#closed) {
      this.#port.returnLease(grant.lease, false);
      return;
    }
    const target = this.#targetOf(grant);
    if (target === undefined) {
      this.#port.returnLease(grant.lease, false);
      this.#report(queue);
      return;
    }
    const lease = new Lease(grant.lease, queue, target, grant.worker, performance.now());
    queue.leases.add(lease);
    this.#leases.set(grant.lease, lease);
    this.#fill(lease);
    this.#report(queue);
    this.#ticker.soon();
  }

  /** The raylet can never serve this shape, or not now. */
  refused(shape: number, reason: (task: Task) => MobulaError, forGood: boolean): void {
    const queue = this.#queues[shape];
    if (queue === undefined) return;
    queue.reported = 0;
    let task = queue.takeShallowest();
    while (task !== undefined) {
      const error = reason(task);
      // A node that is not there now may be there later.
      if (forGood && queue.shape.strategy.node === '') queue.failure = error;
      this.fail(task, error);
      task = queue.takeShallowest();
    }
  }

  workerDied(death: DeadWorker): void {
    const link = this.#links.get(death.worker);
    this.#links.delete(death.worker);
    link?.drain();
    for (const id of death.leases) this.#drop(id);
    for (const lease of [...this.#leases.values()]) if (lease.worker === death.worker) this.#drop(lease.id);
    this.results.lost(death.worker);
    // What they are kept for may have to wait for what is made again, and for them.
    for (const lease of this.#leases.values()) lease.reservedFor = undefined;
    if (link === undefined) return;
    // So that they queue again in the order in which they were submitted.
    for (const task of link.tasks.reverse()) this.#afterDeath(task, death);
    this.#assignAll();
  }

  // ---- what workers say

  readonly taskDone = (
    task: Task,
    _attempt: number,
    status: number,
    microseconds: number,
    /** Behind the frame: the encoded error, or where the results are. */
    rest: Uint8Array | undefined,
  ): void => {
    const { lease, fn } = task;
    const worker = lease === undefined ? this.#port.ownWorker : lease.worker;
    if (lease !== undefined) {
      this.#leave(task, lease);
      lease.progressed = true;
      lease.stalled = false;
    }
    if (status !== TaskStatus.Discarded) {
      fn.meanMicroseconds = smoothed(fn.meanMicroseconds, microseconds);
    }
    if (status === TaskStatus.Elsewhere && rest !== undefined) {
      if (task.state !== TaskState.Done) this.#keptElsewhere(task, microseconds, worker, rest);
    } else if (status === TaskStatus.Thrown && rest !== undefined && task.state !== TaskState.Done) {
      if (!task.cancelled && task.errorRetries < task.maxRetries && this.#port.shouldRetry(task, rest)) {
        task.errorRetries++;
        this.#again(task);
      } else {
        this.#port.sealEncoded(task, rest);
        this.#finish(task, true, microseconds, worker);
      }
    } else if (task.state !== TaskState.Done) {
      this.#finish(task, status === TaskStatus.StoredError, microseconds, worker);
    }
    if (lease !== undefined) this.#fill(lease);
  };

  readonly taskBounced = (task: Task): void => {
    if (task.lease !== undefined) this.#leave(task, task.lease);
    if (task.state === TaskState.Done) return;
    this.#again(task);
    this.#assign(task.queue);
  };

  readonly leaseEnded = (id: number): void => {
    const lease = this.#leases.get(id);
    if (lease === undefined) return;
    lease.ended = true;
    lease.queue.leases.delete(lease);
    if (lease.inFlight.size === 0) this.#leases.delete(id);
    this.#report(lease.queue);
  };

  // ---- cancelling and failing

  /**
   * The task's refs reject at once with TaskCancelledError. A task that has not started never will; a running one is
   * told (its signal aborts) and its result is discarded; with `force` its process is killed.
   * Returns false when the task was done already.
   */
  cancel(task: Task, force: boolean, recursive: boolean): boolean {
    if (task.hasRun) return false;
    task.cancelled = true;
    const before = task.state;
    const { lease } = task;
    const started = before === TaskState.Pushed && !this.#store.takeBack(task.handle, task.attempt);
    if (before === TaskState.Queued) task.queue.remove(task);
    if (before === TaskState.Pushed && !started) {
      this.#forget(task);
      task.attempt = (task.attempt + 1) & 0xffff;
    }
    const target = lease?.target ?? this.#port.ownTarget;
    const worker = !started ? 0 : lease === undefined ? this.#port.ownWorker : lease.worker;
    this.#port.sealError(task, new TaskCancelledError(task.fn.name));
    if (started && target !== undefined) {
      // Another node is told once: to a task that is cancelled already it would not do more.
      if (!force || lease?.elsewhere !== true) target.cancel(task, recursive);
      if (force && lease !== undefined) this.#port.killWorker(lease.worker, task.handle);
      else if (force) this.#port.killWorker(this.#port.ownWorker, task.handle);
    }
    this.#finish(task, true, 0, worker);
    if (lease !== undefined && !started) this.#fill(lease);
    return true;
  }

  /** Ends a task with an error of ours. */
  fail(task: Task, error: MobulaError, worker = 0): void {
    if (task.state === TaskState.Done) return;
    this.#port.sealError(task, error);
    this.#finish(task, true, 0, worker);
  }

  /** Somebody waits for this task: it goes before the others of its depth. */
  expedite(task: Task): void {
    if (task.state !== TaskState.Queued || task.queue.size < 2) return;
    if (task.queue.remove(task)) task.queue.pushFirst(task);
  }

  /**
   * Sends what is queued for the workers, and what waits to the raylet: the thread is about to block, no timer fires. Returns
   * after how many milliseconds it is to be called again, if the thread still blocks.
   */
  flush(): number {
    const pause = this.#ticker.pump();
    for (const link of this.#links.values()) link.flush();
    this.#reports.flush();
    return pause;
  }

  close(): void {
    this.#closed = true;
    this.#reports.close();
    this.#ticker.close();
    for (const link of this.#links.values()) link.close();
    this.#links.clear();
  }

  // ---- inside

  #targetOf(grant: GrantedLease): LeaseTarget | undefined {
    if (grant.worker === this.#port.ownWorker) return this.#port.ownTarget;
    const known = this.#links.get(grant.worker);
    if (known !== undefined) return known.usable ? known : undefined;
    try {
      const link = new WorkerLink(grant.path, grant.worker, this.#port.identity, this);
      this.#links.set(grant.worker, link);
      return link;
    } catch {
      // The worker is dead already; the raylet learns of it too and grants another.
      return undefined;
    }
  }

  /** Submits the task when all of them are complete; false when they are already. */
  #awaitAll(task: Task, dependencies: readonly { readonly handle: number }[]): boolean {
    const objectReady = (): void => {
      if (--task.unresolved === 0 && task.state === TaskState.Waiting) this.submit(task);
    };
    // The session ended, and with it this task.
    const waiter = { objectReady, objectElsewhere: objectReady, objectsLost: () => undefined };
    // One more than there are, so that none of them submits the task before all are counted.
    task.unresolved = 1;
    for (const { handle } of dependencies) {
      task.unresolved++;
      if (this.#pending.get(handle) === undefined && this.#store.state(handle) !== ObjectState.Pending)
        task.unresolved--;
      else if (!this.#port.subscribe(handle, waiter)) task.unresolved--;
    }
    return --task.unresolved > 0;
  }

  #takeFromOthers(canStart: (fn: FunctionRecord) => boolean): Task | undefined {
    for (const lease of this.#leases.values()) {
      const task = lease.inFlight.last;
      if (task === undefined || lease.elsewhere || !lease.queue.takesOneCpu || !canStart(task.fn)) continue;
      if (!this.#takeBack(task)) continue;
      task.state = TaskState.Pushed;
      return task;
    }
    return undefined;
  }

  /** What is given results of other nodes is to run there, if it may run anywhere. */
  #moveNear(task: Task): void {
    const anywhere = task.queue.anywhere ?? task.queue;
    const node = strategyKey(anywhere.shape.strategy) === '' ? this.results.nodeOf(task) : undefined;
    task.queue = anywhere;
    if (node === undefined) return;
    task.queue = this.#queueNear(anywhere, node);
  }

  /**
   * Nodes come and go: an idle queue near another one becomes the queue near this one, so that there are never more than were in
   * use at once. A grant or a task that comes back late is then of a queue near the wrong node, which costs no more than a way.
   */
  #queueNear(anywhere: ShapeQueue, node: string): ShapeQueue {
    const shape = nearShape(anywhere.shape, node);
    let queue = this.#queueByKey.get(shape.key);
    if (queue !== undefined) return queue;
    queue = anywhere.near.find(({ isIdle }) => isIdle);
    if (queue === undefined) {
      queue = this.queueOf(shape);
      queue.anywhere = anywhere;
      anywhere.near.push(queue);
      return queue;
    }
    this.#queueByKey.delete(queue.shape.key);
    queue.shape = shape;
    this.#queueByKey.set(shape.key, queue);
    this.#port.defineShape(queue);
    return queue;
  }

  /** Whether something that the task is given, and that was there, is to come again. Then it is queued when it has come. */
  #waitsAgain(task: Task): boolean {
    const dependencies: { handle: number }[] = [];
    task.forEachDependency((handle) => dependencies.push({ handle }));
    const { state } = task;
    task.state = TaskState.Waiting;
    if (this.#awaitAll(task, dependencies)) return true;
    task.state = state;
    return false;
  }

  /** What the task is given is here now. */
  #fetched(task: Task, lease: Lease): void {
    if (lease.reservedFor === task) lease.reservedFor = undefined;
    if (task.state !== TaskState.Waiting) this.#fill(lease);
    else if (lease.hasRoom && this.#port.failedDependency(task) === 0) this.#push(task, lease);
    else this.submit(task);
  }

  #push(task: Task, lease: Lease): void {
    if (this.results.hasLost && this.#waitsAgain(task)) return;
    if (task.dependencies > 0 && !lease.elsewhere) {
      const fetching = this.results.fetch(task, () => this.#fetched(task, lease));
      if (fetching) {
        task.state = TaskState.Waiting;
        lease.reservedFor = task;
        return;
      }
    }
    task.state = TaskState.Pushed;
    if (lease.inFlight.size === 0) lease.progressed = true;
    lease.add(task);
    lease.target.push(task, lease);
    this.#ticker.soon();
  }

  #fill(lease: Lease): void {
    const { queue } = lease;
    if (lease.ended) return;
    while (queue.size > 0 && lease.hasRoom) this.#push(queue.takeShallowest()!, lease);
    if (queue.size > 0 || lease.inFlight.size > 0 || lease.reservedFor !== undefined) return;
    const { spread, near } = queue.shape.strategy;
    // The next task is for another node, which the raylet knows; or what waits may need the room that this one takes up there.
    if (spread || (lease.elsewhere && this.queued > 0)) this.#return(lease);
    else if (near === undefined) this.#stealFor(lease);
  }

  #assign(queue: ShapeQueue): void {
    for (const lease of queue.leases) {
      if (queue.size === 0) break;
      this.#fill(lease);
    }
    if (queue.size > 0) this.#demandChanged(queue);
  }

  #assignAll(): void {
    for (const queue of this.#queues) if (queue.size > 0) this.#assign(queue);
  }

  /** Half of what waits in the fullest window, when that is more than a wake-up's worth of work. */
  #stealFor(lease: Lease): void {
    let victim: Lease | undefined;
    for (const other of lease.queue.leases) {
      if (other !== lease && other.inFlight.size > 1 && other.hand > (victim?.hand ?? WORTH_STEALING))
        victim = other;
    }
    if (victim === undefined) return;
    const tasks = victim.inFlight.toArray();
    const count = tasks.length >> 1;
    for (const task of tasks.slice(tasks.length - count)) {
      if (this.#takeBack(task)) this.#push(task, lease);
    }
  }

  /** Gets a pushed task back if it has not started. The copy at the worker is void from then on. */
  #takeBack(task: Task): boolean {
    if (!this.#store.takeBack(task.handle, task.attempt)) return false;
    this.#forget(task);
    task.attempt = (task.attempt + 1) & 0xffff;
    task.state = TaskState.Queued;
    return true;
  }

  #forget(task: Task): void {
    const { lease } = task;
    if (lease?.target instanceof WorkerLink) lease.target.forget(task);
    if (lease !== undefined) this.#leave(task, lease);
  }

  /** The worker has the task no more. A lease that ended is forgotten with the last of its tasks. */
  #leave(task: Task, lease: Lease): void {
    lease.remove(task);
    if (lease.ended && lease.inFlight.size === 0) this.#leases.delete(lease.id);
  }

  /** Queues a task again, under a new attempt: it was bounced, its process died, or it threw and may try again. */
  #again(task: Task): void {
    const next = (task.attempt + 1) & 0xffff;
    if (!this.#store.restart(task.handle, task.attempt, next)) return;
    task.attempt = next;
    task.state = TaskState.Queued;
    task.queue.pushFirst(task);
  }

  /** A result may stand in the store while its message is held up behind a long task, or died with its sender. */
  #finishIfStored(task: Task): boolean {
    const state = this.#store.state(task.handle);
    if (state === ObjectState.Pending) return false;
    this.#forget(task);
    this.#finish(task, state === ObjectState.Error, 0);
    return true;
  }

  #afterDeath(task: Task, death: DeadWorker): void {
    if (task.lease !== undefined) this.#leave(task, task.lease);
    if (task.state === TaskState.Done || this.#finishIfStored(task)) return;
    // A task that may run once only, and had started on another node, may have done its work: nobody knows.
    const once = task.maxRetries === 0 && (this.#store.taskWord(task.handle) & 1) === 1;
    if (death.running === task.handle || once) {
      task.crashes++;
      if (task.crashes > task.maxRetries) {
        this.fail(task, this.#crash(task, death), death.worker);
        return;
      }
    }
    // Free of charge, as the task was not on the stack; but not for ever, should it be the cause all the same.
    if (++task.losses > FREE_LOSSES) this.fail(task, this.#crash(task, death), death.worker);
    else this.#again(task);
  }

  #crash(task: Task, death: DeadWorker): WorkerCrashedError {
    return new WorkerCrashedError({
      pid: death.pid,
      signal: death.signal,
      exitCode: death.exitCode,
      functionName: task.fn.name,
      attempts: Math.max(task.crashes, task.losses),
      stderr: death.stderr,
      memory: death.memory,
    });
  }

  /** @param worker where it ran, 0 for nowhere, or nobody knows where */
  #finish(task: Task, failed: boolean, microseconds: number, worker = 0): void {
    if (task.state === TaskState.Done) return;
    task.state = TaskState.Done;
    const { returns } = task;
    this.#port.finished(task, failed, microseconds, worker);
    if (returns instanceof PendingObject) this.#complete(returns, failed);
    else for (const pending of returns) this.#complete(pending, failed);
    this.results.finished(task);
    if (task.dependencies + task.contained > 0) task.forEachHeld((handle) => this.#store.release(handle));
    if (returns instanceof PendingObject) this.#store.release(returns.handle);
    else for (const pending of returns) this.#store.release(pending.handle);
  }

  /** The results are values at the node that ran the task. */
  #keptElsewhere(task: Task, microseconds: number, worker: number, place: Uint8Array): void {
    this.#port.finished(task, false, microseconds, worker);
    const count = task.returnCount;
    const view = new DataView(place.buffer, place.byteOffset, place.byteLength);
    const sizes = Array.from({ length: count }, (_, index) => view.getFloat64(8 * index, true));
    const node = Buffer.from(place.buffer, place.byteOffset, place.byteLength).toString('latin1', 8 * count);
    this.results.kept(task, { worker, node, sizes });
  }

  #complete(pending: PendingObject, failed: boolean): void {
    pending.failed = failed;
    this.#pending.complete(pending);
  }

  #drop(id: number): void {
    const lease = this.#leases.get(id);
    if (lease === undefined) return;
    lease.ended = true;
    this.#leases.delete(id);
    lease.queue.leases.delete(lease);
    if (lease.queue.size > 0) this.#demandChanged(lease.queue);
  }

  // ---- demand

  #report(queue: ShapeQueue): void {
    this.#reports.report(queue);
    if (queue.size > 0) this.#ticker.soon();
  }

  /**
   * Without a lease the raylet hears of the demand at once; with one the next tick tells it, if the number still differs
   * by then: the raylet's process is not to be woken for a queue that breathes. So it is for tasks that this process can
   * run itself while the task that submitted them awaits them.
   */
  #demandChanged(queue: ShapeQueue): void {
    const canWait = this.#port.ownTarget !== undefined && queue.takesOneCpu;
    if (!canWait && queue.leases.size === 0 && queue.reported === 0) this.#reports.soon();
    this.#ticker.soon();
  }

  // ---- time

  #tick(now: number, overdue: number): number | undefined {
    // This process was busy, and what the workers reported meanwhile has not been read yet.
    const late = overdue > STALL_MILLISECONDS;
    let soon = false;
    for (const queue of this.#queues) {
      for (const lease of queue.leases) {
        if (lease.progressed) {
          lease.progressed = false;
          lease.lastProgress = now;
        }
        if (lease.inFlight.size > 1) {
          soon = true;
          if (!late && !lease.stalled && now - lease.lastProgress > STALL_MILLISECONDS) this.#relieve(lease);
        } else if (lease.inFlight.size === 1) {
          if (!late) this.#moveUnstarted(lease, now);
        } else if (lease.reservedFor !== undefined) {
          if (lease.reservedFor.state === TaskState.Done) lease.reservedFor = undefined;
        } else if (now - lease.lastProgress > this.#idleMilliseconds(lease)) this.#return(lease);
      }
      if (queue.size > 0) this.#assign(queue);
      this.#reports.review(queue);
      if (queue.size > 0 || queue.reported > 0) soon = true;
    }
    if (soon) return TICK_MILLISECONDS;
    return this.#leases.size > 0 ? this.#shortestIdle() : undefined;
  }

  #idleMilliseconds(lease: Lease): number {
    return this.#port.forOtherNode || lease.elsewhere ? REMOTE_IDLE_MILLISECONDS : IDLE_MILLISECONDS;
  }

  #shortestIdle(): number {
    let shortest = IDLE_MILLISECONDS;
    for (const lease of this.#leases.values()) shortest = Math.min(shortest, this.#idleMilliseconds(lease));
    return shortest;
  }

  #return(lease: Lease, unstarted = false): void {
    lease.ended = true;
    lease.queue.leases.delete(lease);
    this.#leases.delete(lease.id);
    this.#port.returnLease(lease.id, unstarted);
  }

  /**
   * The only task of a lease has not started for long: what its process had suspended under another lease goes on and
   * holds the thread, or its function takes long to load. Offers it to whoever is free; each time it has twice as long.
   */
  #moveUnstarted(lease: Lease, now: number): void {
    const task = lease.inFlight.first;
    if (task === undefined || now - lease.lastProgress < UNSTARTED_MILLISECONDS * 2 ** task.moves) return;
    if (!this.#takeBack(task)) return;
    task.moves++;
    this.#return(lease, true);
    lease.queue.pushFirst(task);
    this.#demandChanged(lease.queue);
  }

  /**
   * Takes the tasks back that wait behind the first one; the lease gets no more until something comes back. The first
   * stays, also if it has not started: a process that has no time for it would be sent it again and again, and so would
   * other leases on the same process. #moveUnstarted looks after it.
   */
  #relieve(lease: Lease): void {
    const [first, ...behind] = lease.inFlight.toArray();
    for (const task of behind.reverse()) {
      if (this.#takeBack(task)) lease.queue.pushFirst(task);
      else this.#finishIfStored(task);
    }
    if (first !== undefined) this.#finishIfStored(first);
    lease.stalled = lease.inFlight.size > 0;
  }
}

/** Each task once, though it may have several returns. */
function* tasksOf(all: Iterable<PendingObject>): Generator<Task> {
  for (const { handle, task } of all)
    if (task !== undefined && task.handle === handle && !task.hasRun) yield task;
}
