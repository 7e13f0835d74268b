/** `wait`, called once for each of many tasks. */
import * as mobula from 'mobula';
import type { Family } from '../family.js';
import { raySubject } from '../ray.js';
import { timesRaySpeed } from '../targets.js';
import { warmMedianTime } from '../timing.js';

const small = mobula.remote(() => 'ok');
const row = 'wait one by one over 1000 tasks';

async function oneByOne(): Promise<void> {
  let pending = Array.from({ length: 1000 }, () => small.remote());
  while (pending.length > 0) [, pending] = await mobula.wait(pending);
}

export const wait: Family = {
  name: 'wait',
  rows: [{ name: row, unit: 's', better: 'less', target: timesRaySpeed(100) }],
  ours: async () => {
    await mobula.init({ numCpus: 2 });
    const milliseconds = await warmMedianTime(9, oneByOne);
    await mobula.shutdown();
    return { [row]: milliseconds / 1000 };
  },
  ray: raySubject('wait'),
};
