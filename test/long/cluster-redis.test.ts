import assert from 'node:assert/strict';
import * as mobula from '../../lib/index.js';
import { Cluster } from '../support/cluster.js';
import { until } from '../support/poll.js';

const FAR = { resources: { far: 0.01 } };
const squares = (count: number): number[] => Array.from({ length: count }, (_, index) => index * index);

describe('the death of the Redis of a cluster', function () {
  this.timeout(180_000);
  let cluster: Cluster;

  beforeEach(async () => {
    cluster = await Cluster.start(
      [
        { name: 'a' },
        { name: 'b', cpus: 2, resources: { far: 1 } },
        { name: 'c', cpus: 2, resources: { far: 1 } },
      ],
      { persistent: true },
    );
    await cluster.connected('a', 2);
    await cluster.attach('a');
  });

  afterEach(() => cluster.remove());

  for (const forget of [false, true]) {
    it(`which comes back ${forget ? 'empty' : 'with its data'}: work goes on`, async () => {
      const task = mobula.remote(FAR, (index: number) => index * index);
      const slow = mobula.remote({ ...FAR, maxRetries: 0 }, async (index: number) => {
        await new Promise((resolve) => setTimeout(resolve, 100));
        return index * index;
      });
      const refs = Array.from({ length: 1000 }, (_, index) => task.remote(index));
      const once = Array.from({ length: 20 }, (_, index) => slow.remote(index));
      await cluster.redis.kill({ forget });
      // Longer than a key lives.
      const back = new Promise((resolve) => setTimeout(resolve, 8000));
      assert.deepEqual(await cluster.getAll(refs), squares(1000));
      // Functions that Redis has never heard of.
      const other = mobula.remote({ ...FAR, name: 'other' }, (index: number) => -index);
      assert.deepEqual(await cluster.getAll([other.remote(3), other.remote(4)]), [-3, -4]);
      await back;
      await cluster.redis.restart();
      assert.deepEqual(await cluster.getAll(once), squares(20));
      await until(async () => (await cluster.redis.lines('--scan', '--pattern', '*member:*')).length >= 3, {
        what: 'the nodes in Redis',
      });
      assert.deepEqual(await cluster.getAll([task.remote(5), other.remote(6)]), [25, -6]);
      // A node that joins now finds the others.
      const { pid } = await cluster.add({ name: 'd', resources: { late: 1 } });
      assert.equal(
        await cluster.get(mobula.remote({ resources: { late: 1 } }, () => process.ppid).remote()),
        pid,
      );
    });
  }
});
