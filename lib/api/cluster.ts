import { nodeInfo, sumOf } from './node-info.js';
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
