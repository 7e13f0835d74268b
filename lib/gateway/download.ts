import { Arrival } from './arrival.js';
import type { Exchange } from './exchange.js';
import type { ReceivedObject } from './incoming-object.js';
import type { Replicas } from './replicas.js';
import type { Transfers } from './transfers.js';

/** How a request for an object ended. */
export type Outcome =
  /** All of it is here. */
  | { readonly kind: 'arrived' }
  /** That node does not have it, or not the rest; or the link to it has ended; or it is no longer wanted. */
  | { readonly kind: 'failed' }
  /** These have it, or will. */
  | { readonly kind: 'elsewhere'; readonly nodes: readonly string[] };

/** From whom an object is asked. Home: the node that named it. */
export enum Ask {
  Home,
  /** Home, which is not to name others. */
  HomeItself,
  Copy,
}

/**
 * Gets an object from its home, or, where that names others, from one of these. When they fail, in the middle too, home sends the
 * rest.
 * @returns undefined when home does not have it, or is gone
 * @throws ObjectStoreFullError
 */
export async function download(
  exchange: Exchange,
  home: Transfers,
  replicas: Replicas,
  id: Uint8Array,
  nested: Promise<void>[],
): Promise<ReceivedObject | undefined> {
  const arrival = new Arrival(exchange, replicas, nested);
  exchange.expect(id, arrival);
  try {
    let outcome = await home.request(id, arrival, Ask.Home);
    if (outcome.kind === 'elsewhere') {
      for (const node of outcome.nodes) {
        outcome = (await exchange.link(node)?.request(id, arrival, Ask.Copy)) ?? outcome;
        if (outcome.kind === 'arrived') break;
      }
      if (outcome.kind !== 'arrived') outcome = await home.request(id, arrival, Ask.HomeItself);
    }
    if (outcome.kind !== 'arrived' || replicas.runtime.ended !== undefined) return undefined;
    return await arrival.finish();
  } finally {
    arrival.end();
    exchange.settled(id, arrival);
  }
}
