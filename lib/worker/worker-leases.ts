import { LeaseState } from './lease-state.js';

/** Ended leases that are remembered: a task sent before its submitter heard of the end is at most a moment late. */
const ENDED_LEASES_KEPT = 4096;

/** What the raylet, and in one case the submitter, is told of the leases on this worker. */
export interface LeasePort {
  leaseSuspended(lease: number): void;
  leaseResumed(lease: number): void;
  /** To the lease's submitter: no more of its tasks are started. */
  leaseEnded(lease: number): void;
  leaseReleased(lease: number): void;
}

/** The leases on this worker that have tasks here, or were revoked; tells the raylet whether their CPUs are in use. */
export class WorkerLeases implements Iterable<LeaseState> {
  readonly #port: LeasePort;
  readonly #byId = new Map<number, LeaseState>();
  /** Leases that were given back; what still arrives for them is bounced. */
  readonly #ended = new Set<number>();
  #reportQueued = false;

  constructor(port: LeasePort) {
    this.#port = port;
  }

  [Symbol.iterator](): Iterator<LeaseState> {
    return this.#byId.values();
  }

  of(id: number): LeaseState {
    let lease = this.#byId.get(id);
    if (lease === undefined) {
      lease = new LeaseState(id);
      this.#byId.set(id, lease);
    }
    return lease;
  }

  /** Nothing more is started under this lease. */
  hasEnded(id: number): boolean {
    return this.#ended.has(id) || this.#byId.get(id)?.revoked === 'hard';
  }

  /** The raylet wants it back: when it is empty, or (`hard`) as soon as what has started under it is done. */
  revoke(id: number, hard: boolean): LeaseState {
    const lease = this.of(id);
    lease.revoked = hard ? 'hard' : 'soft';
    if (hard) this.#port.leaseEnded(id);
    return lease;
  }

  /** A task of the lease runs: should the raylet believe that its CPU is free, it learns better. */
  inUse(lease: LeaseState): void {
    if (!lease.reported) return;
    lease.reported = false;
    this.#port.leaseResumed(lease.id);
  }

  /** Tells the raylet that the CPU of the lease is free. */
  report(lease: LeaseState): void {
    if (lease.reported) return;
    lease.reported = true;
    this.#port.leaseSuspended(lease.id);
  }

  /** Nothing runs and nothing can start. */
  idle(): void {
    for (const lease of this.#byId.values()) {
      if (lease.empty) this.releaseIfDone(lease);
      else if (lease.suspended > 0 && !lease.reported && !this.#reportQueued) {
        // Most waits are over within the turn of the loop; the raylet hears of those that are not.
        this.#reportQueued = true;
        setImmediate(() => this.#reportSuspended());
      }
    }
  }

  /** Forgets the lease when it has nothing here; if it was revoked, this is its end. */
  releaseIfDone(lease: LeaseState): void {
    if (!lease.empty) return;
    this.#byId.delete(lease.id);
    if (lease.revoked === 'no') return;
    this.#ended.add(lease.id);
    if (this.#ended.size > ENDED_LEASES_KEPT) {
      const [oldest] = this.#ended;
      this.#ended.delete(oldest!);
    }
    if (lease.revoked === 'soft') this.#port.leaseEnded(lease.id);
    this.#port.leaseReleased(lease.id);
  }

  #reportSuspended(): void {
    this.#reportQueued = false;
    for (const lease of this.#byId.values()) {
      if (lease.suspended > 0 && lease.running === 0 && lease.queued === 0) this.report(lease);
    }
  }
}
