import { setTimeout as sleep } from 'node:timers/promises';
import type { ControlStore, FunctionRecord } from '../control/control-store.js';

/** A worker may hear of a function before its export arrives here, on another socket; so long it is waited for. */
const EXPORT_MILLISECONDS = 5000;
/** A file of a program may be large, and come from another node. */
const FILE_MILLISECONDS = 60_000;
/** Another node's export shows in the control store only, which is looked into this often. */
const LOOK_MILLISECONDS = 100;
/** Hashes remembered as refused; a job with more of them waits in vain for the older ones. */
const MOST_REFUSED_OF_A_JOB = 10_000;
/** Jobs of which that is remembered: one that has ended may still send exports, which are refused too. */
const MOST_REFUSED_JOBS = 1000;

type Answer = (fn: FunctionRecord | undefined) => void;

/**
 * The functions of the jobs, by content hash: exported once by a submitter, fetched once by each worker. A job sees only what it
 * exported itself.
 */
export class FunctionDirectory {
  readonly #control: ControlStore;
  /** By job and hash. */
  readonly #waiting = new Map<string, Set<Answer>>();
  /** By job: what the control store did not keep. */
  readonly #refused = new Map<string, Set<string>>();
  /** By job and hash: what functions refer to. */
  readonly #held = new Map<string, Map<string, readonly number[]>>();

  constructor(control: ControlStore) {
    this.#control = control;
  }

  /** @param held handles of the objects of this node that its payload refers to */
  add(job: string, fn: FunctionRecord, held: readonly number[] = []): void {
    if (held.length > 0) this.#hold(job, fn.hash, held);
    const kept = this.#control.addFunction(job, fn);
    if (!kept) this.#refuse(job, fn.hash);
    for (const answer of this.#waiting.get(key(job, fn.hash)) ?? []) answer(kept ? fn : undefined);
  }

  /** Undefined when the job did not export the function in time, and at once when it was refused. */
  async fetch(hash: string, job: string): Promise<FunctionRecord | undefined> {
    const deadline = performance.now() + (isFile(hash) ? FILE_MILLISECONDS : EXPORT_MILLISECONDS);
    const done = new AbortController();
    try {
      return await Promise.race([
        this.#exported(hash, job, done.signal),
        this.#stored(hash, job, deadline, done.signal),
      ]);
    } finally {
      done.abort();
    }
  }

  heldBy(hash: string, job: string): readonly number[] {
    return this.#held.get(job)?.get(hash) ?? [];
  }

  /** The job has no functions any more, and exports none. */
  jobEnded(job: string): void {
    this.#refused.delete(job);
    this.#held.delete(job);
  }

  /** What {@link add} is given, from now on until `signal`. */
  #exported(hash: string, job: string, signal: AbortSignal): Promise<FunctionRecord | undefined> {
    return new Promise((resolve) => {
      const at = key(job, hash);
      const waiting = this.#waiting.get(at) ?? new Set();
      this.#waiting.set(at, waiting.add(resolve));
      signal.addEventListener('abort', () => {
        waiting.delete(resolve);
        if (waiting.size === 0 && this.#waiting.get(at) === waiting) this.#waiting.delete(at);
      });
    });
  }

  async #stored(
    hash: string,
    job: string,
    deadline: number,
    signal: AbortSignal,
  ): Promise<FunctionRecord | undefined> {
    while (!signal.aborted) {
      if (this.#refused.get(job)?.has(hash)) return undefined;
      // A control store that cannot be reached now may be in a moment.
      const fn = await this.#control.functionOf(hash, isFile(hash) ? undefined : job).catch(() => undefined);
      if (fn !== undefined || performance.now() > deadline) return fn;
      await sleep(LOOK_MILLISECONDS, undefined, { signal, ref: false }).catch(() => {});
    }
    return undefined;
  }

  #hold(job: string, hash: string, held: readonly number[]): void {
    const ofJob = this.#held.get(job) ?? new Map<string, readonly number[]>();
    this.#held.set(job, ofJob.set(hash, held));
  }

  #refuse(job: string, hash: string): void {
    let refused = this.#refused.get(job);
    if (refused === undefined) {
      refused = new Set();
      this.#refused.set(job, refused);
      if (this.#refused.size > MOST_REFUSED_JOBS) this.#refused.delete(this.#refused.keys().next().value!);
    }
    refused.add(hash);
    if (refused.size > MOST_REFUSED_OF_A_JOB) refused.delete(refused.values().next().value!);
  }
}

/**
 * Files of programs stand beside the functions. They belong to the job that exported them, which has another name on each
 * node, so whoever can name the content gets it.
 */
function isFile(hash: string): boolean {
  return hash.startsWith('file-');
}

function key(job: string, hash: string): string {
  return `${job}/${hash}`;
}
