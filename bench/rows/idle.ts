/** What a program with two idle workers holds, in all its processes together. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Family } from '../family.js';
import { markName, type Program, proportionalSize, trialProcesses } from '../processes.js';
import { peerPrograms, startOurs, startRay } from '../programs.js';
import { fixed } from '../targets.js';

const row = 'idle memory, two workers';

/** Long enough for the garbage of the start to be collected and for surplus processes to end, in milliseconds. */
const settling = 3000;

async function measure(start: () => Promise<Program>): Promise<Record<string, number>> {
  const program = await start();
  await sleep(settling);
  const processes = trialProcesses(String(process.env[markName]));
  const bytes = processes.reduce((sum, { pid }) => sum + proportionalSize(pid), 0);
  await program.end();
  return { [row]: bytes / 1e6 };
}

export const idle: Family = {
  name: 'idle',
  rows: [{ name: row, unit: 'MB PSS', better: 'less', target: fixed(150, '150 MB') }],
  rayTrials: 1,
  ours: () => measure(startOurs),
  peers: peerPrograms(measure),
  ray: () => measure(startRay),
};
