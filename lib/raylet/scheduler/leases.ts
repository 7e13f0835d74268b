import type { Client, Lease, SubmitterQueue, Worker } from './entities.js';
import { Lease as LeaseRecord } from './entities.js';
import type { LeaseId } from './events.js';
import { apply, CPU, type Need, PROCESS, type Resources } from './resources.js';
import type { WorkerPool } from './workers.js';

/**
 * All leases, and the books of what they hold: of the node, of their job, of their submitter and of its queue.
 *
 * The node and the job are charged for a process what the largest of its awake leases needs of the CPU, since it computes on
 * one thread, however many suspended tasks resumed in it; everything else is charged lease by lease.
 */
export class LeaseTable {
  readonly #all = new Map<LeaseId, Lease>();
  /** Leases that hold something others could use and were not asked back at all; and those that were revoked hard. */
  readonly #firm = new Set<Lease>();
  readonly #hard = new Set<Lease>();
  readonly #resources: Resources;
  readonly #pool: WorkerPool;
  #nextId = 1;

  constructor(resources: Resources, pool: WorkerPool) {
    this.#resources = resources;
    this.#pool = pool;
  }

  get size(): number {
    return this.#all.size;
  }

  get(id: LeaseId): Lease | undefined {
    return this.#all.get(id);
  }

  all(): Iterable<Lease> {
    return this.#all.values();
  }

  /** Leases that hold something and were not asked back. */
  get firm(): ReadonlySet<Lease> {
    return this.#firm;
  }

  /** Leases that hold something and will come back as soon as their started tasks are done. */
  get hardRevoked(): ReadonlySet<Lease> {
    return this.#hard;
  }

  /** The process must be idle, or waiting and the queue not exclusive; bound to the queue's job; the resources free. */
  grant(queue: SubmitterQueue, worker: Worker, now: number): Lease {
    const lease = new LeaseRecord(this.#nextId++, queue, worker, now);
    this.#all.set(lease.id, lease);
    queue.client.leases.add(lease);
    worker.awake.add(lease);
    worker.exclusive = lease.exclusive;
    this.#enter(lease);
    this.#charge(lease, lease.requirement.needs, 1);
    apply(lease.job.account.held, lease.requirement.kept, 1);
    apply(this.#resources.available, lease.requirement.kept, -1);
    worker.history.record(now, lease.id, 'none', 'awake', `granted to client ${queue.client.id}`);
    this.#settle(worker, now, 'Grant');
    return lease;
  }

  suspend(lease: Lease, now: number): void {
    if (lease.state !== 'awake') return;
    this.#step(lease, 'suspended', now, 'LeaseSuspended');
    lease.worker.awake.delete(lease);
    lease.worker.suspended.add(lease);
    this.#charge(lease, lease.requirement.needs, -1);
    this.#charge(lease, lease.requirement.kept, 1);
    if (lease.requirement.kept.length === 0) this.#leave(lease);
    this.#settle(lease.worker, now, 'LeaseSuspended');
  }

  resume(lease: Lease, now: number): void {
    if (lease.state !== 'suspended') return;
    this.#step(lease, 'awake', now, 'LeaseResumed');
    lease.worker.suspended.delete(lease);
    lease.worker.awake.add(lease);
    this.#charge(lease, lease.requirement.kept, -1);
    this.#charge(lease, lease.requirement.needs, 1);
    this.#enter(lease);
    this.#settle(lease.worker, now, 'LeaseResumed');
  }

  end(lease: Lease, state: 'ended' | 'lost', now: number, cause: string): void {
    const { worker, queue, requirement } = lease;
    const held = lease.state === 'awake' ? requirement.needs : requirement.kept;
    this.#step(lease, state, now, cause);
    this.#all.delete(lease.id);
    this.#leave(lease);
    queue.client.leases.delete(lease);
    worker.awake.delete(lease);
    worker.suspended.delete(lease);
    if (lease.exclusive) worker.exclusive = false;
    this.#charge(lease, held, -1);
    apply(lease.job.account.held, requirement.kept, -1);
    apply(this.#resources.available, requirement.kept, 1);
    this.#settle(worker, now, cause);
  }

  /** Notes that the worker was told to give it back. Never weakens. */
  revoke(lease: Lease, revocation: 'soft' | 'hard', now: number): void {
    const holds = lease.state === 'awake' || lease.requirement.kept.length > 0;
    this.#leave(lease);
    lease.revocation = revocation;
    if (holds) this.#enter(lease);
    lease.worker.history.record(now, lease.id, lease.state, lease.state, `${revocation} revocation`);
  }

  #enter(lease: Lease): void {
    if (lease.revocation === 'hard') this.#hard.add(lease);
    else lease.job.revocable.add(lease);
    if (lease.revocation === 'none') this.#firm.add(lease);
  }

  #leave(lease: Lease): void {
    if (lease.revocation === 'hard') this.#hard.delete(lease);
    else lease.job.revocable.delete(lease);
    if (lease.revocation === 'none') this.#firm.delete(lease);
  }

  #step(lease: Lease, state: Lease['state'], now: number, cause: string): void {
    lease.worker.history.record(now, lease.id, lease.state, state, cause);
    lease.state = state;
  }

  #charge(lease: Lease, needs: readonly Need[], sign: 1 | -1): void {
    const client: Client = lease.queue.client;
    apply(client.account.held, needs, sign);
    apply(lease.queue.account.held, needs, sign);
  }

  /** Brings the process's charge and state in line with its leases. */
  #settle(worker: Worker, now: number, cause: string): void {
    let cpu = 0;
    let process = 0;
    for (const lease of worker.awake) {
      if (lease.shape.cpu > cpu) cpu = lease.shape.cpu;
      if (lease.shape.process > process) process = lease.shape.process;
    }
    const { available } = this.#resources;
    available[CPU]! += worker.cpu - cpu;
    available[PROCESS]! += worker.process - process;
    if (worker.job !== undefined) {
      const { held } = worker.job.account;
      held[CPU]! += cpu - worker.cpu;
      held[PROCESS]! += process - worker.process;
    }
    worker.cpu = cpu;
    worker.process = process;
    if (worker.state === 'stopping') return;
    if (worker.awake.size > 0) this.#pool.move(worker, 'busy', now, cause);
    else if (worker.suspended.size === 0) this.#pool.move(worker, 'idle', now, cause);
    else this.#pool.move(worker, worker.exclusive ? 'blocked' : 'waiting', now, cause);
  }
}
