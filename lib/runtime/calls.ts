import type { NativeStore } from '../store/native.js';
import { ObjectRef } from '../store/object-ref.js';
import type { ObjectValues } from './object-values.js';
import { PendingObject, type PendingObjects } from './pending-objects.js';
import type { ShapeQueue } from './shape-queue.js';
import { SpecArena } from './spec-arena.js';
import type { Submitter } from './submitter.js';
import { type FunctionRecord, type RetryErrors, Task, TaskFlags, TaskState } from './task.js';
import type { TaskContexts } from './task-context.js';
import type { Waiting } from './waiting.js';

/** Encoded arguments up to this size travel in the task's frame; bigger ones, and out-of-band buffers, in the store. */
const INLINE_ARGUMENT_BYTES = 32 * 1024;

/** The options of a remote function as a call uses them. */
export interface CallOptions {
  readonly numReturns: number;
  readonly queue: ShapeQueue;
  readonly maxRetries: number;
  readonly retryErrors: RetryErrors;
  readonly exclusive: boolean;
}

/** Turns calls of remote functions into tasks. */
export class Calls {
  readonly #store: NativeStore;
  readonly #values: ObjectValues;
  readonly #pending: PendingObjects;
  readonly #submitter: Submitter;
  readonly #waiting: Waiting;
  readonly #contexts: TaskContexts;
  readonly #arena = new SpecArena();

  constructor(
    store: NativeStore,
    values: ObjectValues,
    pending: PendingObjects,
    submitter: Submitter,
    waiting: Waiting,
    contexts: TaskContexts,
  ) {
    this.#store = store;
    this.#values = values;
    this.#pending = pending;
    this.#submitter = submitter;
    this.#waiting = waiting;
    this.#contexts = contexts;
  }

  /** Submits one task; returns its refs, one for each return. */
  call(
    fn: FunctionRecord,
    options: CallOptions,
    args: readonly unknown[],
    callSite: { stack?: string } | undefined,
  ): ObjectRef<unknown> | ObjectRef<unknown>[] {
    const store = this.#store;
    let dependencies: { position: number; handle: number }[] | undefined;
    let values = args;
    for (let position = 0; position < args.length; position++) {
      const value = args[position];
      if (typeof value !== 'object' || value === null || !ObjectRef.is(value)) continue;
      if (dependencies === undefined) {
        dependencies = [];
        values = args.slice();
      }
      dependencies.push({ position, handle: ObjectRef.handleOf(value) });
      (values as unknown[])[position] = undefined;
    }
    let encoded = this.#values.codec.encodeList(values);
    let flags = 0;
    if (options.exclusive) flags |= TaskFlags.Alone | TaskFlags.Exclusive;
    if (options.maxRetries === 0) flags |= TaskFlags.Alone;
    if (options.queue.takesOneCpu) flags |= TaskFlags.OneCpu;
    if (options.retryErrors !== false) flags |= TaskFlags.ErrorsComeBack;
    if (encoded.buffers !== undefined || encoded.end - encoded.start > INLINE_ARGUMENT_BYTES) {
      const stored = this.#values.putEncoded(encoded, 0);
      encoded = { bytes: encoded.bytes, start: 0, end: 0, buffers: undefined, contained: [stored] };
      flags |= TaskFlags.ArgumentsInStore;
    }
    if (dependencies !== undefined || encoded.contained !== undefined)
      this.#holdAll(dependencies, encoded.contained);

    const { numReturns, queue } = options;
    const counter = this.#values.nextCounter();
    const handles = numReturns === 1 ? undefined : this.#createPendings(counter, numReturns);
    const handle =
      handles === undefined ? store.createPending(counter, 0) || this.#createPending(counter) : handles[0]!;

    const containedCount = encoded.contained?.length ?? 0;
    const dependencyCount = dependencies?.length ?? 0;
    const argumentBytes = encoded.end - encoded.start;
    const specBytes = 8 * (numReturns - 1) + 16 * dependencyCount + 8 * containedCount + argumentBytes;
    const arena = this.#arena;
    const specStart = arena.allocate(specBytes);
    const spec = arena.chunk;
    let at = specStart;
    if (specBytes > argumentBytes) {
      const view = arena.view;
      if (handles !== undefined)
        for (let index = 1; index < numReturns; index++, at += 8) view.setFloat64(at, handles[index]!, true);
      if (dependencies !== undefined) {
        for (const dependency of dependencies) {
          view.setFloat64(at, dependency.position, true);
          view.setFloat64(at + 8, dependency.handle, true);
          at += 16;
        }
      }
      if (encoded.contained !== undefined) {
        for (const contained of encoded.contained) {
          view.setFloat64(at, contained, true);
          at += 8;
        }
      }
    }
    const { bytes, start } = encoded;
    if (argumentBytes < 128)
      for (let index = 0; index < argumentBytes; index++) spec[at + index] = bytes[start + index]!;
    else spec.set(bytes.subarray(start, encoded.end), at);

    const context = this.#contexts.current();
    // The task and its returns name each other; the returns are filled in below, before anybody sees either.
    const task: Task = new Task(
      counter,
      fn,
      queue,
      handle,
      flags,
      context === undefined ? 0 : context.depth + 1,
      context === undefined ? 0 : context.id,
      options.maxRetries,
      options.retryErrors,
      spec,
      specStart,
      specStart + specBytes,
      dependencyCount,
      containedCount,
      callSite,
    );
    if (handles === undefined) {
      const pending = new PendingObject(handle, task);
      task.returns = pending;
      this.#pending.add(pending);
      const ref = new ObjectRef<unknown>(store, handle);
      this.#dispatch(task, dependencies);
      return ref;
    }
    const returns: PendingObject[] = [];
    const refs: ObjectRef<unknown>[] = [];
    for (const each of handles) {
      const pending = new PendingObject(each, task);
      returns.push(pending);
      this.#pending.add(pending);
      refs.push(new ObjectRef<unknown>(store, each));
    }
    task.returns = returns;
    this.#dispatch(task, dependencies);
    return refs;
  }

  /** The table of objects is full, which takes millions of them; dropped refs may make room. */
  #createPending(counter: number): number {
    return this.#values.waitForSpace(0, () => this.#store.createPending(counter, 0));
  }

  #createPendings(counter: number, count: number): Float64Array {
    let handles = this.#store.createPendings(counter, count);
    if (handles.length === 0) {
      this.#values.waitForSpace(0, () => {
        handles = this.#store.createPendings(counter, count);
        return handles.length;
      });
    }
    return handles;
  }

  /** The task keeps what it names until it is done. Takes back what it held when one of them is gone. */
  #holdAll(
    dependencies: readonly { handle: number }[] | undefined,
    contained: readonly number[] | undefined,
  ): void {
    const held: number[] = [];
    const hold = (handle: number): void => {
      if (this.#store.hold(handle)) {
        held.push(handle);
        return;
      }
      for (const each of held) this.#store.release(each);
      throw this.#values.missing(handle);
    };
    if (dependencies !== undefined) for (const { handle } of dependencies) hold(handle);
    if (contained !== undefined) for (const handle of contained) hold(handle);
  }

  #dispatch(task: Task, dependencies: readonly { handle: number }[] | undefined): void {
    if (dependencies === undefined || !this.#awaitAll(task, dependencies)) this.#submitter.submit(task);
  }

  /** Submits the task when all of them are complete; false when they are already. */
  #awaitAll(task: Task, dependencies: readonly { handle: number }[]): boolean {
    const waiter = {
      objectReady: (): void => {
        if (--task.unresolved === 0 && task.state === TaskState.Waiting) this.#submitter.submit(task);
      },
      // The session ended, and with it this task.
      objectsLost: (): void => undefined,
    };
    // One more than there are, so that none of them submits the task before all are counted.
    task.unresolved = 1;
    for (const { handle } of dependencies) {
      task.unresolved++;
      if (this.#pending.get(handle) === undefined && this.#store.state(handle) !== 1) task.unresolved--;
      else if (!this.#waiting.subscribe(handle, waiter)) task.unresolved--;
    }
    return --task.unresolved > 0;
  }
}
