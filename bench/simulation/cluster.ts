/**
 * A cluster in virtual time: `node build/bench/simulation/cluster.js [--seed N] [--nodes N] [--tasks N]
 * [--submitters N,N]`. Prints a line of JSON for each case: what a decision on other nodes costs, and how long nodes were idle while
 * tasks waited.
 */
import { parseArgs } from 'node:util';
import { FIRST_REMOTE_WORKER } from '../../lib/protocol/startup.js';
import { ANY_NODE } from '../../lib/protocol/strategy.js';
import { type RemoteGrant, RemoteNodes } from '../../lib/raylet/remote-nodes.js';
import { CPUS, type PlacementRow, placement } from './placement.js';
import { Random } from './random.js';

interface DecisionRow {
  nodes: number;
  queued: number;
  /** Of the processor's time. A lease that is given back, the new count, and the decision that grants the next one. */
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
    nodes.demand({ slot: 1, job: 1, shape: 0, need, count: queued, meanMilliseconds: 100, seen: sent }, now);
  demand(0);
  decide(1000);
  const rounds = 200_000;
  const time = (round: (now: number) => void): number => {
    for (let index = 0; index < rounds / 10; index++) round(1000);
    const start = process.cpuUsage();
    for (let index = 0; index < rounds; index++) round(1000);
    const { user, system } = process.cpuUsage(start);
    return Number(((user + system) / rounds).toFixed(2));
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
    submitters: { type: 'string', default: '1,10' },
  },
});
const seed = Number(values.seed);
const print = (row: DecisionRow | PlacementRow): void => console.log(JSON.stringify({ seed, ...row }));
for (const nodes of [10, 100, 1000])
  for (const queued of [1000, 10_000, 100_000, 1_000_000]) print(decisionCost(seed, nodes, queued));
for (const submitters of values.submitters.split(','))
  print(placement(seed, Number(values.nodes), Number(submitters), Number(values.tasks)));
