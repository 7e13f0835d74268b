import type { Grant, LeaseId, WorkerId } from '../../lib/raylet/scheduler/index.js';
import type { ModelNode, ModelTask } from './model.js';
import { ModelSubmitter } from './model-submitter.js';

interface WorkerLease {
  readonly id: LeaseId;
  readonly unstarted: { task: ModelTask; from: ModelSubmitter }[];
  /** Started tasks that compute or are ready to; and those that await. */
  active: number;
  awaiting: number;
  suspended: boolean;
  revocation: 'none' | 'soft' | 'hard';
}

/** A worker process: one thread, an event loop with suspended tasks, and leases whose rules it keeps. */
export class ModelWorker {
  readonly submitter: ModelSubmitter;
  readonly #node: ModelNode;
  readonly #leases = new Map<LeaseId, WorkerLease>();
  /** What the thread does next: tasks that can go on. */
  readonly #ready: (() => void)[] = [];
  #computing = false;
  #stopping = false;
  #dead = false;

  constructor(
    node: ModelNode,
    readonly id: WorkerId,
    client: number,
  ) {
    this.#node = node;
    this.submitter = new ModelSubmitter(node, client, this);
  }

  get computing(): boolean {
    return this.#computing;
  }

  leaseStarted(grant: Grant): void {
    this.#leases.set(grant.lease, {
      id: grant.lease,
      unstarted: [],
      active: 0,
      awaiting: 0,
      suspended: false,
      revocation: 'none',
    });
  }

  leaseReturned(id: LeaseId): void {
    this.#leases.delete(id);
  }

  take(id: LeaseId, task: ModelTask, from: ModelSubmitter): void {
    if (this.#dead) return;
    const lease = this.#leases.get(id);
    if (lease === undefined || lease.revocation === 'hard') {
      this.#toSubmitter(from, () => from.bounced(id, task));
      return;
    }
    lease.unstarted.push({ task, from });
    this.#next();
  }

  revoke(id: LeaseId, hard: boolean): void {
    const lease = this.#leases.get(id);
    if (lease === undefined || this.#dead) return;
    lease.revocation = hard ? 'hard' : 'soft';
    if (hard) {
      const holder = this.#node.leaseHolders.get(id);
      if (holder !== undefined) this.#toSubmitter(holder, () => holder.ended(id));
      for (const { task, from } of lease.unstarted.splice(0))
        this.#toSubmitter(from, () => from.bounced(id, task));
    }
    this.#settle(lease);
  }

  /** Asked to end: at once, or when nothing it submitted is unfinished. */
  stop(now: boolean): void {
    this.#stopping = true;
    if (now) this.#node.kill(this);
    else this.mayEnd();
  }

  mayEnd(): void {
    if (this.#stopping && !this.#dead && this.submitter.unfinished === 0) this.#node.kill(this);
  }

  die(): void {
    this.#dead = true;
    this.submitter.gone = true;
    for (const lease of this.#leases.values()) this.#node.suspended -= lease.awaiting;
  }

  /** Lets the thread do the next thing, if it is free. */
  #next(): void {
    if (this.#computing || this.#dead) return;
    const goOn = this.#ready.shift();
    if (goOn !== undefined) {
      goOn();
      return;
    }
    for (const lease of this.#leases.values()) {
      const next = lease.unstarted.shift();
      if (next !== undefined) {
        this.#start(lease, next.task, next.from);
        return;
      }
    }
  }

  #start(lease: WorkerLease, task: ModelTask, from: ModelSubmitter): void {
    lease.active++;
    this.#wake(lease);
    this.#compute(task.before, () => {
      const children = task.children?.() ?? [];
      if (children.length === 0) this.#finish(lease, task, from);
      else this.#await(lease, task, from, children);
    });
  }

  #await(lease: WorkerLease, task: ModelTask, from: ModelSubmitter, children: ModelTask[]): void {
    lease.active--;
    lease.awaiting++;
    this.#node.suspended++;
    this.#node.peakSuspended = Math.max(this.#node.peakSuspended, this.#node.suspended);
    let missing = children.length;
    for (const child of children) {
      child.done = () => {
        if (--missing > 0 || this.#dead) return;
        lease.awaiting--;
        lease.active++;
        this.#node.suspended--;
        this.#wake(lease);
        this.#ready.push(() => this.#compute(task.after, () => this.#finish(lease, task, from)));
        this.#next();
      };
    }
    this.submitter.submit(children);
    this.#settle(lease);
  }

  #finish(lease: WorkerLease, task: ModelTask, from: ModelSubmitter): void {
    lease.active--;
    this.#toSubmitter(from, () => from.finished(lease.id, task));
    this.#settle(lease);
  }

  #compute(milliseconds: number, then: () => void): void {
    this.#computing = true;
    this.#node.clock.after(milliseconds, () => {
      if (this.#dead) return;
      this.#computing = false;
      then();
      this.#next();
    });
  }

  #wake(lease: WorkerLease): void {
    if (!lease.suspended) return;
    lease.suspended = false;
    this.#node.post({ type: 'LeaseResumed', worker: this.id, lease: lease.id });
  }

  /** Suspends the lease when all its tasks await, and gives it back when it is revoked and empty. */
  #settle(lease: WorkerLease): void {
    if (lease.active > 0 || lease.unstarted.length > 0 || this.#leases.get(lease.id) !== lease) return;
    if (lease.awaiting > 0) {
      if (lease.suspended) return;
      lease.suspended = true;
      this.#node.post({ type: 'LeaseSuspended', worker: this.id, lease: lease.id });
    } else if (lease.revocation !== 'none') {
      this.#leases.delete(lease.id);
      this.#node.post({ type: 'LeaseReleased', worker: this.id, lease: lease.id });
      const holder = this.#node.leaseHolders.get(lease.id);
      if (holder !== undefined) this.#toSubmitter(holder, () => holder.released(lease.id));
    }
  }

  #toSubmitter(submitter: ModelSubmitter, deliver: () => void): void {
    if (submitter === this.submitter) deliver();
    else this.#node.clock.after(this.#node.latency, deliver);
  }
}
