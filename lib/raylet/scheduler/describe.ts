import type { DemandClass, LeaseState, Revocation, WorkerState } from './entities.js';
import type { ClientId, JobId, LeaseId, WorkerId } from './events.js';
import type { SchedulerParts } from './parts.js';
import { fits, RESOURCE_UNITS } from './resources.js';

/** Amounts of resources by name, 1 = one. */
export type Amounts = Readonly<Record<string, number>>;

export interface WaitingDescription {
  readonly client: ClientId;
  readonly job: JobId;
  readonly resources: Amounts;
  readonly exclusive: boolean;
  readonly count: number;
  readonly depth: number;
  /** Since nobody of this job was given a lease for these resources, milliseconds. */
  readonly waitingMs: number;
  /** What is missing. */
  readonly reason: string;
}

export interface WorkerDescription {
  readonly worker: WorkerId;
  readonly state: WorkerState;
  readonly pid: number | undefined;
  readonly job: JobId | undefined;
  readonly leases: readonly LeaseDescription[];
}

export interface LeaseDescription {
  readonly lease: LeaseId;
  readonly client: ClientId;
  readonly state: LeaseState;
  readonly revocation: Revocation;
  readonly exclusive: boolean;
  readonly resources: Amounts;
  readonly heldMs: number;
}

export interface SchedulerDescription {
  readonly total: Amounts;
  /** CPU is negative while tasks that resumed hold more than there is. */
  readonly available: Amounts;
  readonly jobs: readonly { readonly job: JobId; readonly held: Amounts; readonly workers: number }[];
  readonly waiting: readonly WaitingDescription[];
  readonly workers: readonly WorkerDescription[];
  /** Different sets of needs that were asked for, by queues of their own; these are never forgotten. */
  readonly shapes: number;
  /** Events that were about something already gone. */
  readonly ignoredEvents: number;
}

export function describe(parts: SchedulerParts, now: number, ignoredEvents: number): SchedulerDescription {
  const { resources, pool, demand, jobs } = parts;
  const waiting: WaitingDescription[] = [];
  for (const job of demand.waitingJobs) {
    for (const demanded of job.waiting) {
      for (const queue of demanded.queues.items()) {
        waiting.push({
          client: queue.client.id,
          job: job.id,
          resources: amounts(demanded.shape.resources),
          exclusive: demanded.exclusive,
          count: queue.count,
          depth: queue.depth,
          waitingMs: now - demanded.waitingSince,
          reason: reasonFor(demanded, parts),
        });
      }
    }
  }
  return {
    total: amounts(resources.named(resources.totals)),
    available: amounts(resources.named(resources.available)),
    jobs: [...jobs.values()].map((job) => ({
      job: job.id,
      held: amounts(resources.named(job.account.held)),
      workers: job.workers.size,
    })),
    waiting,
    workers: [...pool.all()].map((worker) => ({
      worker: worker.id,
      state: worker.state,
      pid: worker.pid,
      job: worker.job?.id,
      leases: [...worker.awake, ...worker.suspended].map((lease) => ({
        lease: lease.id,
        client: lease.queue.client.id,
        state: lease.state,
        revocation: lease.revocation,
        exclusive: lease.exclusive,
        resources: amounts(lease.shape.resources),
        heldMs: now - lease.grantedAt,
      })),
    })),
    shapes: resources.shapeCount,
    ignoredEvents,
  };
}

function reasonFor(demand: DemandClass, { resources }: SchedulerParts): string {
  const { available } = resources;
  if (!fits(available, demand.requirement.needs))
    return `it needs ${resources.describeLack(demand.requirement.needs, available)}`;
  return demand.obstacle ?? 'it is not its turn';
}

export function amounts(units: Readonly<Record<string, number>>): Amounts {
  return Object.fromEntries(Object.entries(units).map(([name, value]) => [name, value / RESOURCE_UNITS]));
}
