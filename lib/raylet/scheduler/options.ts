import { CPU_RESOURCE } from './resources.js';

/** Cap on processes, whatever the CPUs: the object store has 256 slots, and drivers need some. */
const MOST_WORKERS = 240;

export interface SchedulerOptions {
  /** What the node has, by name, 1 = one: `{ CPU: 8, gpu: 1 }`. */
  readonly resources: Readonly<Record<string, number>>;
  /** Processes started before anybody asks. Default: one a CPU. */
  readonly prestartWorkers?: number;
  /**
   * Processes belong to a job from their start, because jobs start them differently: none is started for nobody, and a new
   * driver is given its part of `prestartWorkers`. Default false.
   */
  readonly startBound?: boolean;
  /** Leases at once on shapes that need no CPU. Default: 4 a CPU and 8. */
  readonly maxZeroCpuLeases?: number;
  /** Leases at once on processes of their own, awake or suspended: those are of no use to others. Default: 4 a CPU and 8. */
  readonly maxExclusiveLeases?: number;
  /**
   * Worker processes at once; one more for a job whose processes are all full of suspended tasks. Default: the sum of what the
   * three limits above can ask for, at most 240.
   */
  readonly maxWorkers?: number;
  /** How long a lease is left alone although others have a better claim, milliseconds. Default 20. */
  readonly quantum?: number;
  /**
   * How long a lease is not even asked back softly, milliseconds. Its first task must have time to arrive: a worker that is asked
   * before would find the lease idle, and it would go back and forth for ever. Default 2.
   */
  readonly grace?: number;
  /** After how long an idle process above the prestarted number is stopped, milliseconds. Default 10,000. */
  readonly idleWorkerTimeout?: number;
  /** After how many processes in a row that could not be started waiting demand fails. Default 3. */
  readonly maxStartFailures?: number;
  /** How long a job that still has processes waits before the next attempt to start one, milliseconds. Default 1000. */
  readonly startBackoff?: number;
  /** What starting a process costs, milliseconds: no process is started for less work than that. Default 40. */
  readonly processStart?: number;
}

export type ResolvedOptions = Required<SchedulerOptions>;

export function resolveOptions(options: SchedulerOptions): ResolvedOptions {
  const cpus = Math.ceil(options.resources[CPU_RESOURCE] ?? 0);
  const prestartWorkers = options.prestartWorkers ?? cpus;
  const maxZeroCpuLeases = options.maxZeroCpuLeases ?? 4 * cpus + 8;
  const maxExclusiveLeases = options.maxExclusiveLeases ?? 4 * cpus + 8;
  return {
    resources: options.resources,
    prestartWorkers,
    startBound: options.startBound ?? false,
    maxZeroCpuLeases,
    maxExclusiveLeases,
    maxWorkers:
      options.maxWorkers ??
      Math.min(Math.max(prestartWorkers, cpus) + maxZeroCpuLeases + maxExclusiveLeases, MOST_WORKERS),
    quantum: options.quantum ?? 20,
    grace: options.grace ?? 2,
    idleWorkerTimeout: options.idleWorkerTimeout ?? 10_000,
    maxStartFailures: options.maxStartFailures ?? 3,
    startBackoff: options.startBackoff ?? 1000,
    processStart: options.processStart ?? 40,
  };
}
