import type { NativeStore } from '../store/native.js';
import { ObjectRef } from '../store/object-ref.js';
import type { EncodedValue } from '../values/types.js';
import { type ObjectValues, ownCopy } from './object-values.js';
import { PendingObject, type PendingObjects } from './pending-objects.js';
import type { ShapeQueue } from './shape-queue.js';
import { SpecArena } from './spec-arena.js';
import type { Submitter } from './submitter.js';
import { type FunctionRecord, type RetryErrors, Task, TaskFlags } from './task.js';
import type { TaskContexts } from './task-context.js';

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

/** An argument that is an object of the store. */
export interface Dependency {
  /** Of the argument. */
  readonly position: number;
  readonly handle: number;
}

/** Turns calls of remote functions into tasks. */
export class Calls {
  readonly #store: NativeStore;
  readonly #values: ObjectValues;
  readonly #pending: PendingObjects;
  readonly #submitter: Submitter;
  readonly #contexts: TaskContexts;
  readonly #arena = new SpecArena();

  constructor(
    store: NativeStore,
    values: ObjectValues,
    pending: PendingObjects,
    submitter: Submitter,
    contexts: TaskContexts,
  ) {
    this.#store = store;
    this.#values = values;
    this.#pending = pending;
    this.#submitter = submitter;
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
    let dependencies: Dependency[] | undefined;
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

    const { numReturns } = options;
    const counter = this.#values.nextCounter();
    let handles = numReturns === 1 ? undefined : store.createPendings(counter, numReturns);
    let handle = handles === undefined ? store.createPending(counter, 0) : (handles[0] ?? 0);
    if (handle === 0) {
      // The table of objects is full, which takes millions of them; dropped refs may make room. While this waits, frames are handled
      // that encode other values into the codec's buffer.
      encoded = ownCopy(encoded);
      this.#values.waitForSpace(0, () => {
        if (numReturns > 1) handles = store.createPendings(counter, numReturns);
        handle = handles === undefined ? store.createPending(counter, 0) : (handles[0] ?? 0);
        return handle;
      });
    }
    const task = this.#create(counter, handle, handles, fn, options, flags, dependencies, encoded, callSite);
    if (handles === undefined) {
      const ref = new ObjectRef<unknown>(store, handle);
      this.#submitter.take(task, dependencies);
      return ref;
    }
    const refs: ObjectRef<unknown>[] = [];
    for (const each of handles) refs.push(new ObjectRef<unknown>(store, each));
    this.#submitter.take(task, dependencies);
    return refs;
  }

  /**
   * Submits a task that another node has encoded.
   * @param handles of its returns: pending objects of this environment, each with a hold that ends with the task
   * @param flags as the other node's submitter set them; which resources the task takes is the queue's to say
   * @throws ObjectFreedError when something that it names is gone
   */
  submitEncoded(
    fn: FunctionRecord,
    options: CallOptions,
    flags: number,
    handles: Float64Array,
    dependencies: readonly Dependency[],
    encoded: EncodedValue,
  ): void {
    const own = (flags & ~TaskFlags.OneCpu) | (options.queue.takesOneCpu ? TaskFlags.OneCpu : 0);
    this.#holdAll(dependencies, encoded.contained);
    const counter = this.#values.nextCounter();
    const several = handles.length === 1 ? undefined : handles;
    const task = this.#create(
      counter,
      handles[0]!,
      several,
      fn,
      options,
      own,
      dependencies,
      encoded,
      undefined,
    );
    this.#submitter.take(task, dependencies);
  }

  /** The task, known by its returns; everything that it names is held. */
  #create(
    counter: number,
    handle: number,
    handles: Float64Array | undefined,
    fn: FunctionRecord,
    options: CallOptions,
    flags: number,
    dependencies: readonly Dependency[] | undefined,
    encoded: EncodedValue,
    callSite: { stack?: string } | undefined,
  ): Task {
    const containedCount = encoded.contained?.length ?? 0;
    const dependencyCount = dependencies?.length ?? 0;
    const argumentBytes = encoded.end - encoded.start;
    const specBytes =
      8 * (options.numReturns - 1) + 16 * dependencyCount + 8 * containedCount + argumentBytes;
    const arena = this.#arena;
    const specStart = arena.allocate(specBytes);
    const spec = arena.chunk;
    let at = specStart;
    if (specBytes > argumentBytes) {
      const view = arena.view;
      if (handles !== undefined)
        for (let index = 1; index < handles.length; index++, at += 8)
          view.setFloat64(at, handles[index]!, true);
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
      options.queue,
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
      return task;
    }
    const returns: PendingObject[] = [];
    for (const each of handles) {
      const pending = new PendingObject(each, task);
      returns.push(pending);
      this.#pending.add(pending);
    }
    task.returns = returns;
    return task;
  }

  /** The task keeps what it names until it is done. Takes back what it held when one of them is gone. */
  #holdAll(dependencies: readonly Dependency[] | undefined, contained: readonly number[] | undefined): void {
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
}
