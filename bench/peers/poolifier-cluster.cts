/** CommonJS: the cluster pool's first message comes before an ES module has been loaded, and is lost on it. */
import poolifier = require('poolifier');
import functions = require('./functions.cjs');

new poolifier.ClusterWorker(functions as never, { maxInactiveTime: 60_000 });
