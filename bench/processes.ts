/** The processes of a trial and the memory they hold, as /proc tells it. */
import { spawn } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';

/**
 * A variable in the environment of a trial. All that it starts inherits it, also what outlives its parent; what was
 * started with another environment is found as a child of one that has it.
 */
export const markName = 'MOBULA_BENCH_TRIAL';

export interface Process {
  readonly pid: number;
  /** Its arguments, separated by spaces. */
  readonly command: string;
}

/** The living processes of the trial with that mark, without this process. */
export function trialProcesses(mark: string): Process[] {
  const parents = new Map<number, number>();
  const marked = new Set<number>();
  for (const name of readdirSync('/proc')) {
    if (!/^\d+$/.test(name)) continue;
    const pid = Number(name);
    const stat = read(`/proc/${name}/stat`);
    // After the command in parentheses, which may hold anything: state, parent, ...
    const [state, parent] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    if (parent === undefined || state === 'Z') continue;
    parents.set(pid, Number(parent));
    if (`\0${read(`/proc/${name}/environ`)}`.includes(`\0${markName}=${mark}\0`)) marked.add(pid);
  }
  const belongs = (pid: number | undefined): boolean =>
    pid !== undefined && (marked.has(pid) || belongs(parents.get(pid)));
  return [...parents.keys()]
    .filter((pid) => pid !== process.pid && belongs(pid))
    .map((pid) => ({ pid, command: read(`/proc/${pid}/cmdline`).replaceAll('\0', ' ').trim() }));
}

/** Linux counts processor time in hundredths of a second for /proc, whatever its own clock is. */
const ticksASecond = 100;

/** Processor time that the living processes of this trial have used so far, this one included. Seconds. */
export function processorSeconds(): number {
  const pids = [process.pid, ...trialProcesses(process.env[markName] ?? '').map(({ pid }) => pid)];
  let ticks = 0;
  for (const pid of pids) {
    const stat = read(`/proc/${pid}/stat`);
    // From the state on: the 12th and 13th are ticks in user and in system mode.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    ticks += Number(fields[11] ?? 0) + Number(fields[12] ?? 0);
  }
  return ticks / ticksASecond;
}

function read(path: string): string {
  try {
    return readFileSync(path, 'latin1');
  } catch {
    return ''; // It has ended, or is another user's.
  }
}

/** Bytes under a key of a /proc file that counts in kB. */
function kilobyteField(path: string, key: string): number {
  const found = new RegExp(`^${key}:\\s+(\\d+) kB`, 'm').exec(readFileSync(path, 'latin1'));
  if (found === null) throw new Error(`${path} has no ${key}`);
  return Number(found[1]) * 1024;
}

/** Proportional set size: shared pages count in parts. Bytes. */
export function proportionalSize(pid: number | 'self'): number {
  return kilobyteField(`/proc/${pid}/smaps_rollup`, 'Pss');
}

/** What the process alone holds: heaps and stacks. Bytes. */
export function anonymousSize(pid: number | 'self'): number {
  return kilobyteField(`/proc/${pid}/status`, 'RssAnon');
}

/** Pages of shared memory that the process has touched. Bytes. */
export function sharedSize(pid: number | 'self'): number {
  return kilobyteField(`/proc/${pid}/status`, 'RssShmem');
}

/** A program that has printed its first line, and waits for its standard input to end. */
export interface Program {
  readonly firstLine: string;
  /** From before it was started until its first line was here, milliseconds. */
  readonly milliseconds: number;
  /** Ends its standard input and waits for it. */
  end(): Promise<void>;
}

export function startProgram(
  command: string,
  args: readonly string[],
  env: NodeJS.ProcessEnv = {},
): Promise<Program> {
  return new Promise((resolve, reject) => {
    const start = performance.now();
    const child = spawn(command, args, {
      stdio: ['pipe', 'pipe', 'inherit'],
      env: { ...process.env, ...env },
    });
    const ended = new Promise<void>((resolveEnd, rejectEnd) => {
      child.on('error', rejectEnd);
      child.on('exit', (code, signal) => {
        if (code === 0) resolveEnd();
        else rejectEnd(new Error(`${command} ${args.join(' ')} ended with ${signal ?? code}`));
      });
    });
    ended.then(() => reject(new Error(`${command} printed nothing`)), reject);
    const end = (): Promise<void> => {
      child.stdin.end();
      return ended;
    };
    createInterface(child.stdout).once('line', (firstLine) => {
      resolve({ firstLine, milliseconds: performance.now() - start, end });
    });
  });
}
