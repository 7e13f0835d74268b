/** Very many tasks submitted at once. */
import * as mobula from 'mobula';
import type { Family } from '../family.js';
import { poolSubjects } from '../peers/pools.js';
import { anonymousSize, markName, sharedSize, trialProcesses } from '../processes.js';
import { raySubject } from '../ray.js';
import { fixed, timesRaySpeed } from '../targets.js';
import { medianTime, time } from '../timing.js';

const small = mobula.remote(() => 'ok');

async function submitAndGet(count: number, submitted?: () => void): Promise<void> {
  const refs = Array.from({ length: count }, () => small.remote());
  submitted?.();
  const results = await mobula.get(refs);
  if (results.at(-1) !== 'ok') throw new Error(`the last task gave ${results.at(-1)}`);
}

/**
 * Bytes resident in driver and raylet together. The store's pages are mapped by both; they count once, and wholly,
 * although the workers share them too.
 */
function residentBytes(): number {
  const raylet = trialProcesses(String(process.env[markName])).find(({ command }) => /raylet/.test(command));
  if (raylet === undefined) throw new Error('no process with raylet in its command line');
  return (
    anonymousSize('self') + anonymousSize(raylet.pid) + Math.max(sharedSize('self'), sharedSize(raylet.pid))
  );
}

export const queued: Family = {
  name: 'queued',
  rows: [
    { name: '100,000 queued', unit: 's', better: 'less', target: timesRaySpeed(100) },
    {
      name: '1,000,000 queued',
      unit: 's',
      better: 'less',
      target: {
        text: 'linear: 10 x 100,000',
        value: ({ ours }) => {
          const tenth = ours('100,000 queued');
          return tenth && 10 * tenth;
        },
      },
    },
    { name: 'resident a queued task', unit: 'B', better: 'less', target: fixed(1024, '1 KB') },
  ],
  rayTrials: 1,
  ours: async () => {
    await mobula.init({ numCpus: 2 });
    await submitAndGet(10_000);
    const before = residentBytes();
    const hundredThousand = await medianTime(3, () => submitAndGet(100_000));
    let queuedBytes = 0;
    const million = await time(() =>
      submitAndGet(1_000_000, () => {
        queuedBytes = residentBytes() - before;
      }),
    );
    await mobula.shutdown();
    return {
      '100,000 queued': hundredThousand / 1000,
      '1,000,000 queued': million / 1000,
      'resident a queued task': queuedBytes / 1_000_000,
    };
  },
  peers: poolSubjects(async (pool) => {
    const submit = async (count: number): Promise<void> => {
      await Promise.all(Array.from({ length: count }, (_, i) => pool.add(i, 1)));
    };
    await submit(10_000);
    return { '100,000 queued': (await time(() => submit(100_000))) / 1000 };
  }),
  ray: raySubject('queued'),
};
