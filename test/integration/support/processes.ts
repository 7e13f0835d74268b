import { type ChildProcess, spawn } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import * as mobula from '../../../lib/index.js';
import { compiled } from '../../support/paths.js';
import { until } from '../../support/poll.js';

/** For every get of a test: a hang ends in an error that says what the ref still waits for. */
export const PATIENT: mobula.GetOptions = { timeout: 30_000 };

/** Whether a process runs; one that has ended and was not waited for does not. */
export function isAlive(pid: number): boolean {
  let stat: string;
  try {
    stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
  } catch {
    return false;
  }
  const state = stat.slice(stat.lastIndexOf(')') + 2, stat.lastIndexOf(')') + 3);
  return state !== 'Z' && state !== 'X';
}

export async function untilDead(pids: readonly number[], what: string): Promise<void> {
  await until(() => !pids.some(isAlive), {
    what: () => `the end of ${what}: ${pids.filter(isAlive).join(', ')} still run`,
  });
}

/** Kills a worker of this test's own session, and waits until it is dead. */
export async function killWorker(pid: number): Promise<void> {
  process.kill(pid, 'SIGKILL');
  await untilDead([pid], 'a worker that was killed');
}

/** Pids of the session's workers that have joined, once there are at least so many. */
export function workerPids(atLeast = 1): Promise<number[]> {
  return until(
    async () => {
      const { workers } = await mobula.statistics();
      return workers.length >= atLeast ? workers.map(({ pid }) => pid) : undefined;
    },
    { what: `${atLeast} workers` },
  );
}

/** The error that a promise rejects with; it is a fault if it does not. */
export async function failureOf(promise: Promise<unknown>): Promise<unknown> {
  let value: unknown;
  try {
    value = await promise;
  } catch (error) {
    return error;
  }
  throw new Error(`expected a rejection, and got ${String(value)}`);
}

/** The same, of a given class. */
export async function failureOfClass<T>(
  errorClass: abstract new (...parameters: never[]) => T,
  promise: Promise<unknown>,
): Promise<T> {
  const error = await failureOf(promise);
  if (error instanceof errorClass) return error;
  throw new Error(`expected ${errorClass.name}, and got another error`, { cause: error });
}

/** The same, of a task's own code. */
export function taskErrorOf(promise: Promise<unknown>): Promise<mobula.TaskError> {
  return failureOfClass<mobula.TaskError>(mobula.TaskError, promise);
}

/** A driver that may die: a program of `fixtures/` as a process of its own. */
export class Driver {
  readonly child: ChildProcess;
  readonly pid: number;
  stdout = '';
  stderr = '';
  readonly #ended: Promise<{ code: number | null; signal: string | null }>;

  /** @param detached it leads a process group, as a shell makes it for Ctrl-C */
  constructor(fixture: string, args: readonly string[], flags: readonly string[] = [], detached = false) {
    const script = compiled(`test/integration/fixtures/${fixture}.ts`);
    this.child = spawn(process.execPath, [...flags, script, ...args], {
      stdio: ['ignore', 'pipe', 'pipe'],
      detached,
    });
    this.pid = this.child.pid!;
    this.child.stdout!.on('data', (chunk: Buffer) => {
      this.stdout += chunk;
    });
    this.child.stderr!.on('data', (chunk: Buffer) => {
      this.stderr += chunk;
    });
    this.#ended = new Promise((resolve) => {
      this.child.once('close', (code, signal) => resolve({ code, signal }));
    });
  }

  /** How it ended, once it has and all that it printed is here. */
  async ended(): Promise<{ code: number | null; signal: string | null }> {
    await until(() => this.child.exitCode !== null || this.child.signalCode !== null, {
      timeout: 30_000,
      what: () => `the end of driver ${this.pid}; it printed:\n${this.output}`,
    });
    return this.#ended;
  }

  get output(): string {
    return `${this.stdout}\n${this.stderr}`;
  }

  /** Folders of its session that are left. */
  get folders(): string[] {
    return readdirSync(tmpdir()).filter((name) => name.startsWith(`mobula-${this.pid}-`));
  }

  async untilFolderGone(): Promise<void> {
    await until(() => this.folders.length === 0, { what: `the removal of ${this.folders.join(', ')}` });
  }

  /** Ends it if the test did not. */
  kill(): void {
    if (this.child.exitCode === null && this.child.signalCode === null) this.child.kill('SIGKILL');
  }
}
