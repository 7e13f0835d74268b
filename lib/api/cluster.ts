import { amountsOfTables } from '../protocol/frames.js';
import type { NodeStateT } from '../protocol/generated/protocol.js';
import { session } from './session.js';

/** A node of the cluster: one raylet with its workers and object store. */
export interface NodeInfo {
  /** Hexadecimal; another one each time that a node starts. */
  readonly id: string;
  readonly alive: boolean;
  /** `host:port` where other nodes reach it; empty when none do. */
  readonly address: string;
  /** Process id of its raylet, on its machine. */
  readonly pid: number;
  /** What it has, by name: `{ CPU: 8, gpu: 1 }`. */
  readonly resources: Readonly<Record<string, number>>;
  /** What of it nobody holds now, to run tasks. Empty for a node that is not alive. */
  readonly available: Readonly<Record<string, number>>;
  /** Bytes of its object store. */
  readonly objectStoreMemory: number;
  /** Milliseconds since 1970. */
  readonly started: number;
}

/** Amounts of resources by name, over all nodes that are alive. */
export interface ResourceAmounts {
  readonly total: Readonly<Record<string, number>>;
  /** What nobody holds now, to run tasks. */
  readonly available: Readonly<Record<string, number>>;
}

/**
 * The nodes of the session: one, for a node that stands alone.
 * @throws NotInitializedError
 */
export async function nodes(): Promise<NodeInfo[]> {
  const { runtime } = session.require('mobula.nodes');
  return (await runtime.cluster()).nodes.map(nodeInfo);
}

/**
 * What the nodes have for tasks, and what of it is free now.
 * @throws NotInitializedError
 */
export async function resources(): Promise<ResourceAmounts> {
  const { runtime } = session.require('mobula.resources');
  return sumOf((await runtime.cluster()).nodes.map(nodeInfo));
}

/** A node as the raylet describes it. */
export function nodeInfo(node: NodeStateT): NodeInfo {
  return {
    id: String(node.id),
    alive: node.alive,
    address: String(node.address),
    pid: node.pid,
    resources: amountsOfTables(node.resources),
    available: amountsOfTables(node.available),
    objectStoreMemory: node.objectStoreMemory,
    started: node.started,
  };
}

export function sumOf(all: readonly NodeInfo[]): ResourceAmounts {
  const total: Record<string, number> = {};
  const available: Record<string, number> = {};
  for (const node of all) {
    if (!node.alive) continue;
    add(total, node.resources);
    add(available, node.available);
  }
  return { total, available };
}

function add(sum: Record<string, number>, amounts: Readonly<Record<string, number>>): void {
  // Amounts are multiples of 1/10000, which binary fractions are not.
  for (const [name, amount] of Object.entries(amounts))
    sum[name] = Math.round(((sum[name] ?? 0) + amount) * 10_000) / 10_000;
}
