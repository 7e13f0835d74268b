import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { RayletDiedError } from '../errors/index.js';
import { prepareCapture } from '../functions/index.js';
import { type RayletConfig, READY_DESCRIPTOR } from '../protocol/startup.js';
import { programFile } from '../store/package-files.js';

const TAIL_BYTES = 8192;

/** The path of a folder for the node's sockets. The raylet makes it, who also removes it. */
export function newDirectory(): string {
  const name = `mobula-${process.pid}-${randomBytes(4).toString('hex')}`;
  // A socket's path has at most 107 bytes; a worker's is the longest of them.
  const parent = Buffer.byteLength(join(tmpdir(), name)) < 80 ? tmpdir() : '/tmp';
  return join(parent, name);
}

/** The raylet as a child process of this driver, which ends with it. */
export class OwnRaylet {
  readonly directory: string;
  readonly pid: number;
  readonly #child: ChildProcess;
  #stderr = '';
  #end: { exitCode: number | undefined; signal: string | undefined } | undefined;
  readonly #exited: Promise<void>;

  private constructor(config: RayletConfig) {
    this.directory = config.directory;
    const { NODE_OPTIONS: _, ...environment } = process.env;
    this.#child = spawn(process.execPath, [programFile('raylet')], {
      // Its stdin ends when this process does, at whatever moment.
      stdio: ['pipe', 'ignore', 'pipe', 'pipe'],
      // Its own group: Ctrl-C is the driver's alone.
      detached: true,
      env: environment,
    });
    this.pid = this.#child.pid ?? 0;
    // How it ended is told by its exit.
    this.#child.stdin!.on('error', () => undefined);
    this.#child.stdin!.write(`${JSON.stringify(config)}\n`);
    this.#child.stderr!.on('data', (chunk: Buffer) => {
      this.#stderr = (this.#stderr + chunk.toString()).slice(-TAIL_BYTES);
    });
    this.#exited = new Promise((resolve) => {
      this.#child.once('exit', (exitCode, signal) => {
        this.#end = { exitCode: exitCode ?? undefined, signal: signal ?? undefined };
        // It removes its folder itself, unless it was killed.
        rmSync(this.directory, { recursive: true, force: true });
        resolve();
      });
    });
  }

  /** Resolves when the raylet accepts connections. */
  static async start(config: RayletConfig): Promise<OwnRaylet> {
    const raylet = new OwnRaylet(config);
    const child = raylet.#child;
    const ready = child.stdio[READY_DESCRIPTOR] as NodeJS.ReadableStream & { unref?(): void };
    const started = new Promise<void>((resolve, reject) => {
      ready.once('data', () => resolve());
      child.once('error', reject);
      void raylet.#exited.then(async () => reject(await raylet.death()));
    });
    // The first remote call needs it; here the raylet is being waited for anyway.
    prepareCapture();
    await started;
    // A program that is through ends, whether or not it called shutdown.
    child.unref();
    for (const stream of [child.stdin, child.stderr, ready]) (stream as { unref?(): void }).unref?.();
    return raylet;
  }

  /** Resolves when the process is gone. */
  async ended(): Promise<void> {
    this.#child.ref();
    await this.#exited;
  }

  /** How it ended, once its socket has closed. */
  async death(): Promise<RayletDiedError> {
    await this.ended();
    return new RayletDiedError({ pid: this.pid, ...this.#end }, this.#stderr);
  }
}
