import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { RayletDiedError, ShutdownError } from '../errors/index.js';
import { prepareCapture } from '../functions/index.js';
import { readTable } from '../protocol/frames.js';
import { ClientKind, FrameType, Output } from '../protocol/generated/protocol.js';
import { PROGRAM_VARIABLE, type RayletConfig, READY_DESCRIPTOR, rayletSocket } from '../protocol/startup.js';
import { RayletLink } from '../runtime/raylet-link.js';
import { Runtime } from '../runtime/runtime.js';
import { Shipping } from '../runtime/shipping.js';
import { NO_TASKS } from '../runtime/task-context.js';
import { VERSION } from '../runtime/version.js';
import { programFile } from '../store/package-files.js';
import { defaultCpus, defaultStoreMemory } from './limits.js';
import type { InitOptions, RemoteOptions } from './options.js';
import { printOutput } from './output.js';
import { createRemote } from './remote.js';
import { type Membership, session } from './session.js';
import { workerExecArgv, workerNodeOptions } from './worker-flags.js';

const TAIL_BYTES = 8192;

/** Starts a raylet of this process's own and joins it as a driver. */
export async function startDriver(options: InitOptions): Promise<{
  membership: Membership;
  node: { id: string; numCpus: number; objectStoreMemory: number; rayletPid: number };
}> {
  const numCpus = options.numCpus ?? defaultCpus();
  const resources = { CPU: numCpus, ...options.resources };
  const raylet = await RayletProcess.start({
    directory: newDirectory(),
    version: VERSION,
    resources,
    objectStoreMemory: options.objectStoreMemory ?? defaultStoreMemory(),
    ownerPid: process.pid,
    worker: {
      execPath: process.execPath,
      execArgv: workerExecArgv(process.execArgv),
      script: programFile('worker'),
      cwd: process.cwd(),
      environment: {
        ...(process.env as Record<string, string>),
        NODE_OPTIONS: workerNodeOptions(process.env['NODE_OPTIONS'] ?? ''),
        ...(process.argv[1] === undefined ? {} : { [PROGRAM_VARIABLE]: process.argv[1] }),
      },
    },
  });
  const [link, admission] = await RayletLink.connect(rayletSocket(raylet.directory), {
    version: VERSION,
    kind: ClientKind.Driver,
    worker: 0,
    name: basename(process.argv[1] ?? 'node'),
    logToDriver: options.logToDriver ?? true,
  });
  const shipping = new Shipping(admission.store, process.argv[1], session.serializers, (fn, remoteOptions) =>
    createRemote(fn as (...args: unknown[]) => unknown, remoteOptions as RemoteOptions),
  );
  const runtime = new Runtime(link, admission, shipping.codec, {
    contexts: NO_TASKS,
    ownWorker: 0,
    ownTarget: undefined,
    resources,
    onFrame: (type, bytes, start) => {
      if (type === FrameType.Output) printOutput(readTable(Output.getRootAsOutput, bytes, start));
    },
    onDrained: () => undefined,
    onRayletDied: () => undefined,
    describeRayletEnd: () => raylet.death(),
    log: (text) => process.stderr.write(`mobula: ${text}\n`),
  });
  shipping.attach(runtime);
  const shutdown = async (): Promise<void> => {
    runtime.end(new ShutdownError('mobula.get'));
    runtime.goodbye();
    await raylet.ended();
    runtime.close();
  };
  return {
    membership: { runtime, shipping, contexts: NO_TASKS, shutdown },
    node: {
      id: String(admission.welcome.node),
      numCpus,
      objectStoreMemory: admission.store.arenaBytes,
      rayletPid: raylet.pid,
    },
  };
}

/** The path of a folder for the node's sockets. The raylet makes it, who also removes it. */
function newDirectory(): string {
  const name = `mobula-${process.pid}-${randomBytes(4).toString('hex')}`;
  // A socket's path has at most 107 bytes; a worker's is the longest of them.
  const parent = Buffer.byteLength(join(tmpdir(), name)) < 80 ? tmpdir() : '/tmp';
  return join(parent, name);
}

/** The raylet as a child process of this driver. */
class RayletProcess {
  readonly directory: string;
  readonly pid: number;
  readonly #child: ChildProcess;
  #stderr = '';
  #end: { exitCode: number | undefined; signal: string | undefined } | undefined;
  readonly #exited: Promise<void>;

  private constructor(config: RayletConfig) {
    this.directory = config.directory;
    const { NODE_OPTIONS: _, ...environment } = process.env;
    this.#child = spawn(process.execPath, [programFile('raylet'), JSON.stringify(config)], {
      // Its stdin ends when this process does, at whatever moment.
      stdio: ['pipe', 'ignore', 'pipe', 'pipe'],
      // Its own group: Ctrl-C is the driver's alone.
      detached: true,
      env: environment,
    });
    this.pid = this.#child.pid ?? 0;
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
  static async start(config: RayletConfig): Promise<RayletProcess> {
    const raylet = new RayletProcess(config);
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
