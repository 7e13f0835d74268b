import type { Account } from './account.js';
import type { DemandTable } from './demand.js';
import { type DemandClass, goesBefore, type Lease } from './entities.js';
import type { LeaseTable } from './leases.js';
import type { ResolvedOptions } from './options.js';
import { apply, fits, type Need, type Resources, type Shape } from './resources.js';

/** Ask for this lease back. */
export interface RevocationDecision {
  readonly lease: Lease;
  readonly hard: boolean;
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
  readonly #resources: Resources;
  readonly #demand: DemandTable;
  readonly #leases: LeaseTable;
  readonly #quantum: number;
  readonly #grace: number;
  /** More virtual grants than there can be processes are not worth planning. */
  readonly #budget: number;
  readonly #returning: number[];
  #plan = 0;

  constructor(resources: Resources, demand: DemandTable, leases: LeaseTable, options: ResolvedOptions) {
    this.#resources = resources;
    this.#demand = demand;
    this.#leases = leases;
    this.#quantum = options.quantum;
    this.#grace = options.grace;
    this.#budget = options.maxWorkers;
    this.#returning = resources.totals.map(() => 0);
  }

  /** `atLimit`: classes whose needs are free, but no process may be started for them. */
  plan(atLimit: readonly DemandClass[], now: number): RevocationDecision[] {
    this.nextAt = Number.POSITIVE_INFINITY;
    const decisions: RevocationDecision[] = [];
    const blocked: DemandClass[] = [];
    for (const job of this.#demand.waitingJobs) {
      for (const demand of job.waiting) {
        if (!fits(this.#resources.available, demand.requirement.needs)) blocked.push(demand);
      }
    }
    if (blocked.length === 0 && atLimit.length === 0) return decisions;
    const chosen = new Set<Lease>();
    this.#planHard(blocked, chosen, now);
    this.#planForProcess(atLimit, chosen, now);
    for (const lease of chosen) decisions.push({ lease, hard: true });
    for (const lease of this.#leases.firm) {
      if (chosen.has(lease)) continue;
      if (
        blocked.some((demand) => isForOthers(demand, lease) && this.#helps(lease, demand)) ||
        atLimit.some((demand) => isForOthers(demand, lease) && lease.state === 'awake')
      ) {
        const due = lease.grantedAt + this.#grace;
        if (now >= due) decisions.push({ lease, hard: false });
        else if (due < this.nextAt) this.nextAt = due;
      }
    }
    return decisions;
  }

  /**
   * Deals out, in the order of claims, what will be free when all hard revoked leases are back; whoever then still waits and has
   * a better claim than a holder adds that holder's lease to the revoked ones.
   */
  #planHard(blocked: readonly DemandClass[], chosen: Set<Lease>, now: number): void {
    if (blocked.length === 0) return;
    const plan = ++this.#plan;
    const pool = this.#returning;
    for (let index = 0; index < pool.length; index++) pool[index] = this.#resources.available[index]!;
    for (const lease of this.#leases.hardRevoked) this.#takeAway(plan, lease, pool);
    for (const demand of blocked) {
      demand.plannedGrants = 0;
      demand.doneInPlan = 0;
    }
    let budget = this.#budget;
    while (budget > 0) {
      const demand = this.#firstOf(plan, blocked);
      if (demand === undefined) return;
      if (fits(pool, demand.requirement.needs)) {
        const queue = demand.queues.first!;
        apply(pool, demand.requirement.needs, -1);
        demand.job.account.shadow(plan, demand.requirement.needs, 1);
        queue.client.account.shadow(plan, demand.requirement.needs, 1);
        queue.account.shadow(plan, demand.requirement.needs, 1);
        demand.plannedGrants++;
        if (demand.plannedGrants >= demand.total) demand.doneInPlan = plan;
        budget--;
        continue;
      }
      const victim = this.#victim(
        plan,
        demand,
        now,
        (lease) => !chosen.has(lease) && lacksLess(pool, demand, lease),
      );
      if (victim === undefined) {
        demand.doneInPlan = plan;
        continue;
      }
      chosen.add(victim);
      this.#takeAway(plan, victim, pool);
    }
  }

  /** One lease at a time: whether its process is of use to the others is only known when it is idle. */
  #planForProcess(atLimit: readonly DemandClass[], chosen: Set<Lease>, now: number): void {
    if (atLimit.length === 0 || chosen.size > 0 || this.#leases.hardRevoked.size > 0) return;
    const plan = ++this.#plan;
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

  #firstOf(plan: number, blocked: readonly DemandClass[]): DemandClass | undefined {
    let best: DemandClass | undefined;
    for (const demand of blocked) {
      if (demand.doneInPlan === plan) continue;
      if (best === undefined || this.#claimsBefore(plan, demand, best)) best = demand;
    }
    return best;
  }

  #claimsBefore(plan: number, a: DemandClass, b: DemandClass): boolean {
    if (a.job === b.job) return goesBefore(a.queues.first!, b.queues.first!);
    const ofA = a.job.account.shadowClaim(plan, a.shape.dominant.index);
    const ofB = b.job.account.shadowClaim(plan, b.shape.dominant.index);
    return ofA !== ofB ? ofA < ofB : a.lastTurn < b.lastTurn;
  }

  /** Of the leases to which the demand has a better claim: of the job that holds most, the shallowest, the longest held. */
  #victim(
    plan: number,
    demand: DemandClass,
    now: number,
    accept: (lease: Lease) => boolean,
  ): Lease | undefined {
    let best: Lease | undefined;
    let bestShare = 0;
    for (const leases of [this.#leases.firm, this.#leases.softlyRevoked]) {
      for (const lease of leases) {
        if (!accept(lease) || !this.#outranks(plan, demand, lease)) continue;
        const due = lease.grantedAt + this.#quantum;
        if (now < due) {
          if (due < this.nextAt) this.nextAt = due;
          continue;
        }
        const share = lease.job.account.shadowClaim(plan, lease.shape.dominant.index);
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

  #helps(lease: Lease, demand: DemandClass): boolean {
    return lacksLess(this.#resources.available, demand, lease);
  }
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
