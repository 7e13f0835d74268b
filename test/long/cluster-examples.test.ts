import assert from 'node:assert/strict';
import { text } from 'node:stream/consumers';
import { NetworkCluster } from '../support/network-cluster.js';
import { until } from '../support/poll.js';

describe('three machines, two of which do not have the program', function () {
  this.timeout(300_000);
  let cluster: NetworkCluster;

  before(async () => {
    // The tutorial sleeps in ten tasks at a time.
    cluster = await NetworkCluster.start([
      { name: 'a', cpus: 2 },
      { name: 'b', cpus: 4 },
      { name: 'c', cpus: 4 },
    ]);
  });

  after(() => cluster.remove());

  for (const example of ['tutorial', 'flights']) {
    it(`run the ${example} as it is, on all of them`, async () => {
      const child = cluster.example(example, 'a');
      const [output, errors] = [text(child.stdout!), text(child.stderr!)];
      const used = new Set<string>();
      let code: number | null | undefined;
      child.once('exit', (status) => {
        code = status;
      });
      await until(
        () => {
          for (const name of ['b', 'c']) if (cluster.workers(name).length > 0) used.add(name);
          return code !== undefined;
        },
        { timeout: 270_000, what: () => `the end of the ${example}\n${cluster.logs()}` },
      );
      assert.deepEqual({ code, errors: await errors }, { code: 0, errors: '' }, await output);
      // Processes for its job, and thus tasks, were on the machines that lack it.
      assert.deepEqual(used, new Set(['b', 'c']));
      const finished = await finishedOn();
      assert.ok(finished > 0);
      await until(() => cluster.workers('b').length + cluster.workers('c').length === 0, {
        what: 'the end of what its job had on the other nodes',
      });
    });
  }

  /** Tasks that Redis says have run on the other nodes. */
  async function finishedOn(): Promise<number> {
    const others = new Set(['b', 'c'].map((name) => cluster.node(name).id));
    const tasks = await cluster.redis.lines('ZRANGE', 'mobula:tasks', '0', '-1');
    let count = 0;
    for (const task of tasks)
      if (others.has(await cluster.redis.cli('HGET', `mobula:task:${task}`, 'node'))) count++;
    return count;
  }
});
