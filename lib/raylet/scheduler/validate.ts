import { DemandClass, type Job, type Worker } from './entities.js';
import type { SchedulerParts } from './parts.js';
import { apply, CPU, PROCESS } from './resources.js';

/** The books of the scheduler disagree with each other: a fault of the core. */
export class SchedulerStateError extends Error {
  override readonly name = 'SchedulerStateError';
}

/** Checks every invariant of the core by counting everything again. */
export function validate(parts: SchedulerParts): void {
  checkWorkers(parts);
  checkLeases(parts);
  checkBooks(parts);
  checkDemand(parts);
  checkClients(parts);
}

function fail(what: string, worker?: Worker): never {
  const history =
    worker === undefined ? '' : `\nits last transitions:\n${worker.history.lines(worker.id).join('\n')}`;
  throw new SchedulerStateError(what + history);
}

function check(condition: boolean, what: () => string, worker?: Worker): void {
  if (!condition) fail(what(), worker);
}

function checkWorkers({ pool, options, jobs }: SchedulerParts): void {
  let starting = 0;
  let stopping = 0;
  let count = 0;
  for (const worker of pool.all()) {
    const name = `worker ${worker.id} (${worker.state})`;
    const { state, awake, suspended } = worker;
    count++;
    if (state === 'starting') starting++;
    if (state === 'stopping') stopping++;
    const wrong = pool.violation(worker);
    check(wrong === undefined, () => `${name} ${wrong}`, worker);
    check(pool.get(worker.id) === worker, () => `${name} is not found by its number`, worker);
    const leases = awake.size + suspended.size;
    if (state === 'starting' || state === 'idle') check(leases === 0, () => `${name} has leases`, worker);
    if (state === 'busy') check(awake.size > 0, () => `${name} has no lease that is awake`, worker);
    if (state === 'waiting' || state === 'blocked') {
      check(awake.size === 0 && suspended.size > 0, () => `${name} has leases in other states`, worker);
      check(worker.exclusive === (state === 'blocked'), () => `${name} has the wrong state`, worker);
    }
    if (worker.exclusive) check(leases === 1, () => `${name} shares an exclusive process`, worker);
    check(leases === 0 || worker.job !== undefined, () => `${name} has leases and belongs to no job`, worker);
    if (worker.job !== undefined) {
      check(jobs.get(worker.job.id) === worker.job, () => `${name} belongs to an unknown job`, worker);
      check(!worker.job.ended || state === 'stopping', () => `${name} belongs to an ended job`, worker);
    }
    checkCharge(worker, name);
  }
  check(count === pool.size, () => 'the number of workers is wrong');
  check(starting === pool.starting.size, () => 'the number of starting workers is wrong');
  check(stopping === pool.stopping, () => 'the number of stopping workers is wrong');
  const most = options.maxWorkers + jobs.size;
  check(count <= most, () => `there are ${count} processes, above the limit`);
}

function checkCharge(worker: Worker, name: string): void {
  let cpu = 0;
  let process = 0;
  for (const lease of worker.awake) {
    check(lease.state === 'awake', () => `${lease.name} is not awake, but ${name} says so`, worker);
    cpu = Math.max(cpu, lease.shape.cpu);
    process = Math.max(process, lease.shape.process);
  }
  for (const lease of worker.suspended) {
    check(lease.state === 'suspended', () => `${lease.name} is not suspended, but ${name} says so`, worker);
  }
  check(worker.cpu === cpu && worker.process === process, () => `${name} is charged wrongly`, worker);
}

function checkLeases({ leases, pool, jobs }: SchedulerParts): void {
  let count = 0;
  for (const lease of leases.all()) {
    count++;
    const { worker, queue } = lease;
    const among = lease.state === 'awake' ? worker.awake : worker.suspended;
    check(pool.get(worker.id) === worker, () => `${lease.name} is on a worker that is gone`);
    check(among.has(lease), () => `${lease.name} is ${lease.state}, its worker does not know`, worker);
    check(lease.job === worker.job, () => `${lease.name} is on a worker of another job`, worker);
    check(queue.client.leases.has(lease), () => `${lease.name} is unknown to its submitter`, worker);
    const holds = lease.state === 'awake' || lease.requirement.kept.length > 0;
    const { revocation } = lease;
    const right =
      leases.firm.has(lease) === (holds && revocation === 'none') &&
      lease.job.revocable.has(lease) === (holds && revocation !== 'hard') &&
      leases.hardRevoked.has(lease) === (holds && revocation === 'hard');
    check(right, () => `${lease.name} is in the wrong books`, worker);
  }
  check(count === leases.size, () => 'the number of leases is wrong');
  let booked = leases.hardRevoked.size;
  for (const job of jobs.values()) booked += job.revocable.size;
  check(booked <= count, () => 'leases that ended are still in the books');
}

/** Resource conservation: what is free, what jobs hold and what submitters hold, from the leases. */
function checkBooks({ resources, pool, leases, jobs, clients }: SchedulerParts): void {
  const free = resources.totals.slice();
  const ofJobs = new Map<Job, number[]>();
  const zero = () => resources.totals.map(() => 0);
  const ofJob = (job: Job): number[] => {
    let held = ofJobs.get(job);
    if (held === undefined) {
      held = zero();
      ofJobs.set(job, held);
    }
    return held;
  };
  for (const worker of pool.all()) {
    free[CPU]! -= worker.cpu;
    free[PROCESS]! -= worker.process;
    if (worker.job === undefined) continue;
    const held = ofJob(worker.job);
    held[CPU]! += worker.cpu;
    held[PROCESS]! += worker.process;
  }
  for (const lease of leases.all()) {
    apply(free, lease.requirement.kept, -1);
    apply(ofJob(lease.job), lease.requirement.kept, 1);
  }
  for (const [index, name] of resources.names.entries()) {
    check(resources.available[index] === free[index], () => `${name || 'processes'}: what is free is wrong`);
    // Only a CPU may be taken without asking, by a lease that resumes.
    check(index <= PROCESS || free[index]! >= 0, () => `more ${name} is held than there is`);
    for (const job of jobs.values()) {
      check(
        job.account.held[index] === ofJob(job)[index],
        () => `job ${job.id} holds other ${name} than booked`,
      );
    }
  }
  for (const client of clients.values()) {
    const held = zero();
    const ofQueues = new Map([...client.queues.values()].map((queue) => [queue, zero()]));
    for (const lease of client.leases) {
      const needs = lease.state === 'awake' ? lease.requirement.needs : lease.requirement.kept;
      check(leases.get(lease.id) === lease, () => `${lease.name} has ended`);
      apply(held, needs, 1);
      apply(ofQueues.get(lease.queue)!, needs, 1);
    }
    const same = (a: readonly number[], b: readonly number[]) =>
      a.every((value, index) => value === b[index]);
    check(same(held, client.account.held), () => `client ${client.id} holds other things than booked`);
    for (const [queue, amounts] of ofQueues) {
      check(
        same(amounts, queue.account.held),
        () => `a queue of client ${client.id} holds other things than booked`,
      );
    }
  }
}

function checkDemand({ demand, jobs, clients }: SchedulerParts): void {
  const totals = new Map<DemandClass, number>();
  for (const client of clients.values()) {
    let waiting = 0;
    for (const [key, queue] of client.queues) {
      const name = `the queue ${key} of client ${client.id}`;
      check(queue.client === client && queue.demand.key === key, () => `${name} is filed wrongly`);
      check(queue.count >= 0, () => `${name} has ${queue.count} waiting`);
      check(queue.heapIndex >= 0 === queue.count > 0, () => `${name} is wrongly (not) in its order`);
      check(queue.count === 0 || !queue.demand.job.ended, () => `${name} waits for an ended job`);
      waiting += queue.count;
      totals.set(queue.demand, (totals.get(queue.demand) ?? 0) + queue.count);
    }
    check(waiting === client.waiting, () => `the number of tasks of client ${client.id} is wrong`);
  }
  let withoutCpu = 0;
  for (const job of jobs.values()) {
    withoutCpu += job.waiting.filter(({ shape }) => shape.cpu === 0).length;
    check(demand.waitingJobs.has(job) === job.waiting.length > 0, () => `job ${job.id} wrongly (not) waits`);
    for (const [key, found] of job.classes) {
      const name = `the class ${key} of job ${job.id}`;
      check(DemandClass.key(found.shape, found.exclusive) === key, () => `${name} is filed wrongly`);
      check(found.total === (totals.get(found) ?? 0), () => `the number of tasks in ${name} is wrong`);
      check(job.waiting.includes(found) === found.total > 0, () => `${name} wrongly (not) waits`);
      const disorder = found.queues.violation();
      check(disorder === undefined, () => `the order of ${name}: ${disorder}`);
    }
  }
  check(withoutCpu === demand.waitingWithoutCpu, () => 'the number of classes without a CPU is wrong');
  for (const job of demand.waitingJobs) check(jobs.get(job.id) === job, () => `an unknown job waits`);
}

function checkClients({ clients, jobs, pool }: SchedulerParts): void {
  for (const [id, client] of clients) {
    const { worker, ownJob } = client;
    check(client.id === id, () => `client ${id} is filed wrongly`);
    check(
      (worker === undefined) !== (ownJob === undefined),
      () => `client ${id} is neither driver nor worker`,
    );
    if (worker !== undefined) {
      check(worker.client === client, () => `client ${id} is not known to its worker`, worker);
      check(pool.get(worker.id) === worker, () => `the worker of client ${id} is gone`);
    }
    if (ownJob !== undefined && !ownJob.ended) {
      check(jobs.get(ownJob.id) === ownJob, () => `the job of client ${id} is unknown`);
      check(ownJob.drivers.has(client), () => `client ${id} is not known to its job`);
    }
  }
  for (const worker of pool.all()) {
    const { client } = worker;
    if (client !== undefined) {
      check(clients.get(client.id) === client, () => `worker ${worker.id} has a client that left`, worker);
    }
  }
}
