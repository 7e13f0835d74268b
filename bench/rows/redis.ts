/** What Redis costs: tiny tasks on a node of a cluster, beside the same on a node that stands alone. */
import * as mobula from 'mobula';
import type { Family } from '../family.js';
import { withRedis } from '../redis-server.js';
import { flood, median } from '../timing.js';

const inFlight = 1000;
const count = 200_000;
/** Both kinds of node in turn, so that what else the machine does falls on both. */
const rounds = 3;
const share = 0.8;

const without = 'tiny tasks, node without Redis';
const beside = 'tiny tasks, node with Redis';

const add = mobula.remote((a: number, b: number) => a + b);

/** Tasks a second of a program that is attached to the node. */
async function rateAt(address: string): Promise<number> {
  await mobula.init({ address });
  const task = (index: number): Promise<number> => mobula.get(add.remote(index, 1));
  await flood(count / 4, inFlight, task); // for the just-in-time compilers of all processes
  const rate = await flood(count, inFlight, task);
  await mobula.shutdown();
  return rate;
}

async function measure(): Promise<Record<string, number>> {
  return withRedis(async ({ redisUrl, run }) => {
    // Without a PATH the first finds no redis-server to start: it stands alone.
    await run(['start', '--head', '--name', 'alone', '--num-cpus', '2'], '');
    await run(['start', '--head', '--name', 'redis', '--num-cpus', '2', '--redis', redisUrl]);
    const rates: Record<string, number[]> = { [without]: [], [beside]: [] };
    for (let round = 0; round < rounds; round++) {
      rates[without]!.push(await rateAt('auto:alone'));
      rates[beside]!.push(await rateAt('auto:redis'));
    }
    return Object.fromEntries(Object.entries(rates).map(([name, each]) => [name, median(each)]));
  });
}

export const redis: Family = {
  name: 'redis',
  rows: [
    { name: without, unit: '1/s', better: 'more' },
    {
      name: beside,
      unit: '1/s',
      better: 'more',
      target: {
        text: `${share} x without Redis`,
        value: ({ ours }) => {
          const alone = ours(without);
          return alone === undefined ? undefined : share * alone;
        },
      },
    },
  ],
  ours: measure,
};
