import type { Account } from './account.js';
import type { DemandTable } from './demand.js';
import { type DemandClass, goesBefore, type Job, type Lease } from './entities.js';
import type { JobId } from './events.js';
import { type HeapItem, IndexedHeap } from './heap.js';
import type { LeaseTable } from './leases.js';
import type { ResolvedOptions } from './options.js';
import { apply, fits, type Need, type Resources, type Shape } from './resources.js';

/** Ask for this lease back. */
export interface RevocationDecision {
  readonly lease: Lease;
  readonly hard: boolean;
}

/** A job in which somebody waits for what is not free, while a planning deals out what will be. */
class Claimant implements HeapItem {
  heapIndex = -1;
  /** Tasks of the current class that would have a lease. */
  served = 0;
  #position = 0;

  /** `blocked`: its classes, the one to be served first in front. */
  constructor(
    readonly job: Job,
    readonly blocked: readonly DemandClass[],
  ) {}

  get current(): DemandClass | undefined {
    return this.blocked[this.#position];
  }

  next(): void {
    this.#position++;
    this.served = 0;
  }
}

/**
 * Decides which leases are asked back while demand waits for what they hold.
 *
 * Softly, at once (but for a grace, see the options): all leases of other queues that hold what is missing, since those that
 * are idle come back within a message round trip and the others lose nothing. Hard, when held for a quantum: as many as the waiting demand has a better claim to:
 * - of another job, when the waiting job holds less, and not more than the other one will without the lease;
 * - of the same job, when the waiting tasks are deeper; or as deep and the same is true of the submitters (of one submitter:
 *   of its queues). A process that works off what its own suspended tasks wait for is not disturbed for being a little less deep.
 * That is the order in which free resources are given away, so what is revoked goes to whom it was revoked for.
 */
export class RevocationPolicy {
  /** When the next revocation may become due, in milliseconds; Infinity when nothing is waited for. */
  nextAt = Number.POSITIVE_INFINITY;
  #plannedAt = Number.NEGATIVE_INFINITY;
  readonly #resources: Resources;
  readonly #demand: DemandTable;
  readonly #jobs: ReadonlyMap<JobId, Job>;
  readonly #leases: LeaseTable;
  readonly #quantum: number;
  readonly #grace: number;
  /** More virtual grants than there can be processes are not worth planning. */
  readonly #budget: number;
  readonly #returning: number[];
  /** In the current planning: no job has a larger claim to anything. */
  #mostHeld = 0;
  #plan = 0;

  constructor(
    resources: Resources,
    demand: DemandTable,
    leases: LeaseTable,
    jobs: ReadonlyMap<JobId, Job>,
    options: ResolvedOptions,
  ) {
    this.#resources = resources;
    this.#demand = demand;
    this.#jobs = jobs;
    this.#leases = leases;
    this.#quantum = options.quantum;
    this.#grace = options.grace;
    this.#budget = options.maxWorkers;
    this.#returning = resources.totals.map(() => 0);
  }

  /**
   * What is held has changed. It is looked at again after a while: at once it would cost as much as there are leases, with every lease
   * that comes and goes.
   */
  changed(): void {
    const at = this.#plannedAt + this.#grace;
    if (at < this.nextAt && this.#demand.waitingJobs.size > 0) this.nextAt = at;
  }

  /** `atLimit`: classes whose needs are free, but no process may be started for them. */
  plan(atLimit: readonly DemandClass[], now: number): RevocationDecision[] {
    this.nextAt = Number.POSITIVE_INFINITY;
    this.#plannedAt = now;
    const decisions: RevocationDecision[] = [];
    const claimants: Claimant[] = [];
    for (const job of this.#demand.waitingJobs) {
      const blocked = job.waiting.filter(
        (demand) => !fits(this.#resources.available, demand.requirement.needs),
      );
      if (blocked.length > 1) blocked.sort((a, b) => (goesBefore(a.queues.first!, b.queues.first!) ? -1 : 1));
      if (blocked.length > 0) claimants.push(new Claimant(job, blocked));
    }
    if (claimants.length === 0 && atLimit.length === 0) return decisions;
    const chosen = new Set<Lease>();
    if (claimants.length > 0 && this.#anyHeldForQuantum(now)) this.#planHard(claimants, chosen, now);
    this.#planForProcess(atLimit, chosen, now);
    for (const lease of chosen) decisions.push({ lease, hard: true });
    for (const lease of this.#leases.firm) {
      if (chosen.has(lease) || !this.#isWanted(lease, claimants, atLimit)) continue;
      const due = lease.grantedAt + this.#grace;
      if (now >= due) decisions.push({ lease, hard: false });
      else if (due < this.nextAt) this.nextAt = due;
    }
    // Leases that were granted one after the other become due one after the other: they are looked at together.
    this.nextAt = Math.max(this.nextAt, now + this.#grace / 2);
    return decisions;
  }

  /**
   * Deals out, in the order of claims, what will be free when all hard revoked leases are back; whoever then still waits and has
   * a better claim than a holder adds that holder's lease to the revoked ones.
   */
  #planHard(claimants: readonly Claimant[], chosen: Set<Lease>, now: number): void {
    const plan = ++this.#plan;
    const pool = this.#returning;
    for (let index = 0; index < pool.length; index++) pool[index] = this.#resources.available[index]!;
    for (const lease of this.#leases.hardRevoked) this.#takeAway(plan, lease, pool);
    this.#mostHeld = this.#largestClaim(plan);
    const order = new IndexedHeap<Claimant>((a, b) => claimsBefore(plan, a.current!, b.current!));
    const byJob = new Map<Job, Claimant>();
    for (const claimant of claimants) {
      order.add(claimant);
      byJob.set(claimant.job, claimant);
    }
    for (let budget = this.#budget; budget > 0; ) {
      const claimant = order.first;
      if (claimant === undefined) return;
      const demand = claimant.current!;
      if (fits(pool, demand.requirement.needs)) {
        this.#give(plan, demand, pool);
        budget--;
        claimant.served++;
        if (claimant.served >= demand.total) claimant.next();
      } else {
        const wanted = (lease: Lease) => !chosen.has(lease) && lacksLess(pool, demand, lease);
        const victim = this.#victim(plan, demand, now, wanted);
        if (victim === undefined) {
          claimant.next();
        } else {
          chosen.add(victim);
          this.#takeAway(plan, victim, pool);
          const loser = byJob.get(victim.job);
          if (loser !== undefined && loser !== claimant && loser.heapIndex >= 0) order.update(loser);
        }
      }
      if (claimant.current === undefined) order.remove(claimant);
      else order.update(claimant);
    }
  }

  /** Otherwise there is nothing to deal out: on a busy node every second planning is for what is asked back softly. */
  #anyHeldForQuantum(now: number): boolean {
    let first = Number.POSITIVE_INFINITY;
    for (const job of this.#jobs.values())
      for (const { grantedAt } of job.revocable) first = Math.min(first, grantedAt);
    const due = first + this.#quantum;
    if (due > now && due < this.nextAt) this.nextAt = due;
    return due <= now;
  }

  /** One lease at a time: whether its process is of use to the others is only known when it is idle. */
  #planForProcess(atLimit: readonly DemandClass[], chosen: Set<Lease>, now: number): void {
    if (atLimit.length === 0 || chosen.size > 0 || this.#leases.hardRevoked.size > 0) return;
    const plan = ++this.#plan;
    this.#mostHeld = this.#largestClaim(plan);
    for (const demand of atLimit) {
      const victim = this.#victim(plan, demand, now, (lease) => lease.state === 'awake');
      if (victim === undefined) continue;
      chosen.add(victim);
      return;
    }
  }

  /** Counts a lease as returned. */
  #takeAway(plan: number, lease: Lease, pool: number[]): void {
    const held = holds(lease);
    apply(pool, held, 1);
    lease.job.account.shadow(plan, held, -1);
    lease.queue.client.account.shadow(plan, held, -1);
    lease.queue.account.shadow(plan, held, -1);
  }

  /** Counts one more task of the class as served. */
  #give(plan: number, demand: DemandClass, pool: number[]): void {
    const { needs } = demand.requirement;
    const queue = demand.queues.first!;
    apply(pool, needs, -1);
    demand.job.account.shadow(plan, needs, 1);
    queue.client.account.shadow(plan, needs, 1);
    queue.account.shadow(plan, needs, 1);
    for (const { index } of needs) {
      this.#mostHeld = Math.max(this.#mostHeld, demand.job.account.shadowClaim(plan, index));
    }
  }

  /** The largest claim of a job to anything, of those from which a lease can be taken. */
  #largestClaim(plan: number): number {
    let most = 0;
    for (const job of this.#jobs.values()) {
      if (job.revocable.size === 0) continue;
      for (const index of this.#resources.present) {
        most = Math.max(most, job.account.shadowClaim(plan, index));
      }
    }
    return most;
  }

  #isWanted(lease: Lease, claimants: readonly Claimant[], atLimit: readonly DemandClass[]): boolean {
    const { available } = this.#resources;
    for (const { blocked } of claimants) {
      for (const demand of blocked) {
        if (isForOthers(demand, lease) && lacksLess(available, demand, lease)) return true;
      }
    }
    for (const demand of atLimit) if (isForOthers(demand, lease) && lease.state === 'awake') return true;
    return false;
  }

  /** Of the leases to which the demand has a better claim: of the job that holds most, the shallowest, the longest held. */
  #victim(
    plan: number,
    demand: DemandClass,
    now: number,
    accept: (lease: Lease) => boolean,
  ): Lease | undefined {
    const claim = demand.job.account.shadowClaim(plan, demand.shape.dominant.index);
    // Where all hold about the same no other job's leases need be looked at.
    const jobs = claim < this.#mostHeld ? this.#jobs.values() : [demand.job];
    let best: Lease | undefined;
    let bestShare = 0;
    for (const job of jobs) {
      for (const lease of job.revocable) {
        if (!accept(lease) || !this.#outranks(plan, demand, lease)) continue;
        const due = lease.grantedAt + this.#quantum;
        if (now < due) {
          if (due < this.nextAt) this.nextAt = due;
          continue;
        }
        const share = job.account.shadowClaim(plan, lease.shape.dominant.index);
        if (best === undefined || isBetterVictim(lease, share, best, bestShare)) {
          best = lease;
          bestShare = share;
        }
      }
    }
    return best;
  }

  #outranks(plan: number, demand: DemandClass, lease: Lease): boolean {
    const waiting = demand.queues.first!;
    const holder = lease.queue;
    if (holder === waiting) return false;
    if (lease.job !== demand.job) {
      return hasBetterClaim(plan, demand.job.account, demand.shape, lease.job.account, lease.shape);
    }
    if (waiting.depth < holder.depth) return false;
    if (waiting.depth > holder.depth && !isOnOwnProcess(lease)) return true;
    const ofOneClient = waiting.client === holder.client;
    const ofWaiting = ofOneClient ? waiting.account : waiting.client.account;
    const ofHolder = ofOneClient ? holder.account : holder.client.account;
    return hasBetterClaim(plan, ofWaiting, demand.shape, ofHolder, lease.shape);
  }
}

function claimsBefore(plan: number, a: DemandClass, b: DemandClass): boolean {
  const ofA = a.job.account.shadowClaim(plan, a.shape.dominant.index);
  const ofB = b.job.account.shadowClaim(plan, b.shape.dominant.index);
  return ofA !== ofB ? ofA < ofB : a.lastTurn < b.lastTurn;
}

/** Whether who waits for a shape holds less than who has a lease on one; still not more when that lease has ended. */
function hasBetterClaim(plan: number, waiting: Account, shape: Shape, holder: Account, held: Shape): boolean {
  const claim = waiting.shadowClaim(plan, shape.dominant.index);
  const { index, units } = held.dominant;
  return claim < holder.shadowClaim(plan, index) && claim <= holder.shadowClaim(plan, index, units);
}

/** What would be free if the lease ended. */
function holds(lease: Lease): readonly Need[] {
  return lease.state === 'awake' ? lease.requirement.needs : lease.requirement.kept;
}

/** Whether the lease holds something of which the demand finds too little in the pool. */
function lacksLess(pool: readonly number[], demand: DemandClass, lease: Lease): boolean {
  for (const held of holds(lease)) {
    for (const need of demand.requirement.needs) {
      if (need.index === held.index && pool[need.index]! < need.units) return true;
    }
  }
  return false;
}

function isOnOwnProcess(lease: Lease): boolean {
  return lease.queue.client.worker === lease.worker;
}

/** Whether somebody waits who could not use the lease himself. */
function isForOthers(demand: DemandClass, lease: Lease): boolean {
  return demand !== lease.queue.demand || demand.queues.size > 1 || demand.queues.first !== lease.queue;
}

function isBetterVictim(lease: Lease, share: number, best: Lease, bestShare: number): boolean {
  if (share !== bestShare) return share > bestShare;
  if (lease.queue.depth !== best.queue.depth) return lease.queue.depth < best.queue.depth;
  return lease.grantedAt < best.grantedAt;
}
