/** The tiny programs whose start and whose idle memory are measured. */
import { fileURLToPath } from 'node:url';
import { pools } from './peers/pools.js';
import { type Program, startProgram } from './processes.js';
import { python, rayScript } from './ray.js';

function programFile(name: string): string {
  return fileURLToPath(new URL(`./programs/${name}.js`, import.meta.url));
}

export const startOurs = (): Promise<Program> => startProgram(process.execPath, [programFile('mobula')]);

export const startPool = (name: string): Promise<Program> =>
  startProgram(process.execPath, [programFile('pool'), name]);

export const startRay = (): Promise<Program> => startProgram(python, [rayScript, 'program']);

/** A measurement of every peer's program. */
export function peerPrograms(
  measure: (start: () => Promise<Program>) => Promise<Record<string, number>>,
): Record<string, () => Promise<Record<string, number>>> {
  return Object.fromEntries(Object.keys(pools).map((name) => [name, () => measure(() => startPool(name))]));
}
