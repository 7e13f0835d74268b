/** Arrays put into the store; for the pools, sent to a worker, which copies them too. */
import * as mobula from 'mobula';
import { filledArray, gigabytesASecond, type SizeName, sizeNames, sizes } from '../arrays.js';
import type { Family, Figures, Target } from '../family.js';
import { poolSubjects } from '../peers/pools.js';
import { raySubject } from '../ray.js';
import { floor } from '../targets.js';
import { medianTime, time } from '../timing.js';

const repetitions: Record<SizeName, number> = { '1 MB': 1000, '64 MB': 9, '800 MB': 5 };

async function measure(copy: (array: Float64Array) => unknown): Promise<Figures> {
  const figures: Figures = {};
  for (const name of sizeNames) {
    const array = filledArray(sizes[name]);
    figures[`put of ${name}, first`] = gigabytesASecond(array.byteLength, await time(() => copy(array)));
    const milliseconds = await medianTime(repetitions[name], () => copy(array));
    figures[`put of ${name}`] = gigabytesASecond(array.byteLength, milliseconds);
  }
  return figures;
}

/** Microseconds to get memory of the store, write one page of it, and seal it. */
async function allocateAndSeal(bytes: number): Promise<number> {
  const milliseconds = await medianTime(50, () => {
    const allocated = mobula.allocate(Float64Array, bytes / Float64Array.BYTES_PER_ELEMENT);
    allocated.array[0] = 1;
    mobula.free(allocated.seal());
  });
  return milliseconds * 1000;
}

/** Twice the time of the smallest is noise; the sizes differ by factors of 64 and 800. */
const independentOfSize: Target = {
  text: 'O(1): 2 x that of 1 MB',
  value: ({ ours }) => {
    const smallest = ours('allocate and seal 1 MB');
    return smallest && 2 * smallest;
  },
};

export const put: Family = {
  name: 'put',
  rows: sizeNames.flatMap((name) => [
    {
      name: `put of ${name}`,
      unit: 'GB/s',
      better: 'more' as const,
      target: floor(`memcpy of ${name}`, 'memcpy'),
    },
    { name: `put of ${name}, first`, unit: 'GB/s', better: 'more' as const },
    {
      name: `allocate and seal ${name}`,
      unit: 'us',
      better: 'less' as const,
      ...(name === '1 MB' ? {} : { target: independentOfSize }),
    },
  ]),
  ours: async () => {
    await mobula.init({ numCpus: 2, objectStoreMemory: 4 * 2 ** 30 });
    const figures = await measure((array) => mobula.free(mobula.put(array)));
    for (const name of sizeNames) {
      figures[`allocate and seal ${name}`] = await allocateAndSeal(sizes[name]);
    }
    await mobula.shutdown();
    return figures;
  },
  peers: poolSubjects(
    async (pool) => {
      await pool.add(1, 1); // so that the first put does not wait for the workers' start
      return measure(pool.length);
    },
    (kind) => kind.sendsArrays,
  ),
  ray: raySubject('put'),
};
