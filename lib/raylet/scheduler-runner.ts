import type { Amounts } from '../protocol/amounts.js';
import { sendTable } from '../protocol/frames.js';
import {
  FrameType,
  LeaseGrantedT,
  LeaseStartedT,
  RetireT,
  RevokeLeaseT,
} from '../protocol/generated/protocol.js';
import {
  codeFolder,
  type RayletConfig,
  type WorkerCode,
  type WorkerCommand,
  workerSocket,
} from '../protocol/startup.js';
import type { RayletClient } from './client.js';
import type { Clients } from './clients.js';
import type { Jobs } from './jobs.js';
import type { Placement } from './placement.js';
import type { Grant, SchedulerEvent, SchedulerInstruction, StopWorker } from './scheduler/events.js';
import type { SchedulerDescription } from './scheduler/index.js';
import { Scheduler } from './scheduler/scheduler.js';
import type { WorkerProcesses } from './worker-processes.js';

/** What carrying out the scheduler's instructions needs of the rest of the raylet. */
export interface SchedulerRunnerPort {
  readonly clients: Clients;
  readonly jobs: Jobs;
  readonly workers: WorkerProcesses;
  readonly placement: Placement;
  /** What is free here may have changed. */
  availableChanged(): void;
}

/** Whether tasks of this node's programs may run on other machines. */
export function sharesCode({ cluster }: RayletConfig): boolean {
  return cluster?.redis !== undefined;
}

/** Runs the scheduler core: gives it its events and the time, carries its instructions out, and keeps the list of leases. */
export class SchedulerRunner {
  readonly #config: RayletConfig;
  readonly #port: SchedulerRunnerPort;
  readonly #scheduler: Scheduler;
  /** By number: the slot of who holds it, on which worker. */
  readonly #leases = new Map<number, { readonly client: number; readonly worker: number }>();
  #tick: NodeJS.Timeout | undefined;
  #stopped = false;

  constructor(config: RayletConfig, port: SchedulerRunnerPort) {
    this.#config = config;
    this.#port = port;
    this.#scheduler = new Scheduler({
      resources: config.resources,
      startBound: config.worker === undefined,
    });
  }

  apply(event: SchedulerEvent): void {
    if (this.#stopped) return;
    for (const instruction of this.#scheduler.handle(event, performance.now())) this.#carryOut(instruction);
    this.#port.availableChanged();
    this.#scheduleTick();
  }

  /** From now on nothing is decided, whatever happens. */
  stop(): void {
    this.#stopped = true;
    clearTimeout(this.#tick);
  }

  /** The scheduler's number for such tasks. Throws for what is no amount, and when there are too many. */
  shape(amounts: readonly (readonly [string, number])[], queue: string): number {
    return this.#scheduler.shape(amounts, queue);
  }

  available(): Amounts {
    return this.#scheduler.available();
  }

  describe(): SchedulerDescription {
    return this.#scheduler.describe();
  }

  /** The holder gave a lease back. */
  returned(client: RayletClient, lease: number, unstarted: boolean): void {
    this.#leases.delete(lease);
    this.apply({ type: 'LeaseReturned', client: client.slot, lease, unstarted });
  }

  /** The worker gave a revoked lease back. */
  released(worker: RayletClient, lease: number): void {
    this.#leases.delete(lease);
    this.apply({ type: 'LeaseReleased', worker: worker.worker, lease });
  }

  /** The worker has exited: strikes the leases on it from the list; returns them by their holders' slots. */
  strike(worker: number): Map<number, number[]> {
    const struck = new Map<number, number[]>();
    for (const [lease, held] of this.#leases) {
      if (held.worker !== worker) continue;
      this.#leases.delete(lease);
      const ofHolder = struck.get(held.client);
      if (ofHolder === undefined) struck.set(held.client, [lease]);
      else ofHolder.push(lease);
    }
    return struck;
  }

  #scheduleTick(): void {
    clearTimeout(this.#tick);
    const at = this.#scheduler.nextTick();
    if (at === undefined) return;
    this.#tick = setTimeout(() => this.apply({ type: 'Tick' }), Math.max(1, at - performance.now()));
  }

  #carryOut(instruction: SchedulerInstruction): void {
    const { clients, jobs, workers } = this.#port;
    switch (instruction.type) {
      case 'StartWorker': {
        const { worker, job } = instruction;
        if (job !== undefined) jobs.bind(worker, job);
        workers.start(worker, this.#commandOf(job), this.#codeOf(job));
        return;
      }
      case 'StopWorker':
        this.#stopWorker(instruction);
        return;
      case 'BindWorker':
        jobs.bind(instruction.worker, instruction.job);
        return;
      case 'Grant':
        this.#grant(instruction);
        return;
      case 'Revoke': {
        const worker = clients.ofWorker(instruction.worker);
        const revoke = new RevokeLeaseT(instruction.lease, instruction.hard);
        if (worker !== undefined) sendTable(worker.connection, FrameType.RevokeLease, revoke);
        return;
      }
      case 'Infeasible':
      case 'StartFailed': {
        const client = clients.at(instruction.client);
        if (client === undefined) return;
        const number = client.numberOf(instruction.shape, instruction.exclusive);
        if (instruction.type === 'Infeasible')
          this.#port.placement.infeasible(client, number, instruction.reason);
        else this.#port.placement.startFailed(client, number, instruction.reason);
        return;
      }
      case 'LeaseLost':
        // The worker's end is told to everybody who may have something in its hands.
        return;
    }
  }

  #stopWorker({ worker, reason }: StopWorker): void {
    const client = this.#port.clients.ofWorker(worker);
    if (reason === 'job-ended' || client === undefined) this.#port.workers.kill(worker);
    else sendTable(client.connection, FrameType.Retire, new RetireT(reason));
  }

  #grant({ client, worker: workerNumber, lease, shape, exclusive }: Grant): void {
    const { clients, jobs } = this.#port;
    const holder = clients.at(client);
    const worker = clients.ofWorker(workerNumber);
    if (holder === undefined || worker === undefined) return;
    this.#leases.set(lease, { client, worker: workerNumber });
    const started = new LeaseStartedT(lease, holder.slot, jobs.ofWorker(workerNumber), exclusive);
    sendTable(worker.connection, FrameType.LeaseStarted, started);
    const number = holder.numberOf(shape, exclusive);
    this.#port.placement.granted(holder, number);
    const path = workerSocket(this.#config.directory, workerNumber);
    sendTable(
      holder.connection,
      FrameType.LeaseGranted,
      new LeaseGrantedT(lease, number, workerNumber, worker.pid, worker.slot, path),
    );
  }

  /** A worker's command line is the node's own, or that of the driver that it is started for. */
  #commandOf(job: number | undefined): WorkerCommand {
    const command = this.#config.worker ?? this.#port.jobs.commandOf(job);
    if (command === undefined) throw new Error(`a worker is to be started for job ${job}, which is unknown`);
    return command;
  }

  #codeOf(job: number | undefined): WorkerCode | undefined {
    if (!sharesCode(this.#config) || job === undefined) return undefined;
    const { directory, cluster } = this.#config;
    return { folder: codeFolder(directory, job), packagesFrom: cluster?.surroundings?.folder ?? '/' };
  }
}
