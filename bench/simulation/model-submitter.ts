import type { Grant, LeaseId, ShapeId, WorkerId } from '../../lib/raylet/scheduler/index.js';
import type { ModelNode, ModelTask } from './model.js';
import type { ModelWorker } from './model-worker.js';

interface HeldLease {
  readonly id: LeaseId;
  readonly worker: WorkerId;
  readonly queue: ModelQueue;
  readonly inFlight: Set<ModelTask>;
  cancelReturn: (() => void) | undefined;
  /** When the submitter found that it has no task for it. */
  idleSince: number;
  /** The worker starts no more tasks of it. */
  ended: boolean;
}

interface ModelQueue {
  readonly shape: ShapeId;
  readonly exclusive: boolean;
  /** Waiting tasks by depth; `head` is how many of a list are taken. */
  readonly byDepth: { tasks: ModelTask[]; head: number }[];
  waiting: number;
  readonly leases: Set<HeldLease>;
  reported: string;
}

/** A driver, or the submitting side of a worker: queues tasks, asks for leases, pushes tasks to them. */
export class ModelSubmitter {
  gone = false;
  /** Submitted and not done. */
  unfinished = 0;
  #grantsSeen = 0;
  readonly #queues = new Map<string, ModelQueue>();
  readonly #leases = new Map<LeaseId, HeldLease>();
  /** Leases that ended while tasks were on their way to the worker, which sends those back. */
  readonly #limbo = new Map<LeaseId, HeldLease>();

  constructor(
    readonly node: ModelNode,
    readonly client: number,
    readonly process: ModelWorker | undefined,
  ) {}

  /** Tasks of a shape that wait for a lease. */
  waitingFor(shape: ShapeId): number {
    return (
      (this.#queues.get(`${shape}/false`)?.waiting ?? 0) + (this.#queues.get(`${shape}/true`)?.waiting ?? 0)
    );
  }

  /** Milliseconds that it keeps a lease on this worker for which it has no task. */
  keepIdle(_worker: WorkerId): number {
    return this.node.keepIdle;
  }

  /** A lease on this worker has a task again, or has ended. */
  protected wasIdle(_worker: WorkerId, _since: number): void {}

  submit(tasks: readonly ModelTask[]): void {
    const touched = new Set<ModelQueue>();
    for (const task of tasks) {
      task.submittedAt = this.node.clock.now;
      this.unfinished++;
      const queue = this.#queue(task.shape, task.exclusive);
      this.#enqueue(queue, task);
      touched.add(queue);
    }
    for (const queue of touched) this.#flush(queue);
  }

  granted(grant: Pick<Grant, 'lease' | 'worker' | 'shape' | 'exclusive'>): void {
    if (this.gone) return;
    const queue = this.#queue(grant.shape, grant.exclusive);
    this.#grantsSeen++;
    const lease: HeldLease = {
      id: grant.lease,
      worker: grant.worker,
      queue,
      inFlight: new Set(),
      cancelReturn: undefined,
      idleSince: 0,
      ended: false,
    };
    this.#leases.set(lease.id, lease);
    queue.leases.add(lease);
    queue.reported = '';
    this.#flush(queue, [lease]);
  }

  /** The worker starts no more of it, after a hard revocation; what it has not started it sends back. */
  ended(id: LeaseId): void {
    const lease = this.#leases.get(id);
    if (lease !== undefined) lease.ended = true;
  }

  /** The worker gave the lease back, after a revocation. */
  released(id: LeaseId): void {
    const lease = this.#leases.get(id);
    if (lease === undefined || this.gone) return;
    this.#forget(lease);
    if (lease.inFlight.size > 0) this.#limbo.set(id, lease);
    this.#flush(lease.queue);
  }

  leaseLost(id: LeaseId): void {
    const lease = this.#leases.get(id);
    if (lease === undefined || this.gone) return;
    this.#forget(lease);
    for (const task of lease.inFlight) this.#enqueue(lease.queue, task);
    this.#flush(lease.queue);
  }

  workerDied(worker: WorkerId): void {
    for (const lease of this.#limbo.values()) {
      if (lease.worker !== worker || this.gone) continue;
      this.#limbo.delete(lease.id);
      for (const task of lease.inFlight) this.#enqueue(lease.queue, task);
      this.#flush(lease.queue);
    }
  }

  /** A task came back unstarted. */
  bounced(id: LeaseId, task: ModelTask): void {
    const lease = this.#leases.get(id) ?? this.#limbo.get(id);
    if (lease === undefined || this.gone || !lease.inFlight.delete(task)) return;
    if (lease.inFlight.size === 0) this.#limbo.delete(id);
    this.#enqueue(lease.queue, task);
    this.#flush(lease.queue);
  }

  finished(id: LeaseId, task: ModelTask): void {
    if (this.gone) return;
    const lease = this.#leases.get(id);
    // Otherwise the worker's death was heard of first, and the task runs again.
    if (lease === undefined || !lease.inFlight.delete(task)) return;
    this.unfinished--;
    this.node.tasksDone++;
    task.done?.(task);
    this.#flush(lease.queue, [lease]);
    this.process?.mayEnd();
  }

  #forget(lease: HeldLease): void {
    this.#leases.delete(lease.id);
    lease.queue.leases.delete(lease);
    this.#endIdle(lease);
  }

  #endIdle(lease: HeldLease): void {
    if (lease.cancelReturn === undefined) return;
    lease.cancelReturn();
    lease.cancelReturn = undefined;
    this.wasIdle(lease.worker, lease.idleSince);
  }

  /** @param leases those that may have room now */
  #flush(queue: ModelQueue, leases: Iterable<HeldLease> = queue.leases): void {
    for (const lease of leases) {
      while (!lease.ended && lease.inFlight.size < this.node.window) {
        const task = this.#takeDeepest(queue);
        if (task === undefined) break;
        this.#push(lease, task);
      }
      if (lease.inFlight.size === 0 && lease.cancelReturn === undefined) {
        lease.idleSince = this.node.clock.now;
        lease.cancelReturn = this.node.clock.after(this.keepIdle(lease.worker), () => this.#return(lease));
      }
    }
    this.#report(queue);
  }

  #push(lease: HeldLease, task: ModelTask): void {
    this.#endIdle(lease);
    lease.inFlight.add(task);
    const worker = this.node.target(lease.worker);
    // In its own process no message is needed.
    if (worker === this.process && worker !== undefined) worker.take(lease.id, task, this);
    else this.node.clock.after(this.node.latency, () => worker?.take(lease.id, task, this));
  }

  #return(lease: HeldLease): void {
    if (this.gone || !this.#leases.has(lease.id) || lease.inFlight.size > 0) return;
    this.#forget(lease);
    this.node.post({ type: 'LeaseReturned', client: this.client, lease: lease.id });
    const worker = this.node.target(lease.worker);
    this.node.clock.after(this.node.latency, () => worker?.leaseReturned(lease.id));
  }

  #report(queue: ModelQueue): void {
    const { shape, exclusive, waiting: count } = queue;
    let depth = 0;
    for (const [level, bucket] of queue.byDepth.entries())
      if (bucket.head < bucket.tasks.length) depth = level;
    const text = `${count}/${depth}`;
    if (text === queue.reported) return;
    queue.reported = text;
    const seen = this.node.countGrants ? { grantsSeen: this.#grantsSeen } : {};
    this.node.post({ type: 'Demand', client: this.client, shape, exclusive, count, depth, ...seen });
  }

  #enqueue(queue: ModelQueue, task: ModelTask): void {
    while (queue.byDepth.length <= task.depth) queue.byDepth.push({ tasks: [], head: 0 });
    queue.byDepth[task.depth]!.tasks.push(task);
    queue.waiting++;
  }

  #takeDeepest(queue: ModelQueue): ModelTask | undefined {
    if (queue.waiting === 0) return undefined;
    for (let depth = queue.byDepth.length - 1; depth >= 0; depth--) {
      const bucket = queue.byDepth[depth]!;
      if (bucket.head === bucket.tasks.length) continue;
      const task = bucket.tasks[bucket.head++]!;
      if (bucket.head === bucket.tasks.length) {
        bucket.tasks = [];
        bucket.head = 0;
      }
      queue.waiting--;
      return task;
    }
    return undefined;
  }

  #queue(shape: ShapeId, exclusive: boolean): ModelQueue {
    const key = `${shape}/${exclusive}`;
    let queue = this.#queues.get(key);
    if (queue === undefined) {
      queue = {
        shape,
        exclusive,
        byDepth: [],
        waiting: 0,
        leases: new Set(),
        reported: '0/0',
      };
      this.#queues.set(key, queue);
    }
    return queue;
  }
}
