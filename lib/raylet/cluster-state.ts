import { type ControlStore, jobName, type NodeRecord } from '../control/control-store.js';
import { type Amounts, resourceTables } from '../protocol/amounts.js';
import { JobStateT, NodeStateT } from '../protocol/generated/protocol.js';
import type { ClusterConfig, RayletConfig } from '../protocol/startup.js';
import type { Jobs } from './jobs.js';
import type { SchedulerDescription } from './scheduler/index.js';
/** What a node that has just started, this process, has recorded of itself. */
export function nodeRecord(config: RayletConfig, node: string): NodeRecord {
  const { resources, objectStoreMemory, cluster } = config;
  return {
    id: node,
    pid: process.pid,
    address: addressOf(cluster),
    resources,
    objectStoreMemory,
    started: Date.now(),
    ended: undefined,
  };
}

/** `host:port` where other nodes reach a node; empty when none do. */
export function addressOf(cluster: ClusterConfig | undefined): string {
  const { host, port } = cluster?.address ?? {};
  if (host === undefined || port === undefined) return '';
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
}
/** The nodes as programs and people see them. What this one has free its own scheduler knows. */
export async function nodeStates(
  control: ControlStore,
  ownNode: string,
  scheduler: SchedulerDescription,
  others: readonly { readonly node: string; readonly available: Amounts }[],
): Promise<NodeStateT[]> {
  const available = new Map<string, Amounts>(others.map((other) => [other.node, other.available]));
  available.set(ownNode, scheduler.available);
  return (await control.nodes()).map((node) => nodeState(node, available.get(node.id)));
}

function nodeState(node: NodeRecord, free: Amounts | undefined): NodeStateT {
  const alive = node.ended === undefined;
  const available: Record<string, number> = {};
  // Below zero while tasks that resumed hold more than there is: nothing is available then.
  if (alive && free !== undefined) {
    for (const [name, amount] of Object.entries(free)) available[name] = Math.max(0, amount);
  }
  return new NodeStateT(
    node.id,
    alive,
    node.address,
    node.pid,
    node.started,
    resourceTables(node.resources),
    resourceTables(available),
    node.objectStoreMemory,
  );
}

/** The jobs of this node that run. */
export async function jobStates(
  control: ControlStore,
  jobs: Jobs,
  node: string,
  scheduler: SchedulerDescription,
): Promise<JobStateT[]> {
  return await Promise.all(
    [...jobs.running()].map(async ({ job, name, pid, started }) => {
      const workers = scheduler.workers.filter((worker) => worker.job === job);
      const running = workers.filter(({ leases }) => leases.some(({ state }) => state === 'awake')).length;
      const queued = scheduler.waiting.reduce(
        (sum, waiting) => sum + (waiting.job === job ? waiting.count : 0),
        0,
      );
      const { finished, failed } = await control.taskCounts(jobName(node, job));
      return new JobStateT(
        jobName(node, job),
        name,
        pid,
        started,
        workers.length,
        running,
        queued,
        finished,
        failed,
      );
    }),
  );
}
