/** What Redis costs: tiny tasks on a node of a cluster, beside the same on a node that stands alone; and what they leave there. */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import * as mobula from 'mobula';
import type { Family } from '../family.js';
import { withRedis } from '../redis-server.js';
import { flood, median } from '../timing.js';

const inFlight = 1000;
const count = 100_000;
const warming = count / 2;
/** Pairs of floods, one of each kind of node, so that what else the machine does falls on both. */
const rounds = 8;
const share = 0.8;
const million = 1_000_000;
/** 10,000 records of tasks, and what belongs to nodes, jobs and functions. */
const mostKeys = 10_200;

const without = 'tiny tasks, node without Redis';
const beside = 'tiny tasks, node with Redis';
const ratio = 'tiny tasks, with Redis to without';
const keys = 'keys in Redis after a million tasks';

const add = mobula.remote((a: number, b: number) => a + b);

/** Tasks a second of a program that is attached to the node. */
async function rateAt(address: string, tasks = count): Promise<number> {
  await mobula.init({ address });
  const task = (index: number): Promise<number> => mobula.get(add.remote(index, 1));
  await flood(warming, inFlight, task); // for the just-in-time compilers of its processes
  const rate = await flood(tasks, inFlight, task);
  await mobula.shutdown();
  return rate;
}

async function keysIn(url: string): Promise<number> {
  const { stdout } = await promisify(execFile)('redis-cli', ['-u', url, 'DBSIZE']);
  return Number(stdout);
}

async function measure(): Promise<Record<string, number>> {
  return withRedis(async ({ redisUrl, run }) => {
    // Without a PATH the first finds no redis-server to start: it stands alone.
    await run(['start', '--head', '--name', 'alone', '--num-cpus', '2'], '');
    await run(['start', '--head', '--name', 'redis', '--num-cpus', '2', '--redis', redisUrl]);
    const pairs: { alone: number; redis: number }[] = [];
    for (let round = 0; round < rounds; round++) {
      // Each kind is the first of its pair as often as the other: a machine that gets slower favours none.
      const first = round % 2 === 0 ? 'alone' : 'redis';
      const firstRate = await rateAt(`auto:${first}`);
      const second = first === 'alone' ? 'redis' : 'alone';
      const pair = { [first]: firstRate, [second]: await rateAt(`auto:${second}`) };
      pairs.push({ alone: pair.alone!, redis: pair.redis! });
    }
    await rateAt('auto:redis', million);
    return {
      [without]: median(pairs.map(({ alone }) => alone)),
      [beside]: median(pairs.map(({ redis: rate }) => rate)),
      [ratio]: median(pairs.map(({ alone, redis: rate }) => rate / alone)),
      [keys]: await keysIn(redisUrl),
    };
  });
}

export const redis: Family = {
  name: 'redis',
  rows: [
    { name: without, unit: '1/s', better: 'more' },
    { name: beside, unit: '1/s', better: 'more' },
    { name: ratio, unit: 'x', better: 'more', target: { text: `${share} x`, value: () => share } },
    { name: keys, unit: 'keys', better: 'less', target: { text: `${mostKeys}`, value: () => mostKeys } },
  ],
  ours: measure,
};
