import type { ControlStore, NodeRecord } from '../control/control-store.js';
import { type Amounts, resourceTables } from '../protocol/amounts.js';
import { ClusterReplyT, JobStateT, NodeStateT, StatisticsReplyT } from '../protocol/generated/protocol.js';
import type { Clients } from './clients.js';
import type { Jobs } from './jobs.js';
import type { SchedulerDescription } from './scheduler/index.js';

/** What the answers are made of. */
export interface ObserversPort {
  readonly control: ControlStore;
  readonly clients: Clients;
  readonly jobs: Jobs;
  scheduler(): SchedulerDescription;
  /** By which the cluster knows this node now. */
  clusterNode(): string;
  others(): readonly { readonly node: string; readonly available: Amounts }[];
}

/** Answers the questions of programs and people who want to know how the node and its cluster are. */
export class Observers {
  readonly #port: ObserversPort;

  constructor(port: ObserversPort) {
    this.#port = port;
  }

  /** The scheduler of this node in all detail, for benchmarks and tests. */
  statistics(request: number): StatisticsReplyT {
    const workers = [...this.#port.clients.workers()].map(({ worker, pid, slot }) => ({ worker, pid, slot }));
    return new StatisticsReplyT(request, JSON.stringify({ scheduler: this.#port.scheduler(), workers }));
  }

  /** The nodes of the cluster, and the jobs of this one that run. */
  async clusterState(request: number): Promise<ClusterReplyT> {
    const scheduler = this.#port.scheduler();
    const [nodes, jobs] = await Promise.all([this.#nodes(scheduler), this.#jobs(scheduler)]);
    return new ClusterReplyT(request, nodes, jobs);
  }

  async #nodes(scheduler: SchedulerDescription): Promise<NodeStateT[]> {
    const available = new Map<string, Amounts>();
    for (const other of this.#port.others()) available.set(other.node, other.available);
    // What this node has free its own scheduler knows.
    available.set(this.#port.clusterNode(), scheduler.available);
    return (await this.#port.control.nodes()).map((node) => nodeState(node, available.get(node.id)));
  }

  #jobs(scheduler: SchedulerDescription): Promise<JobStateT[]> {
    const { control, jobs } = this.#port;
    return Promise.all(
      [...jobs.running()].map(async ({ job, name, pid, started }) => {
        const id = jobs.idOf(job);
        const workers = scheduler.workers.filter((worker) => worker.job === job);
        const running = workers.filter(({ leases }) => leases.some(({ state }) => state === 'awake')).length;
        let queued = 0;
        for (const waiting of scheduler.waiting) if (waiting.job === job) queued += waiting.count;
        const { finished, failed } = await control.taskCounts(id);
        return new JobStateT(id, name, pid, started, workers.length, running, queued, finished, failed);
      }),
    );
  }
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
