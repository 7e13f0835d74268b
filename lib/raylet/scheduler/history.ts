import type { LeaseId, WorkerId } from './events.js';

/** Transitions remembered for each worker, its leases' among them. */
export const HISTORY_LENGTH = 64;
/** Workers that are gone whose history can still be read. */
export const DEPARTED_HISTORIES = 16;

/** One step in the life of a worker or of a lease on it. */
export interface Transition {
  /** Milliseconds. */
  readonly at: number;
  /** Undefined when it is the worker's own. */
  readonly lease: LeaseId | undefined;
  readonly from: string;
  readonly to: string;
  /** The event or reason that caused it. */
  readonly cause: string;
}

/** The last transitions of a worker and of the leases on it, for the texts of errors. */
export class History {
  readonly #ring: Transition[] = [];
  #next = 0;

  record(at: number, lease: LeaseId | undefined, from: string, to: string, cause: string): void {
    this.#ring[this.#next] = { at, lease, from, to, cause };
    this.#next = (this.#next + 1) % HISTORY_LENGTH;
  }

  /** Oldest first. */
  transitions(): Transition[] {
    return [...this.#ring.slice(this.#next), ...this.#ring.slice(0, this.#next)];
  }

  /** A line each. */
  lines(worker: WorkerId): string[] {
    return this.transitions().map(({ at, lease, from, to, cause }) => {
      const subject = lease === undefined ? `worker ${worker}` : `lease ${lease}`;
      return `${at.toFixed(3)} ms: ${subject} ${from} -> ${to} (${cause})`;
    });
  }
}
