/** Tiny tasks that tasks submit. */
import * as mobula from 'mobula';
import type { Family } from '../family.js';
import { raySubject } from '../ray.js';
import { timesRayRate } from '../targets.js';
import { rate } from '../timing.js';

const small = mobula.remote(() => 'ok');
const batch = mobula.remote(async (count: number) => {
  const results = await mobula.get(Array.from({ length: count }, () => small.remote()));
  return results.length;
});

const row = 'tiny tasks submitted by two tasks';

export const nested: Family = {
  name: 'nested',
  rows: [{ name: row, unit: '1/s', better: 'more', target: timesRayRate(100) }],
  ours: async () => {
    await mobula.init({ numCpus: 2 });
    const tasksASecond = await rate(1000, () => mobula.get([batch.remote(500), batch.remote(500)]));
    await mobula.shutdown();
    return { [row]: tasksASecond };
  },
  ray: raySubject('nested'),
};
