import type { DemandTable } from './demand.js';
import type { Client, Job } from './entities.js';
import type { ClientId, JobId } from './events.js';
import type { LeaseTable } from './leases.js';
import type { ResolvedOptions } from './options.js';
import type { Resources } from './resources.js';
import type { WorkerPool } from './workers.js';

/** The parts of the core, for descriptions and checks. */
export interface SchedulerParts {
  readonly options: ResolvedOptions;
  readonly resources: Resources;
  readonly pool: WorkerPool;
  readonly leases: LeaseTable;
  readonly demand: DemandTable;
  readonly clients: ReadonlyMap<ClientId, Client>;
  readonly jobs: ReadonlyMap<JobId, Job>;
}
