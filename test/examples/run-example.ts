import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { snapshot, waitUntilGone } from '../support/leftovers.js';
import { compiled } from '../support/paths.js';

export interface Run {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly output: string;
  readonly errors: string;
  /** Processes, session folders and shared memory that the example left behind; one line each. */
  readonly left: readonly string[];
}

/** Runs an example as a program of its own, as `npm run` does. */
export async function runExample(name: string): Promise<Run> {
  const before = snapshot();
  const child = spawn(process.execPath, [compiled(`examples/${name}.ts`)], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const [[code, signal], output, errors] = await Promise.all([
    once(child, 'exit') as Promise<[number | null, NodeJS.Signals | null]>,
    text(child.stdout),
    text(child.stderr),
  ]);
  return { code, signal, output, errors, left: await waitUntilGone(before) };
}
