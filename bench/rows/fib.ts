/** Recursion: tasks that submit tasks and await them. */
import * as mobula from 'mobula';
import type { Family } from '../family.js';
import { raySubject } from '../ray.js';
import { timesRaySpeed } from '../targets.js';
import { warmMedianTime } from '../timing.js';

const remoteFib = mobula.remote(async (n: number): Promise<number> => {
  if (n < 2) return n;
  const [left, right] = await mobula.get([remoteFib.remote(n - 1), remoteFib.remote(n - 2)]);
  return left + right;
});

const row = 'fib(12) by tasks';

async function fibOf12(): Promise<void> {
  const value = await mobula.get(remoteFib.remote(12));
  if (value !== 144) throw new Error(`fib(12) is ${value}`);
}

export const fib: Family = {
  name: 'fib',
  rows: [{ name: row, unit: 's', better: 'less', target: timesRaySpeed(500) }],
  rayTrials: 1,
  ours: async () => {
    await mobula.init({ numCpus: 2 });
    const milliseconds = await warmMedianTime(9, fibOf12);
    await mobula.shutdown();
    return { [row]: milliseconds / 1000 };
  },
  ray: raySubject('fib'),
};
