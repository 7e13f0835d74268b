/** Runs trials, each in a process of its own, and sees to it that none leaves anything running. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { Figures } from './family.js';
import { markName, type Process, trialProcesses } from './processes.js';

/** A trial that takes longer has hung. Milliseconds. */
const trialTimeout = 15 * 60_000;

/** What a trial started may take so long to end after it. Milliseconds. */
const endTimeout = 5000;

let trials = 0;

/** Runs `trial.js` with these arguments. */
export async function runTrial(...args: readonly string[]): Promise<Figures> {
  const mark = `${process.pid}.${++trials}`;
  const folder = mkdtempSync(join(tmpdir(), 'bench-'));
  const file = join(folder, 'figures.json');
  try {
    const child = spawn(
      process.execPath,
      [fileURLToPath(new URL('./trial.js', import.meta.url)), file, ...args],
      {
        stdio: ['ignore', 2, 2],
        env: { ...process.env, [markName]: mark },
        timeout: trialTimeout,
        killSignal: 'SIGKILL',
      },
    );
    const [code, signal] = (await once(child, 'exit')) as [number | null, NodeJS.Signals | null];
    const left = await endLeftProcesses(mark);
    if (code !== 0) throw new Error(`ended with ${signal ?? `code ${code}`}`);
    if (left.length > 0) {
      console.error(`${args.join(' ')} left ${left.length} processes running:`);
      for (const { pid, command } of left) console.error(`  ${pid} ${command.slice(0, 100)}`);
    }
    return JSON.parse(readFileSync(file, 'utf8')) as Figures;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** Gives those that had to be killed. */
async function endLeftProcesses(mark: string): Promise<Process[]> {
  const deadline = performance.now() + endTimeout;
  let left = trialProcesses(mark);
  while (left.length > 0 && performance.now() < deadline) {
    await sleep(20);
    left = trialProcesses(mark);
  }
  for (const { pid } of left) {
    try {
      process.kill(pid, 'SIGKILL');
    } catch {
      // It ended in between.
    }
  }
  return left;
}
