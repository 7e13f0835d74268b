import assert from 'node:assert/strict';
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import * as mobula from '../../lib/index.js';
import { Cluster } from '../support/cluster.js';
import { until } from '../support/poll.js';

const at = (place: string): { resources: Record<string, number> } => ({ resources: { [place]: 0.01 } });
/** Tasks run on two nodes, each where it was told to. */
const FAR = at('left');
const PLACES = [FAR, at('right')];
const IN_FLIGHT = 10_000;
/** So many of those do not end before Redis is back. */
const HELD = 1000;
/** Longer than the key of a member lives. */
const AWAY_MILLISECONDS = 7000;

/** How Redis comes back, and how it is killed for that. */
const RETURNS = {
  'with its data': {},
  empty: { forget: true },
  'without what was written last': { rewind: true },
};

async function untilThere(file: string): Promise<void> {
  while (!existsSync(file)) await sleep(20);
}

describe('the death of the Redis of a cluster', function () {
  this.timeout(180_000);
  let cluster: Cluster;

  beforeEach(async () => {
    cluster = await Cluster.start(
      [
        { name: 'a' },
        { name: 'b', cpus: 2, resources: { left: 1 } },
        { name: 'c', cpus: 2, resources: { right: 1 } },
      ],
      { persistent: true },
    );
    await cluster.connected('a', 2);
    await cluster.attach('a');
  });

  afterEach(() => cluster.remove());

  for (const [how, options] of Object.entries(RETURNS)) {
    it(`which comes back ${how}: work goes on`, async () => {
      const gate = join(cluster.machine.folder, 'gate');
      // The last of them run when Redis is back: nodes hold these, started or not, all that time.
      const task = mobula.remote(FAR, function square(index: number, file?: string) {
        const result = { square: index * index, raylet: process.ppid };
        return file === undefined ? result : untilThere(file).then(() => result);
      });
      // Redis knows of this one when it is rewound, and not of what follows.
      const first = await cluster.get(task.remote(3));
      assert.equal(first.square, 9);
      const job = `${cluster.node('a').id.slice(0, 8)}-1`;
      const counted = () =>
        cluster.redis.cli('HGET', `mobula:job:${job}:counts`, `finished:${cluster.node('a').id}`);
      await until(async () => (await counted()) === '1', { what: 'the count of the first task' });
      cluster.redis.remember();
      const refs = Array.from({ length: IN_FLIGHT }, (_, index) =>
        task.options(PLACES[index % 2]!).remote(index, index < IN_FLIGHT - HELD ? undefined : gate),
      );
      await cluster.get(refs[IN_FLIGHT / 20]!);
      await until(async () => Number(await counted()) > 1, { what: 'the count of more tasks' });
      await cluster.redis.kill(options);
      await sleep(AWAY_MILLISECONDS);
      await cluster.redis.restart();
      const members = () => cluster.redis.lines('--scan', '--pattern', 'mobula:member:*');
      await until(async () => (await members()).length >= 3, { what: 'the nodes in Redis' });
      writeFileSync(gate, '');
      const results = await cluster.getAll(refs);
      assert.deepEqual(
        results.map(({ square }) => square),
        Array.from({ length: IN_FLIGHT }, (_, index) => index * index),
      );
      const raylets = new Set(results.map(({ raylet }) => raylet));
      assert.deepEqual(raylets, new Set([cluster.node('b').pid, cluster.node('c').pid]));
      // No task was counted twice, and none was forgotten.
      const finished = String(1 + IN_FLIGHT);
      await until(async () => (await counted()) === finished, { what: `the count of ${finished} tasks` });
      // A node that joins now finds the others, and a function that Redis had to be told of again.
      const { pid } = await cluster.add({ name: 'd', resources: { late: 1 } });
      const late = { resources: { late: 1 } };
      assert.equal((await cluster.get(task.options(late).remote(5))).raylet, pid);
    });
  }

  it('while it is away: functions that it has never heard of, and tasks that must not run twice', async () => {
    const once = mobula.remote({ ...FAR, maxRetries: 0 }, async function once(index: number) {
      await new Promise((done) => setTimeout(done, 500));
      return index;
    });
    const refs = Array.from({ length: 4 }, (_, index) => once.remote(index));
    await cluster.redis.kill();
    const negated = mobula.remote({ ...FAR, name: 'negated' }, (index: number) => -index);
    assert.deepEqual(await cluster.getAll([negated.remote(3), negated.remote(4)]), [-3, -4]);
    assert.deepEqual(await cluster.getAll(refs), [0, 1, 2, 3]);
    await cluster.redis.restart();
    assert.equal(await cluster.get(negated.remote(6)), -6);
  });
});
