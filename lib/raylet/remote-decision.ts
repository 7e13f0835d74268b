import type { RemoteNeed } from './remote-demand.js';
import type { RemoteGrant } from './remote-leases.js';

/** What a client says of its tasks of one shape. */
export interface ClientDemand {
  readonly slot: number;
  readonly job: number;
  readonly shape: number;
  readonly need: RemoteNeed;
  /** Tasks that wait. */
  readonly count: number;
  /** How long one of them takes; 0 while none has ended. */
  readonly meanMilliseconds: number;
  /** How many grants it had received, of those that `sent` was told of. */
  readonly seen: number;
}

/** Where tasks of a strategy may run, as the nodes are now. */
export interface Route {
  /** This node's own scheduler may take them all. */
  readonly here: boolean;
  /** Other nodes, or this one in its turn. */
  readonly elsewhere: boolean;
}

/** What is to be done. */
export interface Decision {
  readonly grants: RemoteGrant[];
  /** So many tasks of these demands this node's own scheduler may take now, in all. */
  readonly here: { readonly slot: number; readonly shape: number; readonly count: number }[];
  /** These demands cannot be met, and are dropped. */
  readonly hopeless: { readonly slot: number; readonly shape: number; readonly reason: string }[];
}
