/** Small objects, put and read in one process. */
import * as mobula from 'mobula';
import type { Family } from '../family.js';
import { raySubject } from '../ray.js';
import { fixed } from '../targets.js';
import { rate } from '../timing.js';

const atOnce = 1000;

export const small: Family = {
  name: 'small',
  rows: [
    { name: 'get of a small object', unit: '1/s', better: 'more', target: fixed(500_000, '500,000') },
    { name: 'put of a small object', unit: '1/s', better: 'more', target: fixed(200_000, '200,000') },
    { name: 'getSync of a small object', unit: '1/s', better: 'more' },
  ],
  ours: async () => {
    await mobula.init({ numCpus: 2 });
    const ref = mobula.put(0);
    const gets = await rate(atOnce, async () => {
      for (let i = 0; i < atOnce; i++) await mobula.get(ref);
    });
    const puts = await rate(atOnce, () => {
      for (let i = 0; i < atOnce; i++) mobula.put(0);
    });
    const synchronous = await rate(atOnce, () => {
      for (let i = 0; i < atOnce; i++) mobula.getSync(ref);
    });
    await mobula.shutdown();
    return {
      'get of a small object': gets,
      'put of a small object': puts,
      'getSync of a small object': synchronous,
    };
  },
  ray: raySubject('small'),
};
