import type { NodeInfo } from '../api/cluster.js';
import { DEFAULT_NODE_NAME, type NodeFile } from '../cluster/node-file.js';
import { hostsOf } from '../control/redis/url.js';
import type { RayletConfig } from '../protocol/startup.js';

/** A node that was just started. */
export interface Started {
  readonly node: NodeFile;
  readonly config: RayletConfig;
  /** What its user should know. */
  readonly notes: readonly string[];
}

/** What `mobula status` tells. Times are milliseconds since 1970, sizes bytes. */
export interface Status {
  /** Of the node of this machine that was asked. */
  readonly name: string;
  readonly node: string;
  readonly version: string;
  readonly head: boolean;
  /** Without a password. */
  readonly redis?: string;
  /** Further nodes of this machine and user, by name. */
  readonly others: readonly string[];
  readonly nodes: readonly NodeInfo[];
  readonly resources: {
    readonly total: Readonly<Record<string, number>>;
    readonly used: Readonly<Record<string, number>>;
  };
  readonly jobs: readonly {
    readonly job: string;
    /** The driver's script. */
    readonly name: string;
    readonly pid: number;
    readonly started: number;
    readonly workers: number;
    readonly tasks: {
      readonly running: number;
      readonly queued: number;
      readonly finished: number;
      readonly failed: number;
    };
  }[];
  /** Over all jobs: worker processes that run tasks, and tasks that wait for one. */
  readonly tasks: { readonly running: number; readonly queued: number };
}

export function startedJson({ node, config, notes }: Started): Record<string, unknown> {
  const { name, pid, socket, version, head, redis, secretFile, started } = node;
  const { resources, objectStoreMemory } = config;
  const address = addressOf(node);
  const what = {
    name,
    node: node.node,
    pid,
    socket,
    address,
    version,
    head,
    started,
    resources,
    objectStoreMemory,
  };
  return {
    ...what,
    ...(redis === undefined ? {} : { redis }),
    ...(secretFile === undefined ? {} : { secretFile }),
    notes,
  };
}

export function describeStarted({ node, config, notes }: Started): string {
  const { name, head, redis, secretFile } = node;
  const named = name === DEFAULT_NODE_NAME ? '' : ` --name ${name}`;
  const lines = [
    `Node '${name}' runs: ${amounts(config.resources)}, ${size(config.objectStoreMemory)} of object store (process ${node.pid}).`,
    '',
    'Programs on this machine attach to it with',
    `  await mobula.init({ address: '${addressOf(node)}' })`,
    `or, as they are, with MOBULA_ADDRESS=${addressOf(node)} in their environment.`,
  ];
  if (head && redis !== undefined && config.cluster?.address === undefined) {
    lines.push('', 'Only this machine can reach it: start it with --address HOST to let others join.');
  } else if (head && redis !== undefined) {
    lines.push(
      '',
      `Another machine that can reach ${hostsOf(redis)} joins with a copy of ${secretFile}:`,
      `  mobula start --redis ${quoted(redis)} --secret-file FILE`,
    );
  }
  for (const note of notes) lines.push('', note);
  lines.push('', `\`mobula status${named}\` shows what it does, \`mobula stop${named}\` ends it.`);
  return lines.join('\n');
}

/** As a shell takes it: the names of a URL's files have an & between them. */
function quoted(url: string): string {
  return url.includes('?') ? `'${url.replaceAll("'", '%27')}'` : url;
}

export function describeStatus(status: Status): string {
  const { name, nodes, resources, jobs, tasks, redis, others } = status;
  const lines = [`Node '${name}' (${status.node}), Mobula ${status.version}${status.head ? ', head' : ''}`];
  if (redis !== undefined) lines.push(`Redis       ${redis}`);
  if (others.length > 0) lines.push(`Beside it   ${others.map((other) => `--name ${other}`).join(', ')}`);
  lines.push('', 'Nodes');
  for (const node of nodes) {
    const where = node.address === '' ? `process ${node.pid}` : `${node.address}, process ${node.pid}`;
    const state = node.alive ? 'alive' : 'gone ';
    lines.push(
      `  ${node.id}  ${state}  ${amounts(node.resources)}, ${size(node.objectStoreMemory)} of object store (${where})`,
    );
  }
  lines.push('', 'Resources');
  for (const [resource, total] of Object.entries(resources.total))
    lines.push(`  ${resource.padEnd(12)}  ${resources.used[resource] ?? 0} of ${total} used`);
  lines.push('', `Tasks         ${tasks.running} running, ${tasks.queued} queued`);
  lines.push('', jobs.length === 0 ? 'No driver is attached.' : 'Jobs');
  for (const { job, name: program, pid, workers, tasks: own } of jobs) {
    lines.push(
      `  ${job.padEnd(4)}  ${program} (process ${pid}): ${workers} workers; tasks: ${own.running} running, ` +
        `${own.queued} queued, ${own.finished} finished, ${own.failed} failed`,
    );
  }
  return lines.join('\n');
}

/** What `init` is given to attach to it. */
function addressOf({ name }: NodeFile): string {
  return name === DEFAULT_NODE_NAME ? 'auto' : `auto:${name}`;
}

function amounts(resources: Readonly<Record<string, number>>): string {
  return Object.entries(resources)
    .map(([name, amount]) => `${amount} ${name}`)
    .join(', ');
}

function size(bytes: number): string {
  return bytes >= 2 ** 30 ? `${(bytes / 2 ** 30).toFixed(1)} GiB` : `${Math.round(bytes / 2 ** 20)} MiB`;
}
