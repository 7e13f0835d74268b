import { appendFileSync, existsSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

/**
 * A folder through which a test and its tasks tell each other things, across processes and their deaths: notes, in the
 * order in which they were made, and gates that tasks wait at. Workers import this module, so it imports nothing of the
 * tests. Its path is a plain string: it is captured, or passed as an argument. The run's temporary folder, in which it
 * lies, is removed at the end.
 */
export type Board = string;

/** No task waits longer at a gate, milliseconds: a test that fails must not leave it there. */
const PATIENCE_MILLISECONDS = 25_000;
const POLL_MILLISECONDS = 2;

const boards: Board[] = [];

export function newBoard(): Board {
  const board = mkdtempSync(join(tmpdir(), 'board-'));
  boards.push(board);
  return board;
}

/** For `afterEach`: a test that failed leaves no task at a gate, in the way of the next test. */
export function openAllGates(): void {
  for (const board of boards.splice(0)) openGate(board, 'all');
}

/** Adds a line. One write in append mode: what several processes note at once stays whole and ordered. */
export function note(board: Board, text: string): void {
  appendFileSync(join(board, 'notes'), `${text}\n`);
}

export function notes(board: Board): string[] {
  const file = join(board, 'notes');
  return existsSync(file) ? readFileSync(file, 'utf8').split('\n').slice(0, -1) : [];
}

/** How many notes begin with the text. */
export function count(board: Board, text: string): number {
  return notes(board).filter((line) => line.startsWith(text)).length;
}

/** Numbers at the end of the notes that begin with the text: `numbers(board, 'pid')` of `pid 12` is [12]. */
export function numbers(board: Board, text: string): number[] {
  return notes(board)
    .filter((line) => line.startsWith(`${text} `))
    .map((line) => Number(line.slice(line.lastIndexOf(' ') + 1)));
}

export function openGate(board: Board, gate = 'open'): void {
  writeFileSync(join(board, `gate-${gate}`), '');
}

export function gateIsOpen(board: Board, gate = 'open'): boolean {
  return existsSync(join(board, `gate-${gate}`)) || existsSync(join(board, 'gate-all'));
}

/** Blocks the thread until the condition holds. */
export function blockUntil(condition: () => boolean, what = 'a condition'): void {
  const cell = new Int32Array(new SharedArrayBuffer(4));
  const deadline = Date.now() + PATIENCE_MILLISECONDS;
  while (!condition()) {
    if (Date.now() > deadline) throw new Error(`blocked in vain for ${what}`);
    Atomics.wait(cell, 0, 0, POLL_MILLISECONDS);
  }
}

/** Blocks the thread until the gate is open. */
export function blockAtGate(board: Board, gate = 'open'): void {
  blockUntil(() => gateIsOpen(board, gate), `the gate '${gate}'`);
}

/** Waits until the condition holds while the event loop goes on. */
export async function pollUntil(condition: () => boolean, what = 'a condition'): Promise<void> {
  const deadline = Date.now() + PATIENCE_MILLISECONDS;
  while (!condition()) {
    if (Date.now() > deadline) throw new Error(`polled in vain for ${what}`);
    await sleep(POLL_MILLISECONDS);
  }
}

/** Waits until the gate is open while the event loop goes on. */
export function waitAtGate(board: Board, gate = 'open'): Promise<void> {
  return pollUntil(() => gateIsOpen(board, gate), `the gate '${gate}'`);
}

/** Ends this process as nothing can prevent. */
export function killSelf(): never {
  process.kill(process.pid, 'SIGKILL');
  for (;;) blockUntil(() => false, 'my own death');
}

/** The most that were in at once: of the notes, `enter` counts one up and `leave` one down. */
export function mostAtOnce(lines: readonly string[], enter: string, leave: string): number {
  let now = 0;
  let most = 0;
  for (const line of lines) {
    if (line.startsWith(enter)) now++;
    if (line.startsWith(leave)) now--;
    most = Math.max(most, now);
  }
  return most;
}
