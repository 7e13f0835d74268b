/** From starting a process to its first result, seen from outside. */
import type { Family } from '../family.js';
import type { Program } from '../processes.js';
import { peerPrograms, startOurs, startRay } from '../programs.js';
import { fixed } from '../targets.js';

const row = 'process start to first result';

async function measure(start: () => Promise<Program>): Promise<Record<string, number>> {
  const program = await start();
  await program.end();
  if (program.firstLine !== '3') throw new Error(`its first line was ${program.firstLine}`);
  return { [row]: program.milliseconds / 1000 };
}

export const start: Family = {
  name: 'start',
  rows: [{ name: row, unit: 's', better: 'less', target: fixed(0.35, '0.35 s') }],
  trials: 5,
  ours: () => measure(startOurs),
  peers: peerPrograms(measure),
  ray: () => measure(startRay),
};
