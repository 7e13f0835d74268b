import { sendTable } from '../protocol/frames.js';
import { DemandFailedT, FrameType, WorkerDiedT } from '../protocol/generated/protocol.js';
import type { RayletClient } from './client.js';

/** The end of a worker process, or of a node, which to submitters is one. What is left out is not known. */
export interface WorkerDeath {
  readonly worker: number;
  readonly pid?: number | undefined;
  readonly exitCode?: number | undefined;
  /** What ended it, if no exit of its own. */
  readonly signal?: string | undefined;
  /** Its last words. */
  readonly stderr: string;
  /** Bytes. */
  readonly memory?: number | undefined;
  /** Handle of the task that was on its stack. */
  readonly running?: number;
}

/** @param leases the client's leases on it, which are void */
export function tellWorkerDied(client: RayletClient, death: WorkerDeath, leases: number[]): void {
  const { worker, pid = 0, exitCode = -1, signal = '', stderr, memory = 0, running = 0 } = death;
  sendTable(
    client.connection,
    FrameType.WorkerDied,
    new WorkerDiedT(worker, pid, exitCode, signal, stderr, memory, running, leases),
  );
}

/**
 * The client's waiting tasks of a shape fail.
 * @param shape in the client's own numbering
 */
export function tellDemandFailed(
  client: RayletClient,
  shape: number,
  code: 'ERR_MOBULA_INFEASIBLE_TASK' | 'ERR_MOBULA_WORKER_START',
  reason: string,
): void {
  sendTable(client.connection, FrameType.DemandFailed, new DemandFailedT(shape, code, reason));
}
