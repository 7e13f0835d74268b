import { ANY_NODE, type Strategy } from '../protocol/strategy.js';
import type { CallOptions } from '../runtime/calls.js';
import type { Runtime } from '../runtime/runtime.js';
import { resourceShape } from '../runtime/shape-queue.js';
import type { RemoteOptions, Scheduling } from './options.js';

// Apart from options.ts, whose types programs see: they would see the types of the whole runtime with them.

/** What the runtime needs of the options, with the defaults. */
export function resolveCallOptions(options: RemoteOptions, runtime: Runtime): CallOptions {
  const maxRetries = options.maxRetries ?? 3;
  const exclusive = options.exclusive ?? false;
  // A task that may not be tried again is not to die of a neighbour's crash.
  const resources = { ...options.resources, CPU: options.numCpus ?? 1 };
  const shape = resourceShape(resources, exclusive || maxRetries === 0, strategyOf(options.scheduling));
  return {
    numReturns: options.numReturns ?? 1,
    queue: runtime.submitter.queueOf(shape),
    maxRetries,
    retryErrors: options.retryErrors ?? false,
    exclusive,
  };
}

function strategyOf(scheduling: Scheduling = 'DEFAULT'): Strategy {
  if (scheduling === 'DEFAULT') return ANY_NODE;
  if (scheduling === 'SPREAD') return { spread: true, node: '', soft: false };
  return { spread: false, node: scheduling.node, soft: scheduling.soft ?? false };
}
