import assert from 'node:assert/strict';
import { Observer } from '../../bench/simulation/observer.js';
import {
  type Grant,
  Scheduler,
  type SchedulerEvent,
  type SchedulerInstruction,
  type SchedulerOptions,
  type ShapeId,
  type WorkerId,
} from '../../lib/raylet/scheduler/index.js';

/** A scheduler under test: events by hand, every invariant and every promise checked after each. */
export class Script {
  readonly scheduler: Scheduler;
  readonly observer: Observer;
  now = 0;
  #nextPid = 1000;

  constructor(options: Partial<SchedulerOptions> & { cpus?: number } = {}) {
    const { cpus = 2, ...rest } = options;
    const resources = { CPU: cpus, ...options.resources };
    this.scheduler = new Scheduler({ ...rest, resources });
    this.observer = new Observer(resources);
  }

  send(event: SchedulerEvent): SchedulerInstruction[] {
    const instructions = this.scheduler.handle(event, this.now);
    this.scheduler.validateState();
    this.observer.see(event, instructions);
    return instructions;
  }

  /** Lets time pass, with the ticks that the scheduler asks for. */
  pass(milliseconds: number): SchedulerInstruction[] {
    const end = this.now + milliseconds;
    const instructions: SchedulerInstruction[] = [];
    for (
      let tick = this.scheduler.nextTick();
      tick !== undefined && tick <= end;
      tick = this.scheduler.nextTick()
    ) {
      this.now = Math.max(this.now, tick);
      instructions.push(...this.send({ type: 'Tick' }));
    }
    this.now = end;
    return instructions;
  }

  /** The first tick, and all processes that it starts are ready. */
  boot(): this {
    this.started(this.send({ type: 'Tick' }));
    return this;
  }

  /** Makes every process ready that these instructions start; a worker's client has the number 100 + worker. */
  started(instructions: readonly SchedulerInstruction[]): SchedulerInstruction[] {
    const results: SchedulerInstruction[] = [];
    for (const { worker } of ofType(instructions, 'StartWorker')) results.push(...this.ready(worker));
    return results;
  }

  ready(worker: WorkerId): SchedulerInstruction[] {
    return [
      ...this.send({ type: 'ClientJoined', client: 100 + worker, kind: 'worker', worker }),
      ...this.send({ type: 'WorkerStarted', worker, pid: this.#nextPid++ }),
    ];
  }

  driver(client: number, job = client, weight?: number): SchedulerInstruction[] {
    const weighted = weight === undefined ? {} : { weight };
    return this.send({ type: 'ClientJoined', client, kind: 'driver', job, ...weighted });
  }

  shape(resources: Record<string, number> = { CPU: 1 }): ShapeId {
    return this.scheduler.shape(Object.entries(resources));
  }

  demand(
    client: number,
    count: number,
    options: {
      shape?: ShapeId;
      depth?: number;
      exclusive?: boolean;
      runtimeMs?: number;
      grantsSeen?: number;
    } = {},
  ): SchedulerInstruction[] {
    const { shape = this.shape(), depth = 0, exclusive = false, ...rest } = options;
    return this.send({ type: 'Demand', client, shape, count, depth, exclusive, ...rest });
  }

  returned(grant: Grant): SchedulerInstruction[] {
    return this.send({ type: 'LeaseReturned', client: grant.client, lease: grant.lease });
  }

  released(grant: Grant): SchedulerInstruction[] {
    return this.send({ type: 'LeaseReleased', worker: grant.worker, lease: grant.lease });
  }

  suspended(grant: Grant): SchedulerInstruction[] {
    return this.send({ type: 'LeaseSuspended', worker: grant.worker, lease: grant.lease });
  }

  resumed(grant: Grant): SchedulerInstruction[] {
    return this.send({ type: 'LeaseResumed', worker: grant.worker, lease: grant.lease });
  }

  exited(worker: WorkerId, reason = 'signal SIGKILL'): SchedulerInstruction[] {
    return this.send({ type: 'WorkerExited', worker, reason });
  }

  available(name = 'CPU'): number {
    return this.scheduler.describe().available[name]!;
  }

  stateOf(worker: WorkerId): string | undefined {
    return this.scheduler.describe().workers.find((other) => other.worker === worker)?.state;
  }
}

export function ofType<T extends SchedulerInstruction['type']>(
  instructions: readonly SchedulerInstruction[],
  type: T,
): Extract<SchedulerInstruction, { type: T }>[] {
  return instructions.filter(
    (other): other is Extract<SchedulerInstruction, { type: T }> => other.type === type,
  );
}

export function grants(instructions: readonly SchedulerInstruction[]): Grant[] {
  return ofType(instructions, 'Grant');
}

/** The only grant among these. */
export function grant(instructions: readonly SchedulerInstruction[]): Grant {
  const all = grants(instructions);
  assert.equal(all.length, 1, `one grant expected: ${JSON.stringify(instructions)}`);
  return all[0]!;
}

export function kinds(instructions: readonly SchedulerInstruction[]): string[] {
  return instructions.map((other) => other.type);
}
