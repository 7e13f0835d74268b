/**
 * Drives the scheduler core alone, without processes: `node build/bench/simulation/main.js [--seed N] [--events N]`.
 * Prints one JSON object with a row for each workload. A decision is an instruction that the core gave.
 */
import { parseArgs } from 'node:util';
import {
  type Grant,
  Scheduler,
  type SchedulerInstruction,
  type ShapeId,
} from '../../lib/raylet/scheduler/index.js';
import { ModelNode, type ModelTask } from './model.js';
import { Random } from './random.js';

/** Client numbers of worker processes lie above this. */
const FIRST_WORKER_CLIENT = 1000;

interface Row {
  name: string;
  cpus: number;
  /** Submitters, or drivers of a simulated node. */
  clients: number;
  /** Tasks that wait, or that were run. */
  tasks: number;
  events: number;
  decisions: number;
  seconds: number;
  eventsPerSecond: number;
  decisionsPerSecond: number;
}

function row(
  name: string,
  counts: Pick<Row, 'cpus' | 'clients' | 'tasks' | 'events' | 'decisions' | 'seconds'>,
): Row {
  const { events, decisions, seconds } = counts;
  return {
    name,
    ...counts,
    seconds: Number(seconds.toFixed(3)),
    eventsPerSecond: Math.round(events / seconds),
    decisionsPerSecond: Math.round(decisions / seconds),
  };
}

/** Who wants the CPUs of a saturated node: drivers, each with a job of its own, or the worker processes of a single job. */
type Submitters = 'drivers' | 'workers';

/**
 * A node whose CPUs are all taken and whose submitters always want more: leases are given back, granted, revoked. The cost of
 * an event must not depend on the number of waiting tasks.
 */
function saturated(
  seed: number,
  submitters: Submitters,
  cpus: number,
  clients: number,
  tasks: number,
  mostEvents: number,
): Row {
  const random = new Random(seed);
  const scheduler = new Scheduler({
    resources: { CPU: cpus },
    prestartWorkers: cpus * 2,
    maxWorkers: 1_000_000,
  });
  const held: Grant[] = [];
  const revoked: Grant[] = [];
  const byLease = new Map<number, Grant>();
  let events = 0;
  let decisions = 0;
  let now = 0;
  let shape: ShapeId = 0;

  const send = (event: Parameters<Scheduler['handle']>[0]): void => {
    const instructions = scheduler.handle(event, now);
    events++;
    decisions += instructions.length;
    for (const instruction of instructions) take(instruction);
  };
  const take = (instruction: SchedulerInstruction): void => {
    if (instruction.type === 'StartWorker') {
      const { worker } = instruction;
      send({ type: 'ClientJoined', client: FIRST_WORKER_CLIENT + worker, kind: 'worker', worker });
      send({ type: 'WorkerStarted', worker, pid: worker });
    } else if (instruction.type === 'Grant') {
      held.push(instruction);
      byLease.set(instruction.lease, instruction);
    } else if (instruction.type === 'Revoke' && instruction.hard) {
      const grant = byLease.get(instruction.lease);
      if (grant !== undefined) revoked.push(grant);
    }
  };
  const demand = (client: number): void => {
    const depth = client > FIRST_WORKER_CLIENT ? 1 : 0;
    send({ type: 'Demand', client, shape, count: tasks - random.below(10), depth, exclusive: false });
  };

  send({ type: 'Tick' });
  shape = scheduler.shape([['CPU', 1]]);
  for (let client = 1; client <= (submitters === 'drivers' ? clients : 1); client++) {
    send({ type: 'ClientJoined', client, kind: 'driver', job: client });
    demand(client);
  }
  if (submitters === 'workers') {
    const workers = held.map(({ worker }) => worker).slice(0, clients);
    for (const worker of workers) demand(FIRST_WORKER_CLIENT + worker);
  }
  events = 0;
  decisions = 0;
  const start = process.hrtime.bigint();
  while (events < mostEvents) {
    now += 0.01;
    const grant = revoked.pop() ?? held[random.below(held.length)]!;
    const index = held.indexOf(grant);
    if (index < 0) continue;
    held[index] = held.at(-1)!;
    held.pop();
    byLease.delete(grant.lease);
    send({ type: 'LeaseReleased', worker: grant.worker, lease: grant.lease });
    demand(grant.client);
    const tick = scheduler.nextTick();
    if (tick !== undefined && tick <= now) send({ type: 'Tick' });
  }
  const seconds = Number(process.hrtime.bigint() - start) / 1e9;
  return row(`saturated by ${submitters}`, { cpus, clients, tasks, events, decisions, seconds });
}

/** A node with model processes: jobs of trees of tasks that await each other. Counts the time of the model too. */
function trees(seed: number, cpus: number, drivers: number, roots: number): Row {
  const node = new ModelNode({
    scheduler: { resources: { CPU: cpus } },
    seed,
    validate: false,
    observe: false,
  });
  const shape = node.scheduler.shape([['CPU', 1]]);
  const tree = (depth: number): ModelTask => ({
    name: 'tree',
    shape,
    exclusive: false,
    depth,
    before: node.random.next(),
    after: 0.1,
    children: depth < 3 ? () => [tree(depth + 1), tree(depth + 1)] : undefined,
    submittedAt: 0,
    done: undefined,
  });
  let missing = drivers * roots;
  for (let job = 1; job <= drivers; job++) {
    const tasks = Array.from({ length: roots }, () => tree(0));
    for (const one of tasks) {
      one.done = () => {
        missing--;
      };
    }
    node.addDriver(job).submit(tasks);
  }
  const start = process.hrtime.bigint();
  node.run(() => missing === 0);
  const seconds = Number(process.hrtime.bigint() - start) / 1e9;
  const { events, instructions: decisions, tasksDone: tasks } = node;
  return row('trees', { cpus, clients: drivers, tasks, events, decisions, seconds });
}

const { values } = parseArgs({
  options: { seed: { type: 'string', default: '1' }, events: { type: 'string', default: '1000000' } },
});
const seed = Number(values.seed);
const events = Number(values.events);
const rows: Row[] = [];
saturated(seed, 'drivers', 8, 2, 1000, Math.min(events, 100_000)); // warms the compiler up
for (const tasks of [1000, 1_000_000, 1_000_000_000])
  rows.push(saturated(seed, 'drivers', 8, 2, tasks, events));
for (const [submitters, cpus, clients] of [
  ['drivers', 2, 1],
  ['drivers', 64, 1],
  ['drivers', 64, 64],
  ['workers', 64, 1],
  ['workers', 64, 64],
  ['workers', 200, 200],
] as const) {
  rows.push(saturated(seed, submitters, cpus, clients, 1_000_000, events));
}
rows.push(trees(seed, 2, 1, Math.ceil(events / 200)));
rows.push(trees(seed, 16, 4, Math.ceil(events / 800)));
console.log(JSON.stringify({ seed, rows }, null, 2));
