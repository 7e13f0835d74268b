export type {
  Amounts,
  LeaseDescription,
  SchedulerDescription,
  WaitingDescription,
  WorkerDescription,
} from './describe.js';
export type { LeaseState, Revocation, WorkerState } from './entities.js';
export type * from './events.js';
export { HISTORY_LENGTH } from './history.js';
export type { SchedulerOptions } from './options.js';
export { CPU_RESOURCE, formatAmount, MAX_SHAPES, RESOURCE_UNITS, toUnits } from './resources.js';
export { Scheduler } from './scheduler.js';
export { SchedulerStateError } from './validate.js';
