import { AsyncLocalStorage } from 'node:async_hooks';
import { types } from 'node:util';
import type { TaskContext, TaskContexts } from '../runtime/task-context.js';

/**
 * Tells which task the running code belongs to.
 *
 * A synchronous function needs no more than a variable. AsyncLocalStorage makes every await of the process slower (three
 * times on Node 20), so it is used from the first asynchronous function on. A function that turns out to return a
 * promise only when it was called already runs unscoped that one time: whoever has no scope of his own is that task,
 * for until it is done all others run with a scope.
 */
export class Contexts implements TaskContexts {
  #onStack: TaskContext | undefined;
  #storage: AsyncLocalStorage<TaskContext> | undefined;
  #unscoped: TaskContext | undefined;
  readonly #returnPromises = new WeakSet<object>();

  current(): TaskContext | undefined {
    return this.#onStack ?? this.#storage?.getStore() ?? this.#unscoped;
  }

  /** Calls the function on behalf of a task. Its result may be a promise. */
  run(context: TaskContext, fn: (...args: unknown[]) => unknown, args: unknown[]): unknown {
    const outer = this.#onStack;
    this.#onStack = context;
    try {
      if (this.#unscoped !== undefined || types.isAsyncFunction(fn) || this.#returnPromises.has(fn)) {
        this.#storage ??= new AsyncLocalStorage();
        return this.#storage.run(context, () => fn(...args));
      }
      const result = fn(...args);
      if (isThenable(result)) {
        this.#returnPromises.add(fn);
        this.#unscoped = context;
      }
      return result;
    } finally {
      this.#onStack = outer;
    }
  }

  finished(context: TaskContext): void {
    if (this.#unscoped === context) this.#unscoped = undefined;
  }
}

export function isThenable(value: unknown): value is PromiseLike<unknown> {
  return (
    value !== null &&
    (typeof value === 'object' || typeof value === 'function') &&
    typeof (value as { then?: unknown }).then === 'function'
  );
}
