import { amountsOf } from '../protocol/amounts.js';
import type { NodeStateT } from '../protocol/generated/protocol.js';
import type { NodeInfo, ResourceAmounts } from './cluster.js';

// Apart from cluster.ts, whose types programs see: they would see those of the protocol with them.

/** A node as the raylet describes it. */
export function nodeInfo(node: NodeStateT): NodeInfo {
  return {
    id: String(node.id),
    alive: node.alive,
    address: String(node.address),
    pid: node.pid,
    resources: amountsOf(node.resources),
    available: amountsOf(node.available),
    objectStoreMemory: node.objectStoreMemory,
    started: node.started,
  };
}

/** What the nodes that are alive have together. */
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
