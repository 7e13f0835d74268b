import type { MobulaError } from '../errors/index.js';
import { smoothed } from '../runtime/smoothed.js';

/** Turns a payload into a function; asynchronous because it may import modules. */
export type Revive = (payload: Uint8Array, hash: string) => Promise<(...args: unknown[]) => unknown>;

/** What was shipped under one content hash: being fetched, ready, or impossible (then calling it throws why). */
class ShippedCode {
  callable: ((...args: unknown[]) => unknown) | undefined;
  waiting: (() => void)[] = [];
  /** The remote functions that it is the code of; they differ in their name. */
  readonly byName = new Map<string, WorkerFunction>();

  becomes(callable: (...args: unknown[]) => unknown): void {
    this.callable = callable;
    const waiting = this.waiting;
    this.waiting = [];
    for (const act of waiting) act();
  }
}

/** A remote function in this worker. */
export class WorkerFunction {
  /** Smoothed run time, microseconds; 0 before the first. */
  meanMicroseconds = 0;
  readonly #code: ShippedCode;

  constructor(
    code: ShippedCode,
    readonly hash: string,
    readonly name: string,
  ) {
    this.#code = code;
  }

  get ready(): boolean {
    return this.#code.callable !== undefined;
  }

  get callable(): (...args: unknown[]) => unknown {
    return this.#code.callable!;
  }

  whenReady(act: () => void): void {
    this.#code.waiting.push(act);
  }

  ran(microseconds: number): void {
    this.meanMicroseconds = smoothed(this.meanMicroseconds, microseconds);
  }
}

/** The functions of this worker by content hash: each is fetched and revived once, whatever names options gave it. */
export class WorkerFunctions {
  readonly #byHash = new Map<string, ShippedCode>();
  readonly #fetch: (hash: string) => void;
  readonly #revive: Revive;

  /** @param fetch asks the raylet; the answer comes through `arrived` or `failed` */
  constructor(fetch: (hash: string) => void, revive: Revive) {
    this.#fetch = fetch;
    this.#revive = revive;
  }

  get(hash: string, name: string): WorkerFunction {
    let code = this.#byHash.get(hash);
    if (code === undefined) {
      code = new ShippedCode();
      this.#byHash.set(hash, code);
      this.#fetch(hash);
    }
    let fn = code.byName.get(name);
    if (fn === undefined) {
      fn = new WorkerFunction(code, hash, name);
      code.byName.set(name, fn);
    }
    return fn;
  }

  arrived(hash: string, payload: Uint8Array): void {
    this.#revive(payload, hash).then(
      (callable) => this.#byHash.get(hash)?.becomes(callable),
      (error: unknown) => this.failed(hash, error),
    );
  }

  /** Tasks of the function fail with the reason; the next task of it tries again to get it. */
  failed(hash: string, reason: unknown): void {
    const code = this.#byHash.get(hash);
    this.#byHash.delete(hash);
    code?.becomes(() => {
      throw reason as MobulaError;
    });
  }
}
