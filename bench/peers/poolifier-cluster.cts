/** CommonJS: the cluster pool's first message comes before an ES module has been loaded, and is lost on it. */
import poolifier = require('poolifier');

const functions = import('./functions.js');

new poolifier.ClusterWorker(
  {
    add: async (operands: [number, number]) => (await functions).add(operands),
    sum: async (array: Float64Array) => (await functions).sum(array),
    length: async (array: Float64Array) => (await functions).length(array),
  } as never,
  { maxInactiveTime: 60_000 },
);
