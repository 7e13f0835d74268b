import { type ChildProcess, spawn } from 'node:child_process';
import { GATEWAY_ALLOCATOR, type GatewayConfig } from '../protocol/startup.js';
import { programFile } from '../store/package-files.js';

/** A gateway that ended is started again after so long; one that cannot work is not started in a loop. */
const AGAIN_MILLISECONDS = 1000;

/** Starts the gateway of a node, and starts it again should it die. */
export class GatewayProcess {
  readonly #config: Omit<GatewayConfig, 'start'>;
  readonly #onExit: () => void;
  #child: ChildProcess | undefined;
  #again: NodeJS.Timeout | undefined;
  #stopped = false;
  #starts = 0;

  /** @param onExit after each end of the process */
  constructor(config: Omit<GatewayConfig, 'start'>, onExit: () => void) {
    this.#config = config;
    this.#onExit = onExit;
  }

  get pid(): number | undefined {
    return this.#child?.pid;
  }

  get running(): boolean {
    return this.#child !== undefined;
  }

  start(): void {
    // What it says goes where the raylet's words go.
    const child = spawn(process.execPath, [programFile('gateway')], {
      stdio: ['pipe', 'ignore', 'inherit'],
      detached: true,
      env: { ...process.env, ...GATEWAY_ALLOCATOR },
    });
    this.#child = child;
    // A gateway that dies at once closes the pipe.
    child.stdin!.on('error', () => undefined);
    child.stdin!.write(`${JSON.stringify({ ...this.#config, start: ++this.#starts })}\n`);
    const ended = (): void => {
      if (this.#child !== child) return;
      this.#child = undefined;
      if (!this.#stopped) this.#again = setTimeout(() => this.start(), AGAIN_MILLISECONDS);
      this.#onExit();
    };
    child.on('error', ended);
    child.on('exit', ended);
  }

  /** Lets it leave the cluster in order: it goes when its stdin ends, and in any case with the raylet. */
  stop(): void {
    this.#stopped = true;
    clearTimeout(this.#again);
    this.#child?.stdin?.end();
  }
}
