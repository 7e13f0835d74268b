import assert from 'node:assert/strict';
import { MOST_TASKS } from '../../lib/control/control-store.js';
import * as mobula from '../../lib/index.js';
import { Cluster } from '../support/cluster.js';
import { until } from '../support/poll.js';

const TASKS = 200_000;
const IN_FLIGHT = 1000;
/** Every so many a task fails: of these each has a record, while there are not too many. */
const A_FAILURE_IN = 20;
/** What stands in Redis of one node, one job and its functions, beside the records of tasks. */
const MOST_OTHERS = 30;

describe('what many tasks leave in Redis', function () {
  this.timeout(120_000);
  let cluster: Cluster;

  before(async () => {
    cluster = await Cluster.start([{ name: 'a', cpus: 2 }]);
    await cluster.attach('a');
  });

  after(() => cluster.remove());

  it(`${TASKS} tiny tasks: a bounded number of keys, which all expire but one, and exact counts`, async () => {
    const task = mobula.remote(function tiny(index: number, failureIn: number) {
      if (index % failureIn === 0) throw new RangeError(`no ${index}`);
      return index;
    });
    let next = 0;
    let failed = 0;
    const lane = async (): Promise<void> => {
      while (next < TASKS) {
        const index = next++;
        try {
          assert.equal(await mobula.get(task.remote(index, A_FAILURE_IN)), index);
        } catch (error) {
          assert.ok(error instanceof mobula.TaskError, String(error));
          failed++;
        }
      }
    };
    await Promise.all(Array.from({ length: IN_FLIGHT }, lane));
    assert.equal(failed, TASKS / A_FAILURE_IN);
    const { redis } = cluster;
    const { id } = cluster.node('a');
    const counts = `mobula:job:${id.slice(0, 8)}-1:counts`;
    const expected = `${TASKS - failed},${failed}`;
    const counted = async () => (await redis.lines('HMGET', counts, `finished:${id}`, `failed:${id}`)).join();
    await until(async () => (await counted()) === expected, { what: `the counts ${expected}` });
    const keys = await redis.lines('--scan', '--pattern', '*');
    const records = keys.filter((key) => key.startsWith('mobula:task:'));
    const listed = Number(await redis.cli('ZCARD', 'mobula:tasks'));
    assert.ok(
      records.length <= MOST_TASKS && listed === records.length,
      `${records.length}, ${listed} listed`,
    );
    assert.ok(Number(await redis.cli('HGET', counts, `recorded:${id}`)) >= records.length);
    assert.ok(records.length > 500, `${records.length} records`);
    const others = keys.filter((key) => !key.startsWith('mobula:task:'));
    assert.ok(others.length <= MOST_OTHERS, others.join(' '));
    const expiry =
      "local n = {} for _, k in ipairs(redis.call('KEYS', '*')) do if redis.call('TTL', k) == -1 then table.insert(n, k) end end return n";
    assert.deepEqual(await redis.lines('EVAL', expiry, '0'), ['mobula:epoch']);
  });
});
