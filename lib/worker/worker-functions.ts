import type { MobulaError } from '../errors/index.js'

/** Weight of the newest run time in a function's mean. */
const MEAN_WEIGHT = 0.2

/** Turns a payload into a function; asynchronous because it may import modules. */
export type Revive = (payload: Uint8Array, hash: string) => Promise<(...args: unknown[]) => unknown>

/** A shipped function in this worker: being fetched, ready, or impossible (then calling it throws why). */
export class WorkerFunction {
  /** Smoothed run time, microseconds; 0 before the first. */
  meanMicroseconds = 0
  #callable: ((...args: unknown[]) => unknown) | undefined
  #waiting: (() => void)[] = []

  constructor(
    readonly hash: string,
    readonly name: string,
  ) {}

  get ready(): boolean {
    return this.#callable !== undefined
  }

  get callable(): (...args: unknown[]) => unknown {
    return this.#callable!
  }

  whenReady(act: () => void): void {
    this.#waiting.push(act)
  }

  ran(microseconds: number): void {
    const mean = this.meanMicroseconds
    this.meanMicroseconds = mean === 0 ? microseconds : mean + (microseconds - mean) * MEAN_WEIGHT
  }

  becomes(callable: (...args: unknown[]) => unknown): void {
    this.#callable = callable
    const waiting = this.#waiting
    this.#waiting = []
    for (const act of waiting) act()
  }
}

/** The functions of this worker by content hash: each is fetched and revived once. */
export class WorkerFunctions {
  readonly #byHash = new Map<string, WorkerFunction>()
  readonly #fetch: (hash: string) => void
  readonly #revive: Revive

  /** @param fetch asks the raylet; the answer comes through `arrived` or `failed` */
  constructor(fetch: (hash: string) => void, revive: Revive) {
    this.#fetch = fetch
    this.#revive = revive
  }

  get(hash: string, name: string): WorkerFunction {
    let fn = this.#byHash.get(hash)
    if (fn === undefined) {
      fn = new WorkerFunction(hash, name)
      this.#byHash.set(hash, fn)
      this.#fetch(hash)
    }
    return fn
  }

  arrived(hash: string, payload: Uint8Array): void {
    this.#revive(payload, hash).then(
      (callable) => this.#byHash.get(hash)?.becomes(callable),
      (error: unknown) => this.failed(hash, error),
    )
  }

  /** Tasks of the function fail with the reason; the next task of it tries again to get it. */
  failed(hash: string, reason: unknown): void {
    const fn = this.#byHash.get(hash)
    this.#byHash.delete(hash)
    fn?.becomes(() => {
      throw reason as MobulaError
    })
  }
}
