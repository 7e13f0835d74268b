import {
  describeThrown,
  InfeasibleTaskError,
  isMobulaError,
  type MobulaError,
  RayletDiedError,
  TaskError,
  WorkerStartError,
} from '../errors/index.js';
import { readTable, sendTable } from '../protocol/frames.js';
import {
  AwaitObjectsT,
  CancelObject,
  CancelObjectT,
  ClusterReply,
  type ClusterReplyT,
  ClusterRequestT,
  CollectRequestT,
  DefineShapeT,
  DemandFailed,
  DemandT,
  ExportFunctionT,
  FrameType,
  GoodbyeT,
  KillWorkerT,
  LeaseGranted,
  ObjectsReady,
  ObjectsReadyT,
  ResourceT,
  ReturnLeaseT,
  StatisticsReply,
  StatisticsRequestT,
  WorkerDied,
} from '../protocol/generated/protocol.js';
import { type NativeStore, spinForAnswers } from '../store/native.js';
import { ObjectRef } from '../store/object-ref.js';
import { type Codec, type EncodedValue, wholeMessage } from '../values/types.js';
import { Calls } from './calls.js';
import { Failures } from './failures.js';
import { IdleCollection } from './idle-collection.js';
import type { LeaseTarget } from './lease.js';
import { ERROR_FLAG, ObjectState, ObjectValues, ownCopy } from './object-values.js';
import { type ObjectWaiter, type PendingObject, PendingObjects } from './pending-objects.js';
import { Questions } from './questions.js';
import type { Admission, RayletLink, RayletListener } from './raylet-link.js';
import type { ResourceShape, ShapeQueue } from './shape-queue.js';
import { Submitter, type SubmitterPort } from './submitter.js';
import { type FunctionRecord, returnsOf, type Task, TaskState } from './task.js';
import type { TaskContext, TaskContexts } from './task-context.js';
import { TaskRecords } from './task-records.js';
import { Waiting, type WaitingPort } from './waiting.js';

/** Dead refs are looked for this often while the program does nothing that would do it, milliseconds. */
const SWEEP_MILLISECONDS = 200;
/** Each so many of these times tasks that take long are looked for. */
const SWEEPS_A_LOOK = 2;
/** How long a full store is waited for, milliseconds. */
export const STORE_FULL_MILLISECONDS = 10_000;

/** What differs between a driver and a worker. */
export interface RuntimeHost {
  readonly contexts: TaskContexts;
  /** Number of this worker at the raylet, 0 for a driver. */
  readonly ownWorker: number;
  /** Runs tasks of this process's own submitter here; undefined in a driver. */
  readonly ownTarget: LeaseTarget | undefined;
  /** The tasks are those of another node's job. */
  readonly forOtherNode?: boolean;
  /** Frames that only this kind of process gets. */
  onFrame(type: number, bytes: Uint8Array, start: number): void;
  onDrained(): void;
  /** Sends what its own sockets have queued: the thread is about to block, or blocks and has read what came meanwhile. */
  flush?(): void;
  /** The store is full: what is kept for later only is to be let go of. */
  onCollect?(): void;
  /** The raylet is gone, or has closed the connection; also after the session's end. */
  onRayletDied(): void;
  /** How the raylet ended, for the error; asked for when its socket closes. */
  describeRayletEnd(): Promise<MobulaError>;
  log(text: string): void;
  /**
   * Changes with what the process does beside what its runtime sees; undefined while it is not to be disturbed. When nothing
   * changes any more, garbage is collected; absent where somebody else sees to that.
   */
  readonly activity?: (() => number | undefined) | undefined;
  /** Totals of the node, for errors. */
  readonly resources: Readonly<Record<string, number>>;
}

/**
 * One environment's part in a session: its place in the object store, its socket to the raylet, the tasks that it
 * submitted and the objects that it waits for. A driver and a worker have the same.
 */
export class Runtime implements SubmitterPort, WaitingPort, RayletListener {
  /** Hexadecimal id of the node. */
  readonly node: string;
  readonly store: NativeStore;
  readonly values: ObjectValues;
  readonly submitter: Submitter;
  readonly waiting: Waiting;
  readonly calls: Calls;
  readonly identity: { slot: number; job: number; pid: number };
  readonly #link: RayletLink;
  readonly #host: RuntimeHost;
  readonly #pending = new PendingObjects();
  readonly #failures: Failures;
  readonly #records: TaskRecords;
  readonly #exported = new Set<string>();
  readonly #names = new Map<number, string>();
  /** Questions to the raylet that are not answered. */
  readonly #questions = new Questions();
  readonly #sweeper: NodeJS.Timeout;
  readonly #idleCollection: IdleCollection | undefined;
  #awaited: number[] = [];
  #sweeps = 0;
  #retained = 0;
  #ended: MobulaError | undefined;

  constructor(link: RayletLink, admission: Admission, codec: Codec, host: RuntimeHost) {
    const { store, welcome } = admission;
    this.store = store;
    this.node = String(welcome.node);
    ObjectRef.enter(store);
    this.#link = link;
    this.#host = host;
    this.identity = { slot: store.slot, job: welcome.job, pid: process.pid };
    this.values = new ObjectValues(store, codec, {
      fullTimeout: STORE_FULL_MILLISECONDS,
      requestCollection: (bytes) => {
        this.submitter.results.letGo();
        sendTable(link.connection, FrameType.CollectRequest, new CollectRequestT(bytes));
        link.connection.flush();
      },
      dropped: (handles) => this.#failures.dropped(handles),
      nameOf: (pid) => this.#nameOf(pid),
    });
    this.#failures = new Failures(store, this.values, (text) => host.log(text));
    this.#records = new TaskRecords(store, this);
    this.submitter = new Submitter(store, this.#pending, this);
    this.waiting = new Waiting(store, this.#pending, this.values, this, host.contexts);
    this.calls = new Calls(store, this.values, this.#pending, this.submitter, host.contexts);
    const { activity } = host;
    if (activity !== undefined) {
      this.#idleCollection = new IdleCollection({
        activity: () => {
          const beside = activity();
          return beside === undefined ? undefined : beside + this.values.activity;
        },
        holds: () => store.programHolds(),
        collect: (full) => this.values.collect(full),
      });
    }
    this.#sweeper = setInterval(() => this.sweep(), SWEEP_MILLISECONDS);
    this.#sweeper.unref();
    spinForAnswers();
    link.listen(this);
    if (this.#retained === 0) link.connection.socket.unref();
  }

  /** Why nothing works any more; undefined while the session lives. */
  get ended(): MobulaError | undefined {
    return this.#ended;
  }

  // ---- for the interface

  put(value: unknown): ObjectRef<unknown> {
    return new ObjectRef(this.store, this.values.put(value));
  }

  /** Makes a shipped function known to the raylet, once. */
  exportFunction(shipped: {
    hash: string;
    name: string;
    payload: Uint8Array;
    held: readonly number[];
  }): void {
    if (this.#exported.has(shipped.hash)) return;
    this.#exported.add(shipped.hash);
    const table = new ExportFunctionT(shipped.hash, shipped.name, [], [...shipped.held]);
    // flatc's type asks for a list of numbers, and copies it into one; bytes do as well.
    (table as { payload: ArrayLike<number> }).payload = shipped.payload;
    sendTable(this.#link.connection, FrameType.ExportFunction, table);
  }

  /** Cancels the task that makes the object, wherever it was submitted. */
  cancel(handle: number, force: boolean, recursive: boolean): void {
    const task = this.#pending.get(handle)?.task;
    if (task !== undefined) this.submitter.cancel(task, force, recursive);
    else if (this.store.state(handle) === ObjectState.Pending) {
      sendTable(this.#link.connection, FrameType.CancelObject, new CancelObjectT(handle, force, recursive));
    }
  }

  cancelChildrenOf(parent: number): void {
    for (const task of [...this.submitter.unfinished()]) {
      if (task.parent === parent) this.submitter.cancel(task, false, true);
    }
  }

  cancelAwaitsOf(context: TaskContext): void {
    this.waiting.cancelRequestsOf(context);
  }

  free(handle: number): void {
    this.store.free(handle);
    const pending = this.#pending.get(handle);
    // What nobody makes any more is gone now; the raylet tells the other waiters.
    const isMade = pending?.task !== undefined && !pending.task.hasRun;
    if (pending !== undefined && !isMade) this.#pending.complete(pending);
    this.objectsReady([handle]);
  }

  /** What the scheduler of the node says of itself. */
  statistics(): Promise<string> {
    return this.#ask((request) => this.send(FrameType.StatisticsRequest, new StatisticsRequestT(request)));
  }

  /** What the nodes have, and which jobs run. */
  cluster(): Promise<ClusterReplyT> {
    return this.#ask((request) => this.send(FrameType.ClusterRequest, new ClusterRequestT(request)));
  }

  /** Ends this environment's part: what is pending rejects. */
  end(reason: MobulaError): void {
    if (this.#ended !== undefined) return;
    this.#ended = reason;
    clearInterval(this.#sweeper);
    this.submitter.close();
    this.waiting.end(reason);
    this.#questions.end(reason);
  }

  /** Asks the raylet to end what belongs to this process; what it still sends is read. */
  goodbye(): void {
    this.#link.connection.socket.ref();
    this.#sendRecords();
    this.send(FrameType.Goodbye, new GoodbyeT('shutdown'));
    this.#link.connection.flush();
  }

  /** Gives everything back. Arrays that the program has keep their content. */
  close(): void {
    // In this order: with the connection gone, what was ours in the store may be given to others.
    this.store.detach();
    this.#link.connection.close();
  }

  sweep(): void {
    if (this.#ended !== undefined) return;
    this.#failures.dropped(this.store.sweep(true));
    if (++this.#sweeps % SWEEPS_A_LOOK === 0) this.#records.look(this.submitter.someUnfinished());
    this.submitter.results.review();
    this.#sendRecords();
    this.store.checkViews();
    this.#idleCollection?.look();
  }

  // ---- for whoever completes objects

  /** Makes the value that of all these pending objects, the returns of one task, and tells those who wait for them. */
  seal(handles: readonly number[], attempt: number, encoded: EncodedValue, flags: number): void {
    const own = ownCopy(encoded);
    const drafts: number[] = [];
    try {
      for (const _ of handles) drafts.push(this.values.draft(own, flags));
    } catch (full) {
      for (const draft of drafts) this.store.abort(draft);
      // No room, not even for an error: gone is an answer too, and the log has the reason.
      this.#host.log(isMobulaError(full) ? full.message : String(full));
      for (const handle of handles) this.store.free(handle);
      this.objectsReady(handles);
      return;
    }
    if (this.store.complete(handles, drafts, attempt) === 1) this.objectsReady(handles);
  }

  objectsReady(handles: readonly number[]): void {
    if (!this.#link.connection.closed)
      sendTable(this.#link.connection, FrameType.ObjectsReady, new ObjectsReadyT([...handles]));
  }

  taskFinished(id: number): void {
    this.store.taskFinished(id);
  }

  /** Queues a frame for the raylet. */
  send(type: number, table: Parameters<typeof sendTable>[2]): void {
    if (!this.#link.connection.closed) sendTable(this.#link.connection, type, table);
  }

  flushRaylet(): void {
    this.#link.connection.flush();
  }

  // ---- SubmitterPort

  subscribe(handle: number, waiter: ObjectWaiter): boolean {
    return this.waiting.subscribe(handle, waiter);
  }

  nextCounter(): number {
    return this.values.nextCounter();
  }

  get ownWorker(): number {
    return this.#host.ownWorker;
  }

  get ownTarget(): LeaseTarget | undefined {
    return this.#host.ownTarget;
  }

  get forOtherNode(): boolean {
    return this.#host.forOtherNode ?? false;
  }

  defineShape(queue: ShapeQueue): void {
    const { exclusive, strategy } = queue.shape;
    const resources = [...queue.shape.resources].map(([name, amount]) => new ResourceT(name, amount));
    const { spread, node, soft, near } = strategy;
    this.send(
      FrameType.DefineShape,
      new DefineShapeT(queue.id, resources, exclusive, spread, node, soft, near ?? null),
    );
  }

  demand(queue: ShapeQueue, count: number, depth: number, grantsSeen: number): void {
    this.send(FrameType.Demand, new DemandT(queue.id, count, depth, grantsSeen, 0));
  }

  returnLease(lease: number, unstarted: boolean): void {
    this.send(FrameType.ReturnLease, new ReturnLeaseT(lease, unstarted));
  }

  killWorker(worker: number, running: number): void {
    this.send(FrameType.KillWorker, new KillWorkerT(worker, running));
  }

  sealError(task: Task, error: MobulaError): void {
    this.#sealError(task, this.values.encodeError(error));
  }

  sealEncoded(task: Task, error: Uint8Array): void {
    this.#sealError(task, wholeMessage(error));
  }

  copyError(task: Task, from: number): void {
    this.#sealError(task, this.values.copyEncoded(from));
  }

  shouldRetry(task: Task, error: Uint8Array): boolean {
    const { retryErrors } = task;
    if (typeof retryErrors === 'boolean') return retryErrors;
    const thrown = this.values.codec.decode(error, 0, error.length, undefined);
    const cause = thrown instanceof TaskError ? thrown.cause : thrown;
    return retryErrors.some((errorClass) => cause instanceof errorClass);
  }

  failedDependency(task: Task): number {
    let failed = 0;
    task.forEachDependency((handle) => {
      if (failed === 0 && this.store.state(handle) === ObjectState.Error) failed = handle;
    });
    return failed;
  }

  finished(task: Task, failed: boolean, microseconds: number, worker: number): void {
    this.#records.add(task, failed, microseconds, worker);
    if (failed) for (const { handle } of returnsOf(task)) this.#failures.add(handle, task);
  }

  // ---- WaitingPort

  awaitObject(handle: number): void {
    if (this.#awaited.length === 0) queueMicrotask(() => this.#sendAwaited());
    this.#awaited.push(handle);
  }

  arrived(task: Task): void {
    this.submitter.results.arrived(task);
  }

  expedite(pending: PendingObject): void {
    if (pending.task !== undefined && this.#host.ownWorker !== 0) this.submitter.expedite(pending.task);
  }

  flush(): number {
    this.#sendAwaited();
    const pause = this.submitter.flush();
    this.#host.flush?.();
    this.#link.connection.flush();
    return pause;
  }

  describe(handle: number): string {
    const task = this.#pending.get(handle)?.task;
    if (task === undefined) return 'made by another process';
    return describeTask(task);
  }

  failure(handle: number, error: unknown): unknown {
    return this.#failures.read(handle, error);
  }

  retain(): void {
    if (this.#retained++ === 0) this.#link.connection.socket.ref();
  }

  release(): void {
    if (--this.#retained === 0) this.#link.connection.socket.unref();
  }

  log(text: string): void {
    this.#host.log(text);
  }

  // ---- RayletListener

  onFrame(type: number, bytes: Uint8Array, start: number): void {
    switch (type) {
      case FrameType.ObjectsReady: {
        const ready = readTable(ObjectsReady.getRootAsObjectsReady, bytes, start).unpack();
        for (const handle of ready.handles) {
          const pending = this.#pending.get(handle);
          if (pending === undefined) continue;
          if (pending.task === undefined) this.#pending.complete(pending);
          else this.arrived(pending.task);
        }
        return;
      }
      case FrameType.LeaseGranted: {
        const grant = readTable(LeaseGranted.getRootAsLeaseGranted, bytes, start).unpack();
        this.#names.set(grant.pid, 'worker');
        this.submitter.granted({
          lease: grant.lease,
          shape: grant.shape,
          worker: grant.worker,
          path: String(grant.path),
        });
        return;
      }
      case FrameType.WorkerDied: {
        const died = readTable(WorkerDied.getRootAsWorkerDied, bytes, start).unpack();
        this.submitter.workerDied({
          worker: died.worker,
          pid: died.pid,
          exitCode: died.signal === '' && died.exitCode >= 0 ? died.exitCode : undefined,
          signal: died.signal === '' ? undefined : String(died.signal),
          stderr: String(died.stderr ?? ''),
          memory: died.memory > 0 ? died.memory : undefined,
          running: died.running,
          leases: died.leases,
        });
        return;
      }
      case FrameType.DemandFailed: {
        const failed = readTable(DemandFailed.getRootAsDemandFailed, bytes, start).unpack();
        const infeasible = failed.code === InfeasibleTaskError.code;
        const reason = String(failed.reason);
        this.submitter.refused(
          failed.shape,
          (task) => {
            if (!infeasible) return new WorkerStartError(reason);
            const { shape } = task.queue;
            const resources = amountsOf(shape);
            if (shape.strategy.node !== '')
              return InfeasibleTaskError.onNode(task.fn.name, resources, reason);
            return new InfeasibleTaskError(task.fn.name, resources, [this.#host.resources]);
          },
          infeasible,
        );
        return;
      }
      case FrameType.Collect:
        this.submitter.results.letGo();
        // Not inside this call: it may be in the middle of a blocked put.
        setImmediate(() => {
          if (this.#ended !== undefined) return;
          this.#host.onCollect?.();
          this.values.collect();
        });
        return;
      case FrameType.CancelObject: {
        const cancel = readTable(CancelObject.getRootAsCancelObject, bytes, start).unpack();
        const task = this.#pending.get(cancel.handle)?.task;
        if (task !== undefined) this.submitter.cancel(task, cancel.force, cancel.recursive);
        return;
      }
      case FrameType.StatisticsReply: {
        const reply = readTable(StatisticsReply.getRootAsStatisticsReply, bytes, start).unpack();
        this.#questions.answer(reply.request, String(reply.json));
        return;
      }
      case FrameType.ClusterReply: {
        const reply = readTable(ClusterReply.getRootAsClusterReply, bytes, start).unpack();
        this.#questions.answer(reply.request, reply);
        return;
      }
      default:
        this.#host.onFrame(type, bytes, start);
    }
  }

  onDrained(): void {
    this.#host.onDrained();
  }

  onClosed(): void {
    this.#host.onRayletDied();
    if (this.#ended !== undefined) return;
    void this.#host.describeRayletEnd().then(
      (error) => this.end(error),
      () => this.end(new RayletDiedError({ pid: 0 })),
    );
  }

  // ---- TaskRecordsPort

  errorLine(handle: number): string {
    return firstLineOf(this.#failures.errorOf(handle));
  }

  // ---- inside

  #sendRecords(): void {
    const records = this.#records.take();
    if (records !== undefined) this.send(FrameType.TaskEvents, records);
  }

  async #ask<T>(send: (request: number) => void): Promise<T> {
    if (this.#ended !== undefined) throw this.#ended;
    this.retain();
    try {
      return await this.#questions.ask<T>(send);
    } finally {
      this.release();
    }
  }

  #sendAwaited(): void {
    if (this.#awaited.length === 0) return;
    const handles = this.#awaited;
    this.#awaited = [];
    this.send(FrameType.AwaitObjects, new AwaitObjectsT(handles));
  }

  #sealError(task: Task, error: EncodedValue): void {
    const handles = returnsOf(task).map(({ handle }) => handle);
    this.seal(handles, task.attempt, error, ERROR_FLAG);
  }

  #nameOf(pid: number): string {
    if (pid === process.pid) return this.#host.ownWorker === 0 ? 'driver' : 'worker';
    return this.#names.get(pid) ?? (this.#host.ownWorker === 0 ? 'worker' : 'process');
  }
}

function firstLineOf(error: unknown): string {
  const thrown = error instanceof TaskError && error.cause !== undefined ? error.cause : error;
  return describeThrown(thrown).split('\n', 1)[0]!;
}

function amountsOf(shape: ResourceShape): Record<string, number> {
  return Object.fromEntries(shape.resources);
}

function describeTask(task: Task): string {
  const name = `task '${task.fn.name}'`;
  switch (task.state) {
    case TaskState.Waiting:
      return `${name} waits for ${task.unresolved} of its arguments`;
    case TaskState.Queued:
      return `${name} is queued: no worker has room for it`;
    case TaskState.Elsewhere:
      return `${name} is done; its result is on its way from node ${task.place?.node}`;
    default:
      return `${name} is with a worker (attempt ${task.attempt + 1})`;
  }
}

/** For the interface: the record of a shipped function. */
export function functionRecord(shipped: {
  hash: string;
  name: string;
  held: readonly number[];
}): FunctionRecord {
  return { hash: shipped.hash, name: shipped.name, held: shipped.held, meanMicroseconds: 0 };
}
