/** Tasks that each take the result of the one before. */
import * as mobula from 'mobula';
import type { Family } from '../family.js';
import { raySubject } from '../ray.js';
import { floor } from '../targets.js';
import { warmMedianTime } from '../timing.js';

const add = mobula.remote((a: number, b: number) => a + b);
const links = 1000;
const row = 'chain of 1000 dependent tasks';

async function chainOfTasks(): Promise<void> {
  let ref = add.remote(0, 1);
  for (let i = 1; i < links; i++) ref = add.remote(ref, 1);
  const end = await mobula.get(ref);
  if (end !== links) throw new Error(`the chain ended in ${end}`);
}

export const chain: Family = {
  name: 'chain',
  rows: [
    {
      name: row,
      unit: 's',
      better: 'less',
      target: floor('socket ping-pong', '1.5 x as many ping-pongs', (us) => (1.5 * links * us) / 1e6),
    },
  ],
  ours: async () => {
    await mobula.init({ numCpus: 2 });
    const milliseconds = await warmMedianTime(9, chainOfTasks);
    await mobula.shutdown();
    return { [row]: milliseconds / 1000 };
  },
  ray: raySubject('chain'),
};
