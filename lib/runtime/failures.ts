import { TaskError } from '../errors/index.js';
import type { NativeStore } from '../store/native.js';
import { ObjectState, type ObjectValues, StoredFailure } from './object-values.js';
import type { Task } from './task.js';

/** Failed tasks that are remembered until somebody reads them or drops their refs. */
const MOST_FAILURES = 10_000;

interface Failure {
  readonly name: string;
  readonly callSite: { stack?: string } | undefined;
  read: boolean;
}

/**
 * What this process knows of its failed tasks beyond what the store has: the place of the call, and whether anybody ever
 * looked. A failure that nobody looked at is printed once, when its last ref is dropped.
 */
export class Failures {
  readonly #store: NativeStore;
  readonly #values: ObjectValues;
  readonly #log: (text: string) => void;
  readonly #byHandle = new Map<number, Failure>();

  constructor(store: NativeStore, values: ObjectValues, log: (text: string) => void) {
    this.#store = store;
    this.#values = values;
    this.#log = log;
  }

  add(handle: number, task: Task): void {
    if (this.#byHandle.size >= MOST_FAILURES) {
      const [oldest] = this.#byHandle.keys();
      this.#byHandle.delete(oldest!);
      this.#store.unwatchDrop(oldest!);
    }
    if (task.cancelled || this.#store.state(handle) !== ObjectState.Error) return;
    this.#byHandle.set(handle, { name: task.fn.name, callSite: task.callSite, read: false });
    this.#store.watchDrop(handle);
  }

  /** The error as the reader gets it: a TaskError shows the place of the call as well. */
  read(handle: number, error: unknown): unknown {
    const failure = this.#byHandle.get(handle);
    if (failure === undefined) return error;
    failure.read = true;
    const frames = framesOf(failure.callSite);
    if (error instanceof TaskError && frames !== '') error.appendCaller(frames);
    return error;
  }

  /** The last refs to these failed results were dropped. */
  dropped(handles: Float64Array | undefined): void {
    if (handles === undefined) return;
    for (const handle of handles) {
      const failure = this.#byHandle.get(handle);
      this.#byHandle.delete(handle);
      if (failure !== undefined && !failure.read) {
        this.#log(
          `task '${failure.name}' failed, and its result was dropped unread:\n${this.#describe(handle, failure)}`,
        );
      }
      // The store kept the object for this.
      this.#store.release(handle);
    }
  }

  /** The error that this object is. */
  errorOf(handle: number): unknown {
    try {
      this.#values.read(handle, 0);
    } catch (thrown) {
      return thrown instanceof StoredFailure ? thrown.error : thrown;
    }
    return undefined;
  }

  #describe(handle: number, failure: Failure): string {
    const error = this.errorOf(handle);
    const text = error instanceof Error ? String(error.stack) : String(error);
    const frames = framesOf(failure.callSite);
    return frames === '' ? text : `${text}\n${frames}`;
  }
}

/** The `    at ...` lines of a captured call site. */
function framesOf(callSite: { stack?: string } | undefined): string {
  const stack = callSite?.stack;
  if (typeof stack !== 'string') return '';
  const first = stack.indexOf('\n');
  return first < 0 ? '' : stack.slice(first + 1);
}
