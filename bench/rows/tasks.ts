/** Tiny tasks: how many a second, and how long one takes. */
import * as mobula from 'mobula';
import type { Family } from '../family.js';
import { poolSubjects } from '../peers/pools.js';
import { raySubject } from '../ray.js';
import { flood, medianTime } from '../timing.js';

const inFlight = 1000;

async function measure(
  add: (a: number, b: number) => Promise<number>,
  count: number,
): Promise<Record<string, number>> {
  const task = (i: number): Promise<number> => add(i, 1);
  await flood(count / 4, inFlight, task); // for the just-in-time compilers of all processes
  const tasksASecond = await flood(count, inFlight, task);
  const milliseconds = await medianTime(1000, () => add(1, 1));
  return {
    'tiny tasks, 1000 in flight': tasksASecond,
    'tiny tasks, one at a time': milliseconds * 1000,
  };
}

const add = mobula.remote((a: number, b: number) => a + b);

export const tasks: Family = {
  name: 'tasks',
  rows: [
    {
      name: 'tiny tasks, 1000 in flight',
      unit: '1/s',
      better: 'more',
      target: {
        text: '4 x best pool, or 200,000',
        value: ({ pools }) => Math.min(200_000, 4 * Math.max(...pools)),
      },
    },
    {
      name: 'tiny tasks, one at a time',
      unit: 'us',
      better: 'less',
      target: {
        text: '1.3 x best pool',
        value: ({ pools }) => (pools.length === 0 ? undefined : 1.3 * Math.min(...pools)),
      },
    },
  ],
  trials: 5,
  ours: async () => {
    await mobula.init({ numCpus: 2 });
    const figures = await measure((a, b) => mobula.get(add.remote(a, b)), 200_000);
    await mobula.shutdown();
    return figures;
  },
  peers: poolSubjects((pool) => measure(pool.add, 20_000)),
  ray: raySubject('tasks'),
};
