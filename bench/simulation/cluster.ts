/**
 * A cluster in virtual time: `node build/bench/simulation/cluster.js [--seed N] [--nodes N] [--tasks N]`. Prints one JSON object: how long
 * nodes were idle while tasks waited, and what a decision on other nodes costs.
 */
import { parseArgs } from 'node:util';
import { FIRST_REMOTE_WORKER } from '../../lib/protocol/startup.js';
import { ANY_NODE } from '../../lib/protocol/strategy.js';
import { type RemoteGrant, RemoteNodes } from '../../lib/raylet/remote-nodes.js';
import { ModelCluster } from './cluster-model.js';
import type { ModelTask } from './model.js';
import { Random } from './random.js';

const CPUS = 8;
const LINK_LATENCY = 0.5;
/** Mean run time of a task, milliseconds. */
const MEAN_RUNTIME = 100;

interface PlacementRow {
  nodes: number;
  submitters: number;
  tasks: number;
  /** Virtual time from the submission to the last result, seconds, and the least that so many CPUs need. */
  seconds: number;
  leastSeconds: number;
  /** CPU seconds that nodes were idle for longer than two latencies while tasks waited at their submitters: in all, and after the start. */
  idleCpuSeconds: number;
  idleAfterStart: number;
  /** CPU seconds that nodes had tasks and no process for them yet. */
  startingCpuSeconds: number;
  decisions: number;
  wallSeconds: number;
}

/** All tasks are submitted at once, in equal parts at some nodes, and one in twenty needs what one node in ten has. */
function placement(seed: number, nodeCount: number, submitters: number, taskCount: number): PlacementRow {
  const random = new Random(seed);
  const cluster = new ModelCluster({
    seed,
    linkLatency: LINK_LATENCY,
    submitters,
    nodes: Array.from({ length: nodeCount }, (_, index) =>
      index % 10 === 9 ? { CPU: CPUS, gpu: CPUS } : { CPU: CPUS },
    ),
  });
  let missing = taskCount;
  let work = 0;
  for (const [job, node] of cluster.nodes.slice(0, submitters).entries()) {
    const shapes = [{ CPU: 1 }, { CPU: 1, gpu: 1 }].map((resources) => node.shapeOf(resources));
    const tasks = Array.from({ length: Math.floor(taskCount / submitters) }, (): ModelTask => {
      const before = MEAN_RUNTIME * (0.1 + 1.8 * random.next());
      work += before;
      return {
        name: 'task',
        shape: random.chance(0.05) ? shapes[1]! : shapes[0]!,
        exclusive: false,
        depth: 0,
        before,
        after: 0,
        children: undefined,
        submittedAt: 0,
        done: () => {
          missing--;
        },
      };
    });
    node.addClusterDriver(job + 1).submit(tasks);
  }
  missing -= taskCount % submitters;
  const { clock } = cluster;
  const period = 2 * LINK_LATENCY;
  let before: number[] = [];
  let waitedBefore = false;
  let [idle, idleAfterStart, starting] = [0, 0, 0];
  const sample = (): void => {
    const now: number[] = [];
    const measured = cluster.measure(now);
    if (measured.waiting > 0 && waitedBefore) {
      let sum = 0;
      for (const [index, count] of now.entries()) sum += Math.min(count, before[index] ?? 0);
      // Never more than the tasks that wait.
      const lost = Math.min(sum, measured.waiting) * period;
      idle += lost;
      if (clock.now > 200) idleAfterStart += lost;
    }
    starting += measured.starting * period;
    waitedBefore = measured.waiting > 0;
    before = now;
    if (missing > 0) clock.after(period, sample);
  };
  sample();
  const start = process.hrtime.bigint();
  let end = 0;
  while (missing > 0 && clock.step()) end = clock.now;
  if (missing > 0) throw new Error(`seed ${seed}: ${missing} tasks never ended`);
  const cpuSeconds = (milliseconds: number): number => Number((milliseconds / 1000).toFixed(2));
  return {
    nodes: nodeCount,
    submitters,
    tasks: taskCount,
    seconds: cpuSeconds(end),
    leastSeconds: cpuSeconds(work / (nodeCount * CPUS)),
    idleCpuSeconds: cpuSeconds(idle),
    idleAfterStart: cpuSeconds(idleAfterStart),
    startingCpuSeconds: cpuSeconds(starting),
    decisions: cluster.nodes.reduce((sum, node) => sum + node.decisions, 0),
    wallSeconds: cpuSeconds(Number(process.hrtime.bigint() - start) / 1e6),
  };
}

interface DecisionRow {
  nodes: number;
  queued: number;
  /** A lease that is given back, the new count, and the decision that grants the next one. */
  microsecondsPerGrant: number;
  /** A node says what it has free, and what follows from it. */
  microsecondsPerReport: number;
}

/** A saturated cluster: everything is granted, and more tasks wait. */
function decisionCost(seed: number, nodeCount: number, queued: number): DecisionRow {
  const random = new Random(seed);
  const nodes = new RemoteNodes({ node: 'here', totals: { CPU: CPUS } });
  const full = { CPU: 0 };
  const need = { resources: { CPU: 1 }, exclusive: false, strategy: ANY_NODE };
  for (let peer = 0; peer < nodeCount; peer++) {
    const number = FIRST_REMOTE_WORKER + peer;
    nodes.joined({ peer: number, node: `${peer}`, address: '', totals: { CPU: CPUS } });
  }
  let sent = 0;
  const held: RemoteGrant[] = [];
  const decide = (now: number): void => {
    for (const grant of nodes.decide(now, full).grants) {
      nodes.sent(grant.slot, grant.shape, ++sent, false);
      held.push(grant);
    }
  };
  const demand = (now: number): void =>
    nodes.demand({ slot: 1, job: 1, shape: 0, need, count: queued, seen: sent }, now);
  demand(0);
  decide(1000);
  const rounds = 200_000;
  const time = (round: (now: number) => void): number => {
    for (let index = 0; index < rounds / 10; index++) round(1000);
    const start = process.hrtime.bigint();
    for (let index = 0; index < rounds; index++) round(1000);
    return Number((Number(process.hrtime.bigint() - start) / 1000 / rounds).toFixed(2));
  };
  const microsecondsPerGrant = time((now) => {
    const index = random.below(held.length);
    const { slot, lease } = held[index]!;
    held[index] = held.at(-1)!;
    held.pop();
    nodes.returned(slot, lease);
    demand(now);
    decide(now);
  });
  const microsecondsPerReport = time((now) => {
    nodes.available(FIRST_REMOTE_WORKER + random.below(nodeCount), full);
    decide(now);
  });
  return { nodes: nodeCount, queued, microsecondsPerGrant, microsecondsPerReport };
}

const { values } = parseArgs({
  options: {
    seed: { type: 'string', default: '1' },
    nodes: { type: 'string', default: '1000' },
    tasks: { type: 'string', default: '1000000' },
  },
});
const seed = Number(values.seed);
const costs: DecisionRow[] = [];
for (const nodes of [10, 100, 1000])
  for (const queued of [1000, 10_000, 100_000, 1_000_000]) costs.push(decisionCost(seed, nodes, queued));
const rows = [1, 10].map((submitters) =>
  placement(seed, Number(values.nodes), submitters, Number(values.tasks)),
);
console.log(JSON.stringify({ seed, linkLatency: LINK_LATENCY, costs, placement: rows }, null, 2));
