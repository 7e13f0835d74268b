import type { NodeRecord } from '../control/control-store.js';
import { formatHostAndPort } from '../protocol/host-and-port.js';
import type { ClusterConfig, RayletConfig } from '../protocol/startup.js';

/** What a node that has just started, this process, has recorded of itself. */
export function ownRecord(config: RayletConfig, node: string): NodeRecord {
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

/** `host:port` where other nodes reach this one; empty when none do. */
export function addressOf(cluster: ClusterConfig | undefined): string {
  const { host, port } = cluster?.address ?? {};
  return host === undefined || port === undefined ? '' : formatHostAndPort(host, port);
}
