import { resolveAddress } from '../api/address.js';
import { nodeInfo, sumOf } from '../api/node-info.js';
import { DEFAULT_NODE_NAME, type NodeFile, runningNodes } from '../cluster/node-file.js';
import { findStateFolder } from '../cluster/state-folder.js';
import type { ClusterReplyT } from '../protocol/generated/protocol.js';
import { checkName } from './arguments.js';
import { CommandFailure } from './failure.js';
import { askNode } from './observer.js';
import { describeStatus, type Status } from './print.js';

/** The options of `mobula status`. */
export interface StatusOptions {
  name?: string;
  json?: true;
}

/** Prints what the node of this machine, and the nodes that it knows, have and do. */
export async function status(options: StatusOptions): Promise<void> {
  const name = options.name === undefined ? undefined : checkName(options.name);
  const running = runningNodes(findStateFolder());
  const node = running.find((each) => each.name === (name ?? DEFAULT_NODE_NAME));
  const chosen = name === undefined && running.length === 1 ? running[0] : node;
  if (chosen === undefined) throw new CommandFailure(nothingFound(name, running));
  // Says so if that node is of another version.
  const { socket } = resolveAddress(`auto:${chosen.name}`);
  const result = statusOf(chosen, running, await askNode(socket));
  console.log(options.json ? JSON.stringify(result) : describeStatus(result));
}

function nothingFound(name: string | undefined, running: readonly NodeFile[]): string {
  if (running.length === 0) return 'no node runs on this machine. `mobula start --head` starts one.';
  const names = running.map((node) => `--name ${node.name}`).join(' or ');
  return name === undefined
    ? `several nodes run on this machine: say which one, ${names}.`
    : `no node named '${name}' runs on this machine; there is ${names}.`;
}

function statusOf(node: NodeFile, running: readonly NodeFile[], reply: ClusterReplyT): Status {
  const nodes = reply.nodes.map(nodeInfo);
  const { total, available } = sumOf(nodes);
  const used = Object.fromEntries(
    Object.entries(total).map(([name, amount]) => [
      name,
      Math.round((amount - (available[name] ?? 0)) * 10_000) / 10_000,
    ]),
  );
  const jobs = reply.jobs.map(
    ({ job, name, pid, started, workers, running: busy, queued, finished, failed }) => ({
      job: String(job),
      name: String(name),
      pid,
      started,
      workers,
      tasks: { running: busy, queued, finished, failed },
    }),
  );
  const sum = (key: 'running' | 'queued' | 'finished' | 'failed'): number =>
    jobs.reduce((all, job) => all + job.tasks[key], 0);
  const { redis } = node;
  return {
    name: node.name,
    node: node.node,
    version: node.version,
    head: node.head,
    ...(redis === undefined ? {} : { redis }),
    others: running.filter((each) => each !== node).map((each) => each.name),
    nodes,
    resources: { total, used },
    jobs,
    tasks: { running: sum('running'), queued: sum('queued') },
  };
}
