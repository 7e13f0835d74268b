import { ModelCluster } from './cluster-model.js';
import { IdleBook, type IdleTimes } from './idle-book.js';
import type { ModelTask } from './model.js';
import { Random } from './random.js';

/** Of each node. */
export const CPUS = 8;
/** Milliseconds. */
export const LINK_LATENCY = 0.5;
/** Mean run time of a task, milliseconds. */
const MEAN_RUNTIME = 100;

/** Between two processes of one node, milliseconds. */
const HOP_LATENCY = 0.05;
/** From the process that submits to the one that runs a task there are three ways: to the gateway, to the other node, to the process. */
export const WAY_LATENCY = LINK_LATENCY + 2 * HOP_LATENCY;
/** Drivers attach, and the first processes start; milliseconds. */
const START_ENDS = 200;

/** What became of the tasks of a cluster in virtual time. */
export interface PlacementRow {
  nodes: number;
  submitters: number;
  tasks: number;
  /** Virtual time from the submission to the last result, seconds, and the least that so many CPUs need. */
  seconds: number;
  leastSeconds: number;
  /** The bound for the stretches: two latencies of the way to a process of another node, milliseconds. */
  boundMilliseconds: number;
  /** In the first 200 milliseconds, and later. */
  idleAtStart: IdleTimes;
  idleLater: IdleTimes;
  /** See `IdleBook`. */
  keptIdle: Pick<IdleTimes, 'cpuSeconds' | 'longestMilliseconds'>;
  /** CPU seconds: see `IdleBook`; and that a lease held while the next task of its submitter was on its way. */
  queuedElsewhere: number;
  starting: number;
  betweenTasks: number;
  /** Decisions on other nodes. */
  decisions: number;
  /** Events of all schedulers. */
  events: number;
  processorSeconds: number;
}

/** All tasks are submitted at once, in equal parts at some nodes, and one in twenty needs what one node in ten has. */
export function placement(
  seed: number,
  nodeCount: number,
  submitters: number,
  taskCount: number,
): PlacementRow {
  const random = new Random(seed);
  const cluster = new ModelCluster({
    seed,
    linkLatency: LINK_LATENCY,
    submitters,
    needs: [{ CPU: 1 }, { CPU: 1, gpu: 1 }],
    nodes: Array.from({ length: nodeCount }, (_, index) =>
      index % 10 === 9 ? { CPU: CPUS, gpu: CPUS } : { CPU: CPUS },
    ),
  });
  const { clock } = cluster;
  let missing = taskCount - (taskCount % submitters);
  let work = 0;
  for (const [job, node] of cluster.nodes.slice(0, submitters).entries()) {
    const shapes = cluster.needs.map((resources) => node.shapeOf(resources));
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
  const times = { period: LINK_LATENCY / 4, bound: 2 * WAY_LATENCY, startEnds: START_ENDS };
  const idle = new IdleBook(cluster, times);
  const look = (): void => {
    idle.look();
    if (missing > 0) clock.after(times.period, look);
  };
  look();
  const start = process.cpuUsage();
  let end = 0;
  while (missing > 0 && clock.step()) end = clock.now;
  if (missing > 0) throw new Error(`seed ${seed}: ${missing} tasks never ended`);
  const { user, system } = process.cpuUsage(start);
  const rounded = (value: number): number => Number(value.toFixed(3));
  const part = (of: IdleTimes): IdleTimes => ({ ...of, cpuSeconds: rounded(of.cpuSeconds) });
  return {
    nodes: nodeCount,
    submitters,
    tasks: taskCount,
    seconds: rounded(end / 1000),
    leastSeconds: rounded(work / (nodeCount * CPUS) / 1000),
    boundMilliseconds: times.bound,
    idleAtStart: part(idle.start),
    idleLater: part(idle.later),
    keptIdle: {
      cpuSeconds: rounded(idle.kept.cpuSeconds),
      longestMilliseconds: rounded(idle.kept.longestMilliseconds),
    },
    queuedElsewhere: rounded(idle.queuedCpuSeconds),
    starting: rounded(idle.startingCpuSeconds),
    betweenTasks: rounded(idle.heldCpuSeconds - work / 1000),
    decisions: cluster.nodes.reduce((sum, node) => sum + node.decisions, 0),
    events: cluster.nodes.reduce((sum, node) => sum + node.events, 0),
    processorSeconds: rounded((user + system) / 1e6),
  };
}
