import { type ChildProcess, spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import {
  CODE_VARIABLE,
  RAYLET_SOCKET_VARIABLE,
  rayletSocket,
  WORKER_NUMBER_VARIABLE,
  type WorkerCode,
  type WorkerCommand,
} from '../protocol/startup.js';
import { OutputLines } from './output-lines.js';

const PAGE_BYTES = 4096;
/** The pipes of a dead process may be held open by others; its last words are waited for this long, milliseconds. */
const LAST_WORDS_MILLISECONDS = 100;

/** How a worker process ended. */
export interface WorkerEnd {
  readonly worker: number;
  readonly pid: number;
  readonly exitCode: number | undefined;
  readonly signal: string | undefined;
  /** Its last lines on stderr. */
  readonly stderr: string;
  /** Resident bytes when last seen. */
  readonly memory: number | undefined;
}

export interface WorkerProcessEvents {
  output(worker: number, pid: number, name: string, stderr: boolean, text: string): void;
  exited(end: WorkerEnd): void;
}

interface WorkerProcess {
  readonly child: ChildProcess;
  readonly stderr: OutputLines;
  memory: number | undefined;
}

/** Starts, watches and kills the worker processes of a node. Each leads a process group, and is killed with it. */
export class WorkerProcesses {
  readonly #directory: string;
  readonly #events: WorkerProcessEvents;
  readonly #processes = new Map<number, WorkerProcess>();

  /** @param directory of the node's sockets */
  constructor(directory: string, events: WorkerProcessEvents) {
    this.#directory = directory;
    this.#events = events;
  }

  get size(): number {
    return this.#processes.size;
  }

  pidOf(worker: number): number | undefined {
    return this.#processes.get(worker)?.child.pid;
  }

  /** A process that cannot be started reports its end like any other. */
  start(worker: number, command: WorkerCommand, code: WorkerCode | undefined): void {
    const child = spawn(command.execPath, [...command.execArgv, command.script], {
      cwd: command.cwd,
      env: {
        ...command.environment,
        [WORKER_NUMBER_VARIABLE]: String(worker),
        [RAYLET_SOCKET_VARIABLE]: rayletSocket(this.#directory),
        ...(code === undefined ? {} : { [CODE_VARIABLE]: JSON.stringify(code) }),
      },
      stdio: ['ignore', 'pipe', 'pipe'],
      // Its own session and group: Ctrl-C is the driver's alone, and what tasks start is killed with the group.
      detached: true,
    });
    const { pid } = child;
    const lines = (stderr: boolean): OutputLines =>
      new OutputLines('worker', (name, text) => this.#events.output(worker, pid ?? 0, name, stderr, text));
    const stdout = lines(false);
    const process: WorkerProcess = { child, stderr: lines(true), memory: undefined };
    this.#processes.set(worker, process);
    child.stdout!.on('data', (chunk: Uint8Array) => stdout.push(chunk));
    child.stderr!.on('data', (chunk: Uint8Array) => process.stderr.push(chunk));

    let ended = false;
    const end = (exitCode: number | null, signal: string | null, reason?: Error): void => {
      if (ended) return;
      ended = true;
      stdout.end();
      process.stderr.end();
      this.#processes.delete(worker);
      this.#events.exited({
        worker,
        pid: pid ?? 0,
        exitCode: exitCode ?? undefined,
        signal: signal ?? undefined,
        stderr: reason === undefined ? process.stderr.tail : reason.message,
        memory: process.memory,
      });
    };
    child.on('error', (error) => {
      if (pid === undefined) end(null, null, error);
    });
    child.on('exit', (exitCode, signal) => {
      if (pid !== undefined) killGroup(pid);
      const timer = setTimeout(() => end(exitCode, signal), LAST_WORDS_MILLISECONDS);
      child.on('close', () => {
        clearTimeout(timer);
        end(exitCode, signal);
      });
    });
  }

  /** Ends the process and all that its tasks started. */
  kill(worker: number): void {
    const pid = this.pidOf(worker);
    if (pid !== undefined) killGroup(pid);
  }

  killAll(): void {
    for (const worker of this.#processes.keys()) this.kill(worker);
  }

  /** Notes how much memory each process has: once it is dead nobody can tell. */
  sampleMemory(): void {
    for (const process of this.#processes.values()) {
      try {
        const fields = readFileSync(`/proc/${process.child.pid}/statm`, 'latin1').split(' ');
        process.memory = Number(fields[1]) * PAGE_BYTES;
      } catch {
        // It is gone; the last sample stands.
      }
    }
  }
}

function killGroup(pid: number): void {
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // The whole group is gone already.
  }
}
