import type { DemandTable } from './demand.js';
import { type DemandClass, goesBefore, type SubmitterQueue, type Worker } from './entities.js';
import { ALONE, CPU, fits, type Need, type Resources } from './resources.js';
import type { WorkerPool } from './workers.js';

/** Give this submitter a lease on this process; or there is none for this class, whose needs are free. */
export type Placement =
  | { readonly queue: SubmitterQueue; readonly worker: Worker; readonly stuck?: never }
  | { readonly stuck: DemandClass };

/**
 * Decides who gets the next lease. A pass is `begin`, then `next` until it returns undefined, each decision being carried out
 * before the next is asked for.
 *
 * Among jobs the one that holds the smallest part of what it asks most of (the CPU, usually) goes first; between equals the one
 * that was given some of it longest ago. What does not
 * fit is passed over; but after a quantum of waiting, what is free of its needs is kept for it while it is its turn, or
 * tasks that need two CPUs would wait for ever among those that need one.
 */
export class PlacementPolicy {
  readonly #resources: Resources;
  readonly #pool: WorkerPool;
  readonly #demand: DemandTable;
  readonly #quantum: number;
  /** Kept for others in this pass, in units. */
  readonly #reserved: number[];
  readonly #free: number[];
  #pass = 0;
  #reservations = 0;

  constructor(resources: Resources, pool: WorkerPool, demand: DemandTable, quantum: number) {
    this.#resources = resources;
    this.#pool = pool;
    this.#demand = demand;
    this.#quantum = quantum;
    this.#reserved = resources.totals.map(() => 0);
    this.#free = resources.totals.slice();
  }

  begin(): void {
    this.#pass++;
    if (this.#reservations > 0) this.#reserved.fill(0);
    this.#reservations = 0;
  }

  next(now: number): Placement | undefined {
    for (;;) {
      const free = this.free();
      if (free[CPU]! <= 0 && this.#demand.waitingWithoutCpu === 0) return undefined;
      const demand = this.#best(free, now);
      if (demand === undefined) return undefined;
      if (!fits(free, demand.requirement.needs)) {
        demand.reservedInPass = this.#pass;
        this.#reserve(free, demand.requirement.needs);
        continue;
      }
      const queue = demand.queues.first!;
      const worker = this.#pool.choose(queue.client, demand.job, demand.exclusive);
      if (worker !== undefined) return { queue, worker };
      demand.stuckInPass = this.#pass;
      return { stuck: demand };
    }
  }

  /** What can be given away in this pass, in units. Valid until the next call. */
  free(): number[] {
    const { available } = this.#resources;
    for (let index = 0; index < this.#free.length; index++) {
      this.#free[index] = available[index]! - this.#reserved[index]!;
    }
    return this.#free;
  }

  /**
   * The class with the best claim of those that fit, or have waited so long that something is kept for them. Where none fits nothing
   * is kept either: a pass only ever takes away from what is free, and on a full node everybody has waited for long.
   */
  #best(free: readonly number[], now: number): DemandClass | undefined {
    let best: DemandClass | undefined;
    let anyFits = false;
    for (const job of this.#demand.waitingJobs) {
      let first: DemandClass | undefined;
      for (const demand of job.waiting) {
        if (demand.stuckInPass === this.#pass) continue;
        if (!fits(free, demand.requirement.needs)) {
          if (demand.reservedInPass === this.#pass || now - demand.waitingSince < this.#quantum) continue;
        } else anyFits = true;
        if (first === undefined || goesBefore(demand.queues.first!, first.queues.first!)) first = demand;
      }
      if (first !== undefined && (best === undefined || hasTurnBefore(first, best))) best = first;
    }
    return anyFits ? best : undefined;
  }

  /** Keeps what is scarce; a CPU (or process) is not left idle for somebody who waits for something else. */
  #reserve(free: readonly number[], needs: readonly Need[]): void {
    const waitsForElse = needs.some(({ index, units }) => index > ALONE && free[index]! < units);
    for (const { index, units } of needs) {
      const enough = free[index]! >= units;
      if ((enough || waitsForElse) && index <= ALONE) continue;
      this.#reserved[index]! += Math.max(0, Math.min(units, free[index]!));
      this.#reservations++;
    }
  }
}

/** The order between classes of two jobs. */
export function hasTurnBefore(a: DemandClass, b: DemandClass): boolean {
  const ofA = a.job.account.claim(a.shape.dominant.index);
  const ofB = b.job.account.claim(b.shape.dominant.index);
  return ofA !== ofB ? ofA < ofB : a.lastTurn < b.lastTurn;
}
