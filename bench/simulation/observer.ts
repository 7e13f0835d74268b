import assert from 'node:assert/strict';
import type {
  Grant,
  LeaseId,
  SchedulerEvent,
  SchedulerInstruction,
  WorkerId,
} from '../../lib/raylet/scheduler/index.js';
import { RESOURCE_UNITS } from '../../lib/raylet/scheduler/index.js';

interface SeenLease {
  readonly grant: Grant;
  awake: boolean;
  revocation: 'none' | 'soft' | 'hard';
}

interface SeenWorker {
  state: 'starting' | 'started' | 'stopping';
  job: number | undefined;
  client: number | undefined;
  readonly leases: Set<SeenLease>;
}

/**
 * Watches what goes into a scheduler and what comes out, keeps books of its own, and throws where an instruction breaks a promise:
 * written from the promises alone, it shares nothing with the scheduler.
 */
export class Observer {
  readonly workers = new Map<WorkerId, SeenWorker>();
  readonly leases = new Map<LeaseId, SeenLease>();
  /** Processes at once, at most so far. */
  peakProcesses = 0;
  starts = 0;
  stops = 0;
  grants = 0;
  softRevocations = 0;
  hardRevocations = 0;
  readonly #totals: Readonly<Record<string, number>>;
  readonly #jobs = new Map<number, number>();
  readonly #demand = new Map<string, number>();
  /** By client: the queues of all its grants, in their order. */
  readonly #granted = new Map<number, string[]>();
  readonly #endedJobs = new Set<number>();

  constructor(totals: Readonly<Record<string, number>>) {
    this.#totals = totals;
  }

  see(event: SchedulerEvent, instructions: readonly SchedulerInstruction[]): void {
    this.#event(event);
    for (const instruction of instructions) this.#instruction(instruction);
    if (event.type === 'WorkerExited' || event.type === 'WorkerStartFailed')
      this.workers.delete(event.worker);
  }

  #event(event: SchedulerEvent): void {
    switch (event.type) {
      case 'ClientJoined':
        this.#forgetClient(event.client);
        if (event.kind === 'driver') this.#jobs.set(event.client, event.job);
        else {
          const worker = this.workers.get(event.worker);
          if (worker !== undefined) worker.client = event.client;
        }
        return;
      case 'ClientLeft':
        this.#forgetClient(event.client);
        return;
      case 'WorkerStarted': {
        const worker = this.workers.get(event.worker);
        if (worker?.state === 'starting') worker.state = 'started';
        return;
      }
      case 'WorkerExited':
      case 'WorkerStartFailed': {
        const worker = this.workers.get(event.worker);
        if (worker?.client !== undefined) this.#forgetClient(worker.client);
        for (const lease of worker?.leases ?? []) this.leases.delete(lease.grant.lease);
        worker?.leases.clear();
        return;
      }
      case 'Demand': {
        const key = `${event.client}/${event.shape}/${event.exclusive}`;
        const grants = this.#granted.get(event.client) ?? [];
        const underWay = event.grantsSeen === undefined ? [] : grants.slice(event.grantsSeen);
        this.#demand.set(key, event.count - underWay.filter((queue) => queue === key).length);
        return;
      }
      case 'LeaseReturned':
      case 'LeaseReleased': {
        const lease = this.leases.get(event.lease);
        if (lease === undefined) return;
        const sender = event.type === 'LeaseReturned' ? event.client : event.worker;
        if (sender !== (event.type === 'LeaseReturned' ? lease.grant.client : lease.grant.worker)) return;
        this.leases.delete(event.lease);
        this.workers.get(lease.grant.worker)?.leases.delete(lease);
        return;
      }
      case 'LeaseSuspended':
      case 'LeaseResumed': {
        const lease = this.leases.get(event.lease);
        if (lease?.grant.worker === event.worker) lease.awake = event.type === 'LeaseResumed';
        return;
      }
      case 'JobEnded':
        this.#endedJobs.add(event.job);
        return;
      case 'Tick':
        return;
    }
  }

  #instruction(instruction: SchedulerInstruction): void {
    switch (instruction.type) {
      case 'StartWorker': {
        assert(!this.workers.has(instruction.worker), 'a worker number is used twice');
        const { job } = instruction;
        this.workers.set(instruction.worker, {
          state: 'starting',
          job,
          client: undefined,
          leases: new Set(),
        });
        this.starts++;
        this.peakProcesses = Math.max(this.peakProcesses, this.workers.size);
        return;
      }
      case 'StopWorker': {
        const worker = this.workers.get(instruction.worker)!;
        if (instruction.reason !== 'job-ended')
          assert.equal(worker.leases.size, 0, 'a stopped worker has leases');
        worker.state = 'stopping';
        this.stops++;
        return;
      }
      case 'BindWorker': {
        const worker = this.workers.get(instruction.worker)!;
        assert.equal(worker.job, undefined, 'a worker is bound twice');
        worker.job = instruction.job;
        return;
      }
      case 'Grant':
        this.#grant(instruction);
        return;
      case 'Revoke': {
        const lease = this.leases.get(instruction.lease);
        assert(lease !== undefined, 'a lease that ended is revoked');
        assert.equal(lease.grant.worker, instruction.worker);
        assert(
          lease.revocation !== 'hard' && (instruction.hard || lease.revocation === 'none'),
          'revoked twice',
        );
        lease.revocation = instruction.hard ? 'hard' : 'soft';
        if (instruction.hard) this.hardRevocations++;
        else this.softRevocations++;
        return;
      }
      case 'StartFailed':
        this.#demand.set(`${instruction.client}/${instruction.shape}/${instruction.exclusive}`, 0);
        return;
      case 'LeaseLost':
      case 'Infeasible':
        return;
    }
  }

  #grant(grant: Grant): void {
    const worker = this.workers.get(grant.worker);
    assert(
      worker !== undefined && worker.state === 'started',
      `worker ${grant.worker} is granted and not ready`,
    );
    const job = this.#jobs.get(grant.client) ?? this.#jobOfWorkerClient(grant.client);
    assert(job !== undefined && !this.#endedJobs.has(job), 'a grant for nobody');
    assert.equal(worker.job, job, 'a worker of another job is granted');
    const seen = [...worker.leases];
    assert(!seen.some((lease) => lease.awake), 'a worker is granted to two at once');
    assert(!seen.some((lease) => lease.grant.exclusive), 'an exclusive process is shared');
    if (grant.exclusive) assert.equal(seen.length, 0, 'an exclusive lease on a process in use');

    const key = `${grant.client}/${grant.shape}/${grant.exclusive}`;
    const waiting = this.#demand.get(key) ?? 0;
    assert(waiting > 0, `a grant that nobody waits for (${key})`);
    this.#demand.set(key, waiting - 1);
    const all = this.#granted.get(grant.client);
    if (all === undefined) this.#granted.set(grant.client, [key]);
    else all.push(key);

    const lease: SeenLease = { grant, awake: true, revocation: 'none' };
    this.leases.set(grant.lease, lease);
    worker.leases.add(lease);
    this.grants++;
    for (const name of Object.keys(grant.resources)) {
      const held = this.held(name);
      assert(held <= this.#totals[name]! * RESOURCE_UNITS, `a grant leaves ${held} units of ${name} held`);
    }
  }

  /** Units in use: of the CPU the most that an awake lease of each process needs, of others all leases'. */
  held(name: string): number {
    let sum = 0;
    for (const worker of this.workers.values()) {
      let most = 0;
      for (const { grant, awake } of worker.leases) {
        const units = grant.resources[name] ?? 0;
        if (name !== 'CPU') sum += units;
        else if (awake && units > most) most = units;
      }
      sum += most;
    }
    return sum;
  }

  #jobOfWorkerClient(client: number): number | undefined {
    for (const worker of this.workers.values()) if (worker.client === client) return worker.job;
    return undefined;
  }

  #forgetClient(client: number): void {
    this.#jobs.delete(client);
    for (const worker of this.workers.values()) if (worker.client === client) worker.client = undefined;
    this.#granted.delete(client);
    for (const key of this.#demand.keys()) if (key.startsWith(`${client}/`)) this.#demand.delete(key);
  }
}
