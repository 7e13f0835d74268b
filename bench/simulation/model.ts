import {
  type Grant,
  type LeaseId,
  Scheduler,
  type SchedulerEvent,
  type SchedulerInstruction,
  type SchedulerOptions,
  type ShapeId,
  type WorkerId,
} from '../../lib/raylet/scheduler/index.js';
import { VirtualClock } from './clock.js';
import { ModelSubmitter } from './model-submitter.js';
import { ModelWorker } from './model-worker.js';
import { Observer } from './observer.js';
import { Random } from './random.js';

/** A task of the model: computes, then (if it has children) submits them, awaits them all, and computes again. */
export interface ModelTask {
  readonly name: string;
  readonly shape: ShapeId;
  readonly exclusive: boolean;
  readonly depth: number;
  /** Milliseconds of the processor's time, before and after the children. */
  readonly before: number;
  readonly after: number;
  /** Made when it awaits them, so that a deep tree is never there at once. */
  readonly children: (() => ModelTask[]) | undefined;
  /** When it was submitted, filled in by the model. */
  submittedAt: number;
  /** Called when its result has reached its submitter. */
  done: ((task: ModelTask) => void) | undefined;
}

export interface ModelOptions {
  readonly scheduler: SchedulerOptions;
  readonly seed: number;
  /** Of several nodes in one time. */
  readonly clock?: VirtualClock;
  /** Milliseconds that a message takes. */
  readonly latency?: number;
  /** Milliseconds that a process takes to be ready. */
  readonly startTime?: number;
  /** Milliseconds that a submitter keeps a lease it has no use for. */
  readonly keepIdle?: number;
  /** Tasks that a submitter gives to a lease at once. */
  readonly window?: number;
  /** How many attempts to start a process fail. */
  readonly startFailure?: number;
  /** Whether demand says how many grants it has seen. */
  readonly countGrants?: boolean;
  /** Check the core's own books after each event. */
  readonly validate?: boolean;
  /** Check the instructions against the promises. */
  readonly observe?: boolean;
}

/** What takes the tasks of leases. */
export interface ModelTarget {
  take(lease: LeaseId, task: ModelTask, from: ModelSubmitter): void;
  leaseReturned(lease: LeaseId): void;
}

/** A node with model processes around the real scheduler core, in virtual time. */
export class ModelNode {
  readonly clock: VirtualClock;
  readonly random: Random;
  readonly scheduler: Scheduler;
  readonly observer: Observer;
  readonly latency: number;
  readonly keepIdle: number;
  readonly window: number;
  readonly countGrants: boolean;
  readonly workers = new Map<WorkerId, ModelWorker>();
  readonly submitters = new Map<number, ModelSubmitter>();
  /** Who each lease was granted to. */
  readonly leaseHolders = new Map<LeaseId, ModelSubmitter>();
  /** Instructions that tell a submitter that its demand cannot be met. */
  readonly failures: SchedulerInstruction[] = [];
  events = 0;
  instructions = 0;
  tasksDone = 0;
  /** Tasks that were suspended at once, at most. */
  peakSuspended = 0;
  suspended = 0;
  /** Processes that are not ready yet. */
  startingWorkers = 0;
  readonly #startTime: number;
  readonly #startFailure: number;
  readonly #validate: boolean;
  readonly #observe: boolean;
  /** Processes that were told to stop before they were ready. */
  readonly #stoppedEarly = new Set<WorkerId>();
  readonly #freeSlots: number[] = [];
  #slots = 0;
  #tickAt = Number.POSITIVE_INFINITY;
  #cancelTick: (() => void) | undefined;

  constructor(options: ModelOptions) {
    this.clock = options.clock ?? new VirtualClock();
    this.random = new Random(options.seed);
    this.scheduler = new Scheduler(options.scheduler);
    this.observer = new Observer(options.scheduler.resources);
    this.latency = options.latency ?? 0.05;
    this.keepIdle = options.keepIdle ?? 1000;
    this.window = options.window ?? 1;
    this.countGrants = options.countGrants ?? true;
    this.#startTime = options.startTime ?? 40;
    this.#startFailure = options.startFailure ?? 0;
    this.#validate = options.validate ?? true;
    this.#observe = options.observe ?? true;
    this.send({ type: 'Tick' });
  }

  /** A driver attaches. */
  addDriver(
    job: number,
    weight?: number,
    submitter: ModelSubmitter = new ModelSubmitter(this, this.claimSlot(), undefined),
  ): ModelSubmitter {
    this.submitters.set(submitter.client, submitter);
    const { client } = submitter;
    const weighted = weight === undefined ? {} : { weight };
    this.send({ type: 'ClientJoined', client, kind: 'driver', job, ...weighted });
    return submitter;
  }

  /** The driver's end: it leaves and its job with it. */
  endJob(driver: ModelSubmitter, job: number): void {
    driver.gone = true;
    this.submitters.delete(driver.client);
    this.send({ type: 'ClientLeft', client: driver.client });
    this.send({ type: 'JobEnded', job });
    this.releaseSlot(driver.client);
  }

  /** Runs until nothing is left to do, or until the condition holds. Throws after so many steps. */
  run(until: () => boolean = () => false, mostSteps = 50_000_000): void {
    for (let step = 0; step < mostSteps; step++) {
      if (until()) return;
      if (!this.clock.step()) return;
    }
    throw new Error(
      `still busy after ${mostSteps} steps: ${JSON.stringify(this.scheduler.describe(), null, 1)}`,
    );
  }

  /** Where tasks for a worker of that number go. */
  target(worker: WorkerId): ModelTarget | undefined {
    return this.workers.get(worker);
  }

  /** A message to the raylet arrives after the latency. */
  post(event: SchedulerEvent): void {
    this.clock.after(this.latency, () => this.send(event));
  }

  send(event: SchedulerEvent): void {
    const instructions = this.scheduler.handle(event, this.clock.now);
    this.events++;
    this.instructions += instructions.length;
    if (this.#validate) this.scheduler.validateState();
    if (this.#observe) this.observer.see(event, instructions);
    for (const instruction of instructions) this.#carryOut(instruction);
    this.#arrangeTick();
  }

  claimSlot(): number {
    return this.#freeSlots.shift() ?? ++this.#slots;
  }

  releaseSlot(slot: number): void {
    this.#freeSlots.push(slot);
  }

  kill(worker: ModelWorker): void {
    worker.die();
    this.workers.delete(worker.id);
    // The raylet learns of it after a while.
    this.clock.after(this.latency, () => {
      this.send({ type: 'WorkerExited', worker: worker.id, reason: 'signal SIGKILL' });
      this.submitters.delete(worker.submitter.client);
      this.releaseSlot(worker.submitter.client);
    });
    this.clock.after(2 * this.latency, () => {
      for (const submitter of this.submitters.values()) submitter.workerDied(worker.id);
    });
  }

  /** The scheduler granted a lease: for nodes that count. */
  protected grantedHere(_client: number, _shape: ShapeId): void {}

  #carryOut(instruction: SchedulerInstruction): void {
    switch (instruction.type) {
      case 'StartWorker':
        this.#startWorker(instruction.worker);
        return;
      case 'StopWorker':
        this.clock.after(this.latency, () => {
          const worker = this.workers.get(instruction.worker);
          if (worker !== undefined) worker.stop(instruction.reason === 'job-ended');
          else this.#stoppedEarly.add(instruction.worker);
        });
        return;
      case 'BindWorker':
        return;
      case 'Grant':
        this.#deliverGrant(instruction);
        return;
      case 'Revoke':
        this.clock.after(this.latency, () =>
          this.workers.get(instruction.worker)?.revoke(instruction.lease, instruction.hard),
        );
        return;
      case 'LeaseLost': {
        const submitter = this.submitters.get(instruction.client);
        this.clock.after(this.latency, () => submitter?.leaseLost(instruction.lease));
        return;
      }
      case 'Infeasible':
      case 'StartFailed':
        this.failures.push(instruction);
        return;
    }
  }

  #deliverGrant(grant: Grant): void {
    const submitter = this.submitters.get(grant.client);
    if (submitter !== undefined) this.leaseHolders.set(grant.lease, submitter);
    this.grantedHere(grant.client, grant.shape);
    this.clock.after(this.latency, () => this.workers.get(grant.worker)?.leaseStarted(grant));
    this.clock.after(this.latency, () => submitter?.granted(grant));
  }

  #startWorker(id: WorkerId): void {
    if (this.random.chance(this.#startFailure)) {
      this.clock.after(this.#startTime, () =>
        this.send({ type: 'WorkerStartFailed', worker: id, reason: 'exit code 1' }),
      );
      return;
    }
    this.startingWorkers++;
    this.clock.after(this.#startTime, () => {
      this.startingWorkers--;
      if (this.#stoppedEarly.delete(id)) {
        this.send({ type: 'WorkerExited', worker: id, reason: 'stopped before it was ready' });
        return;
      }
      const worker = new ModelWorker(this, id, this.claimSlot());
      this.workers.set(id, worker);
      this.submitters.set(worker.submitter.client, worker.submitter);
      this.send({ type: 'ClientJoined', client: worker.submitter.client, kind: 'worker', worker: id });
      this.send({ type: 'WorkerStarted', worker: id, pid: 1000 + id });
    });
  }

  #arrangeTick(): void {
    const at = this.scheduler.nextTick() ?? Number.POSITIVE_INFINITY;
    if (at === this.#tickAt) return;
    this.#cancelTick?.();
    this.#cancelTick = undefined;
    this.#tickAt = at;
    if (at === Number.POSITIVE_INFINITY) return;
    this.#cancelTick = this.clock.at(at, () => {
      this.#tickAt = Number.POSITIVE_INFINITY;
      this.#cancelTick = undefined;
      this.send({ type: 'Tick' });
    });
  }
}
