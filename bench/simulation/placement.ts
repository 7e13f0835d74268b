import { ModelCluster } from './cluster-model.js';
import type { ModelTask } from './model.js';
import { Random } from './random.js';

/** Of each node. */
export const CPUS = 8;
/** Milliseconds. */
export const LINK_LATENCY = 0.5;
/** Mean run time of a task, milliseconds. */
const MEAN_RUNTIME = 100;

/** What became of the tasks of a cluster in virtual time. */
export interface PlacementRow {
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
