import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, openSync, readFileSync } from 'node:fs';
import type { Writable } from 'node:stream';
import { type RayletConfig, READY_DESCRIPTOR } from '../protocol/startup.js';
import { programFile } from '../store/package-files.js';
import { CommandFailure } from './failure.js';

/** A node is ready in a fraction of a second. */
const START_MILLISECONDS = 60_000;
/** Characters of a log that are shown. */
const LOG_TAIL = 4000;

/** What a new node is started with beside its configuration. */
export interface NodeProcessOptions {
  /** File for what the raylet prints; it is begun anew. */
  readonly logFile: string;
  /** A stream that the raylet holds open until it ends, and does nothing with. */
  readonly held?: Writable | undefined;
}

/**
 * Starts a raylet that outlives this process and its terminal. Resolves when drivers can attach to it.
 * @throws CommandFailure with what it printed, when it ends before
 */
export async function startNode(config: RayletConfig, options: NodeProcessOptions): Promise<ChildProcess> {
  const { logFile, held } = options;
  const log = openSync(logFile, 'w', 0o600);
  // Flags meant for this command are none of the node's; the environment may be inherited, as each driver brings its own.
  const { NODE_OPTIONS: _, ...environment } = process.env;
  const child = spawn(process.execPath, [programFile('raylet')], {
    stdio: ['pipe', log, log, 'pipe', ...(held === undefined ? [] : [held])],
    detached: true,
    // No folder is kept from being removed.
    cwd: '/',
    env: environment,
  });
  closeSync(log);
  // Why it ended is in its log.
  child.stdin!.on('error', () => undefined);
  child.stdin!.end(`${JSON.stringify(config)}\n`);
  const ready = child.stdio[READY_DESCRIPTOR] as NodeJS.ReadableStream & { destroy(): void };
  let timer: NodeJS.Timeout | undefined;
  await new Promise<void>((resolve, reject) => {
    timer = setTimeout(() => {
      child.kill('SIGKILL');
      reject(
        new CommandFailure(`the node was not ready after ${START_MILLISECONDS / 1000} s, and was killed.`),
      );
    }, START_MILLISECONDS);
    ready.once('data', () => resolve());
    child.once('error', (error) =>
      reject(new CommandFailure(`the node cannot be started: ${error.message}`)),
    );
    child.once('exit', () => {
      const printed = readFileSync(logFile, 'utf8').trim().slice(-LOG_TAIL);
      reject(new CommandFailure(`the node ended before it was ready. ${printed || 'It printed nothing.'}`));
    });
  }).finally(() => clearTimeout(timer));
  ready.destroy();
  return child;
}
