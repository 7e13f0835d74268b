import { mkdtempSync, readdirSync, readFileSync, readlinkSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { until } from './poll.js';

/**
 * Finds what a run leaves behind: processes, session folders, shared memory. Two things make the search exact while
 * other runs go on beside it: every process of this run carries a mark in its environment (a detached grandchild keeps
 * it when its parent is gone), and this run has a temporary folder of its own.
 */
const markName = 'MOBULA_TEST_RUN';

interface Process {
  pid: number;
  parent: number;
  command: string;
}

/** Marks this process and all that it will start, and gives them a temporary folder, which is removed at exit. */
export function markThisRun(): void {
  process.env[markName] = `${process.pid}.${Date.now()}`;
  // Short, because unix socket paths below it may have only 107 bytes.
  const folder = mkdtempSync(join(tmpdir(), 'mt-'));
  process.env.TMPDIR = folder;
  process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
}

/** What exists now, one line each, beside this process itself. Compare two of them with {@link waitUntilGone}. */
export function snapshot(): Set<string> {
  const mark = process.env[markName];
  if (mark === undefined) throw new Error('markThisRun() was not called');
  return new Set([...ourProcesses(mark).map(describeProcess), ...sessionFolders(), ...ownMemoryFiles()]);
}

/**
 * Waits until everything that was not there `before` is gone, and gives back what stays, or an empty list. Ending is
 * asynchronous by nature (a killed process is reaped, a mapping is collected), so it has `timeout` milliseconds.
 */
export async function waitUntilGone(before: ReadonlySet<string>, timeout = 10_000): Promise<string[]> {
  let left: string[] = [];
  const nothingNew = () => {
    left = [...snapshot()].filter((line) => !before.has(line));
    return left.length === 0;
  };
  const nothingNewAfterCollection = () => {
    globalThis.gc?.(); // Descriptors and views may be closed by finalizers.
    return nothingNew();
  };
  if (nothingNew()) return [];
  try {
    await until(nothingNewAfterCollection, { timeout, what: 'the end of what the run started' });
  } catch {
    return left;
  }
  return [];
}

/** Ends the processes of this run that are left, so that one file's leftovers do not spoil the next file. */
export function killLeftProcesses(before: ReadonlySet<string>): void {
  const mark = process.env[markName];
  if (mark === undefined) return;
  for (const left of ourProcesses(mark)) {
    if (before.has(describeProcess(left))) continue;
    try {
      process.kill(left.pid, 'SIGKILL');
    } catch {
      // It ended in between.
    }
  }
}

function describeProcess({ pid, command }: Process): string {
  return `process ${pid}: ${command}`;
}

/** Processes with this run's mark, and the descendants of this process whose environment was replaced. */
function ourProcesses(mark: string): Process[] {
  const all = new Map<number, Process>();
  const marked = new Set<number>([process.pid]);
  for (const name of readdirSync('/proc')) {
    if (!/^\d+$/.test(name)) continue;
    const stat = tryRead(`/proc/${name}/stat`);
    // After the command in parentheses, which may hold anything: state, parent, ...
    const [state, parent] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    if (state === undefined || state === '' || state === 'Z' || state === 'X') continue;
    const pid = Number(name);
    const command = tryRead(`/proc/${name}/cmdline`).replaceAll('\0', ' ').trim();
    all.set(pid, { pid, parent: Number(parent), command });
    if (tryRead(`/proc/${name}/environ`).includes(`${markName}=${mark}\0`)) marked.add(pid);
  }
  const isOurs = (entry: Process): boolean => {
    for (let at: Process | undefined = entry; at !== undefined; at = all.get(at.parent)) {
      if (marked.has(at.pid)) return true;
    }
    return false;
  };
  return [...all.values()].filter((entry) => entry.pid !== process.pid && isOurs(entry));
}

function sessionFolders(): string[] {
  return readdirSync(tmpdir())
    .filter((name) => name.startsWith('mobula-'))
    .map((name) => `folder ${join(tmpdir(), name)}`);
}

/** Descriptors of shared memory that this process holds; those of other processes end with them. */
function ownMemoryFiles(): string[] {
  const found: string[] = [];
  for (const descriptor of readdirSync('/proc/self/fd')) {
    const target = tryReadLink(`/proc/self/fd/${descriptor}`);
    if (target.startsWith('/memfd:mobula')) found.push(`descriptor ${descriptor} of ${target}`);
  }
  return found;
}

function tryRead(path: string): string {
  try {
    return readFileSync(path, 'latin1');
  } catch {
    return ''; // The process has ended, or is not ours to look into.
  }
}

function tryReadLink(path: string): string {
  try {
    return readlinkSync(path);
  } catch {
    return '';
  }
}
