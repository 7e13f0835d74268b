import { setTimeout as sleep } from 'node:timers/promises';
import { ObjectStoreFullError } from '../errors/index.js';
import { CollectRequestT, FrameType } from '../protocol/generated/protocol.js';
import { ERROR_FLAG, ObjectState, ownCopy } from '../runtime/object-values.js';
import { type Runtime, STORE_FULL_MILLISECONDS } from '../runtime/runtime.js';

/** A full store is tried again so often. */
const RETRY_MILLISECONDS = 5;
/** So often everybody is asked again to drop what is not needed. */
const COLLECT_MILLISECONDS = 1000;

/**
 * What `attempt` gives once the store has room. A gateway may not block, as `values.waitForSpace` does: the other nodes would take
 * its silence for its death.
 * @param attempt undefined while the store is full
 * @param evict drops the copies that this process keeps
 * @returns the result itself when there is room at once
 * @throws ObjectStoreFullError, also as a rejection, when it can never fit or there is no room for too long; why the runtime has ended
 */
export function roomFor<T>(
  runtime: Runtime,
  bytes: number,
  attempt: () => T | undefined,
  evict: () => void,
): T | Promise<T> {
  return tried(runtime, bytes, attempt) ?? wait(runtime, bytes, attempt, evict);
}

async function wait<T>(
  runtime: Runtime,
  bytes: number,
  attempt: () => T | undefined,
  evict: () => void,
): Promise<T> {
  const begin = performance.now();
  let collectAt = begin;
  for (;;) {
    const now = performance.now();
    if (now >= collectAt) {
      collectAt = now + COLLECT_MILLISECONDS;
      evict();
      runtime.values.collect();
      runtime.send(FrameType.CollectRequest, new CollectRequestT(bytes));
      runtime.flushRaylet();
    }
    const result = tried(runtime, bytes, attempt);
    if (result !== undefined) return result;
    const waited = performance.now() - begin;
    if (waited >= STORE_FULL_MILLISECONDS) throw runtime.values.noRoom(bytes, waited);
    await sleep(RETRY_MILLISECONDS);
    if (runtime.ended !== undefined) throw runtime.ended;
  }
}

function tried<T>(runtime: Runtime, bytes: number, attempt: () => T | undefined): T | undefined {
  try {
    return attempt();
  } catch (error) {
    if ((error as { code?: string }).code === ObjectStoreFullError.code) throw runtime.values.noRoom(bytes);
    throw error;
  }
}

/**
 * Makes the error that of all these pending objects, the returns of one task, as `Runtime.seal` does; without blocking.
 * @param evict see {@link roomFor}
 * @returns resolves when that is done, or the runtime has ended
 */
export async function sealError(
  runtime: Runtime,
  handles: readonly number[],
  attempt: number,
  error: unknown,
  evict: () => void,
): Promise<void> {
  const { store, values } = runtime;
  const { bytes, start, end, buffers, contained } = ownCopy(values.encodeError(error));
  const draft = (): number | undefined =>
    store.draft(bytes, start, end, buffers, contained, ERROR_FLAG) || undefined;
  const drafts: number[] = [];
  let hasRoom = true;
  try {
    for (const _ of handles) drafts.push(await roomFor(runtime, end, draft, evict));
  } catch {
    hasRoom = false;
    for (const each of drafts) store.abort(each);
  }
  if (runtime.ended !== undefined) return;
  if (hasRoom) {
    if (store.complete(handles, drafts, attempt) === 1) runtime.objectsReady(handles);
    return;
  }
  // Not even for an error: gone is an answer too.
  for (const handle of handles) if (store.state(handle) === ObjectState.Pending) store.free(handle);
  runtime.objectsReady(handles);
}

/** Bounds what objects on their way here take in memory. The first comes first; one at least always has leave. */
export class MemoryInFlight {
  readonly #most: number;
  #used = 0;
  readonly #waiting: { bytes: number; admit(): void }[] = [];

  constructor(mostBytes: number) {
    this.#most = mostBytes;
  }

  /** Resolves when there is leave for so many bytes, which have to be given back. */
  acquire(bytes: number): Promise<void> {
    return new Promise((admit) => {
      this.#waiting.push({ bytes, admit });
      this.#admit();
    });
  }

  release(bytes: number): void {
    this.#used -= bytes;
    this.#admit();
  }

  #admit(): void {
    for (;;) {
      const [next] = this.#waiting;
      if (next === undefined || (this.#used > 0 && this.#used + next.bytes > this.#most)) return;
      this.#waiting.shift();
      this.#used += next.bytes;
      next.admit();
    }
  }
}
