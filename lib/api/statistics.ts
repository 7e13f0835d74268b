import type { StoreHolding, StoreStatistics } from '../store/native.js';
import { session } from './session.js';

/** Objects that went over the link to another node, since it stands. */
export interface LinkStatistics {
  /** Id of the other node. */
  readonly node: string;
  readonly bytesSent: number;
  readonly bytesReceived: number;
}

/** What a node says of itself. */
export interface NodeStatistics {
  /** The object store, with what this process and all processes together copied and viewed. */
  readonly store: StoreStatistics;
  /** Who holds how much of the store. */
  readonly holders: readonly StoreHolding[];
  /** The scheduler's own description: resources, workers, leases, waiting demand. */
  readonly scheduler: Readonly<Record<string, unknown>>;
  /** Tasks that this process submitted. */
  readonly tasks: {
    /** Ran again because their results were lost with another node. */
    readonly rebuilt: number;
  };
  readonly workers: readonly { readonly worker: number; readonly pid: number; readonly slot: number }[];
  /** The links to the other nodes of the cluster. The counters may be 200 ms old. */
  readonly links: readonly LinkStatistics[];
}

/** Counters of the node: memory, copies, workers, leases. */
export async function statistics(): Promise<NodeStatistics> {
  const { runtime } = session.require('mobula.statistics');
  const node = JSON.parse(await runtime.statistics()) as Pick<
    NodeStatistics,
    'scheduler' | 'workers' | 'links'
  >;
  const tasks = { rebuilt: runtime.submitter.results.rebuilt };
  return { ...node, store: runtime.store.statistics(), holders: runtime.store.holders(), tasks };
}
