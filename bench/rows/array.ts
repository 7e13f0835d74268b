/** A big array as a task's argument. */
import * as mobula from 'mobula';
import { expectedSum, filledArray, sizes } from '../arrays.js';
import type { Family } from '../family.js';
import { sum } from '../peers/functions.js';
import { poolSubjects } from '../peers/pools.js';
import { raySubject } from '../ray.js';
import { medianTime, time } from '../timing.js';

const bytes = sizes['64 MB'];
const repetitions = 9;

async function check(result: Promise<number>): Promise<void> {
  const value = await result;
  if (value !== expectedSum(bytes)) throw new Error(`the sum is ${value}, not ${expectedSum(bytes)}`);
}

async function repeat(count: number, work: () => Promise<void>): Promise<void> {
  for (let i = 0; i < count; i++) await work();
}

const remoteSum = mobula.remote(sum);

export const array: Family = {
  name: 'array',
  rows: [
    {
      name: '64 MB by ref, summed',
      unit: 'ms',
      better: 'less',
      target: {
        text: 'sum in process + 10 %',
        value: ({ floor }) => {
          const inProcess = floor('sum of 64 MB in process');
          return inProcess && 1.1 * inProcess;
        },
      },
    },
    { name: '64 MB by ref, first use', unit: 'ms', better: 'less' },
    {
      name: '64 MB by value, summed',
      unit: 'ms',
      better: 'less',
      target: {
        text: 'sum in process + memcpy',
        value: ({ floor }) => {
          const inProcess = floor('sum of 64 MB in process');
          const gigabytes = floor('memcpy of 64 MB');
          return inProcess && gigabytes && inProcess + bytes / 1e6 / gigabytes;
        },
      },
    },
  ],
  trials: 5,
  ours: async () => {
    await mobula.init({ numCpus: 2, objectStoreMemory: 2 ** 30 });
    const numbers = filledArray(bytes);
    const ref = mobula.put(numbers);
    const byRef = (): Promise<void> => check(mobula.get(remoteSum.remote(ref)));
    const byValue = (): Promise<void> => check(mobula.get(remoteSum.remote(numbers)));
    const first = await time(byRef);
    await repeat(10, byRef); // both workers
    const afterFirst = await medianTime(repetitions, byRef);
    await repeat(5, byValue);
    const value = await medianTime(repetitions, byValue);
    await mobula.shutdown();
    return {
      '64 MB by ref, first use': first,
      '64 MB by ref, summed': afterFirst,
      '64 MB by value, summed': value,
    };
  },
  peers: poolSubjects(
    async (pool, kind) => {
      const figures: Record<string, number> = {};
      if (kind.sharesMemory) {
        const shared = filledArray(bytes, true);
        const byRef = (): Promise<void> => check(pool.sum(shared));
        figures['64 MB by ref, first use'] = await time(byRef);
        await repeat(10, byRef);
        figures['64 MB by ref, summed'] = await medianTime(repetitions, byRef);
      }
      const numbers = filledArray(bytes);
      const byValue = (): Promise<void> => check(pool.sum(numbers));
      await repeat(5, byValue);
      figures['64 MB by value, summed'] = await medianTime(repetitions, byValue);
      return figures;
    },
    (kind) => kind.sendsArrays,
  ),
  ray: raySubject('array'),
};
