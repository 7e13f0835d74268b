/** Many arguments, many returns, many objects at once. */
import * as mobula from 'mobula';
import type { Family } from '../family.js';
import { raySubject } from '../ray.js';
import { timesRaySpeed } from '../targets.js';
import { warmMedianTime } from '../timing.js';

const countArguments = mobula.remote((...values: number[]) => values.length);
const manyReturns = mobula.remote({ numReturns: 3000 }, () => Array.from({ length: 3000 }, (_, i) => i));

function expect(got: number | undefined, wanted: number): void {
  if (got !== wanted) throw new Error(`${got} instead of ${wanted}`);
}

export const many: Family = {
  name: 'many',
  rows: [
    { name: '10,000 arguments', unit: 's', better: 'less', target: timesRaySpeed(20) },
    { name: '3,000 returns', unit: 's', better: 'less', target: timesRaySpeed(20) },
    { name: 'get of 10,000', unit: 's', better: 'less', target: timesRaySpeed(20) },
  ],
  ours: async () => {
    await mobula.init({ numCpus: 2 });
    const refs = Array.from({ length: 10_000 }, (_, i) => mobula.put(i));
    const withArguments = await warmMedianTime(5, async () => {
      expect(await mobula.get(countArguments.remote(...refs)), 10_000);
    });
    const withReturns = await warmMedianTime(5, async () => {
      expect((await mobula.get(manyReturns.remote())).at(-1), 2999);
    });
    const gets = await warmMedianTime(5, async () => {
      expect((await mobula.get(refs)).at(-1), 9999);
    });
    await mobula.shutdown();
    return {
      '10,000 arguments': withArguments / 1000,
      '3,000 returns': withReturns / 1000,
      'get of 10,000': gets / 1000,
    };
  },
  ray: raySubject('many'),
};
