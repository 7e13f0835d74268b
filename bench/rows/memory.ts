/** Memory in loops that put far more than the store holds and keep nothing. */
import * as mobula from 'mobula';
import type { Family, Figures } from '../family.js';
import { anonymousSize } from '../processes.js';
import { fixed } from '../targets.js';

const storeBytes = 256 * 2 ** 20;

const loops = {
  '1,000,000 x 100 B': { count: 1_000_000, bytes: 100 },
  '20,000 x 1 MiB': { count: 20_000, bytes: 2 ** 20 },
} as const;

const modes = ['put', 'await put', 'await get(put)'] as const;

/** How often a loop is interrupted to look at the memory. */
const samples = 100;

/** Runs a loop in a session of its own. */
async function loop(mode: (typeof modes)[number], count: number, bytes: number): Promise<Figures> {
  await mobula.init({ numCpus: 2, objectStoreMemory: storeBytes });
  const value = new Uint8Array(bytes);
  const start = anonymousSize('self');
  let peak = start;
  const step = count / samples;
  const startTime = performance.now();
  for (let sample = 0; sample < samples; sample++) {
    // A loop a mode: the first is synchronous from its beginning to its end, looking included.
    if (mode === 'put') {
      for (let i = 0; i < step; i++) mobula.put(value);
    } else if (mode === 'await put') {
      for (let i = 0; i < step; i++) await mobula.put(value);
    } else {
      for (let i = 0; i < step; i++) await mobula.get(mobula.put(value));
    }
    peak = Math.max(peak, anonymousSize('self'));
  }
  const seconds = (performance.now() - startTime) / 1000;
  const { entriesPeak } = (await mobula.statistics()).store;
  await mobula.shutdown();
  return { 'heap growth': (peak - start) / 1e6, 'entries at most': entriesPeak, rate: count / seconds };
}

const combinations = Object.entries(loops).flatMap(([size, { count, bytes }]) =>
  modes.map((mode) => ({ mode, count, bytes, name: `${mode}, ${size}` })),
);

export const memory: Family = {
  name: 'memory',
  rows: combinations.flatMap(({ name }) => [
    {
      name: `${name}: heap growth`,
      unit: 'MB',
      better: 'less' as const,
      target: fixed(storeBytes / 1e6, 'the size of the store'),
    },
    { name: `${name}: entries at most`, unit: '', better: 'less' as const },
    { name: `${name}: rate`, unit: '1/s', better: 'more' as const },
  ]),
  trials: 1,
  ours: async () => {
    const figures: Figures = {};
    for (const { name, mode, count, bytes } of combinations) {
      for (const [what, figure] of Object.entries(await loop(mode, count, bytes))) {
        figures[`${name}: ${what}`] = figure;
      }
    }
    return figures;
  },
};
