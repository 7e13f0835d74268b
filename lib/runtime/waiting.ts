import { BlockingGetError, ModulesNotLoadedError, TaskCancelledError } from '../errors/index.js';
import { type NativeStore, pumpSockets } from '../store/native.js';
import { ObjectRef } from '../store/object-ref.js';
import { ObjectState, type ObjectValues, StoredFailure } from './object-values.js';
import { type ObjectWaiter, PendingObject, type PendingObjects } from './pending-objects.js';
import {
  type GetOptions,
  GetRequest,
  type Refs,
  type Request,
  type RequestHost,
  type RequestPort,
  SingleGet,
  type WaitOptions,
  WaitRequest,
} from './requests.js';
import { type Task, TaskState } from './task.js';
import type { TaskContext, TaskContexts } from './task-context.js';

/** Microtask-only loops never let the event loop run; a local result waits for it once in this many milliseconds. */
const TURN_MILLISECONDS = 1;
/** A get that waits longer says what it waits for. */
const SLOW_GET_MILLISECONDS = 10_000;
const WATCH_MILLISECONDS = 1000;
/** How long a blocking get sleeps at most before it looks again. */
const PUMP_MILLISECONDS = 100;

/** What waiting needs of its surroundings. */
export interface WaitingPort extends RequestPort {
  /** Asks the raylet to tell when the object of another process is complete. */
  awaitObject(handle: number): void;
  /** The results of one of our tasks, which were at another node, are here. */
  arrived(task: Task): void;
  /** One of our tasks is waited for: it goes first. */
  expedite(pending: PendingObject): void;
  /** Sends what is queued; the thread is about to block. Returns after how many milliseconds to call again if it still does. */
  flush(): number;
  /** Keeps the process alive while somebody waits. */
  retain(): void;
  release(): void;
  log(text: string): void;
}

/** Has an object fetched, or told of, and nobody wakes. */
const NOBODY: ObjectWaiter = { objectReady: () => undefined, objectsLost: () => undefined };

/** get, getSync and wait. */
export class Waiting implements RequestHost {
  readonly store: NativeStore;
  readonly #pending: PendingObjects;
  readonly #values: ObjectValues;
  readonly port: WaitingPort;
  readonly #contexts: TaskContexts;
  /** In no order: a request knows its place. */
  readonly #requests: Request[] = [];
  #lastTurn = 0;
  #turnQueued = false;
  #watch: NodeJS.Timeout | undefined;
  #ended: Error | undefined;

  constructor(
    store: NativeStore,
    pending: PendingObjects,
    values: ObjectValues,
    port: WaitingPort,
    contexts: TaskContexts,
  ) {
    this.store = store;
    this.#pending = pending;
    this.#values = values;
    this.port = port;
    this.#contexts = contexts;
  }

  getOne(ref: ObjectRef<unknown>, options: GetOptions | undefined): Promise<unknown> {
    if (options?.signal?.aborted) return Promise.reject(options.signal.reason);
    const handle = ObjectRef.handleOf(ref);
    if (this.isComplete(ref, handle)) {
      try {
        const value = this.read(handle);
        return this.#turnIsDue() ? this.#afterTurn(value) : Promise.resolve(value);
      } catch (error) {
        return this.#rejectedRead(handle, error);
      }
    }
    return new Promise((resolve, reject) => {
      if (options === undefined) new SingleGet(this, [ref], undefined, resolve, reject).start();
      else new GetRequest(this, [ref], options, (values) => resolve(values[0]), reject).start();
    });
  }

  getAll(refs: Refs, options: GetOptions | undefined): Promise<unknown[]> {
    if (options?.signal?.aborted) return Promise.reject(options.signal.reason);
    return new Promise((resolve, reject) => {
      new GetRequest(this, refs, options, resolve, reject).start();
    });
  }

  /** Blocks the thread until the object is complete. */
  getSync(ref: ObjectRef<unknown>): unknown {
    const handle = ObjectRef.handleOf(ref);
    if (!this.isComplete(ref, handle)) this.#block(ref, handle);
    try {
      return this.read(handle);
    } catch (error) {
      throw error instanceof StoredFailure ? this.port.failure(handle, error.error) : error;
    }
  }

  wait(refs: Refs, options: WaitOptions | undefined): Promise<[ObjectRef<unknown>[], ObjectRef<unknown>[]]> {
    if (options?.signal?.aborted) return Promise.reject(options.signal.reason);
    // Of no refs none is waited for.
    const count = Math.min(options?.numReturns ?? 1, refs.length);
    const split = this.split(refs, count);
    if (split[0].length >= count || options?.timeout === 0) {
      if (split[0].length < count) for (const ref of split[1]) this.#wantNow(ObjectRef.handleOf(ref));
      return this.#turnIsDue() ? this.#afterTurn(split) : Promise.resolve(split);
    }
    return new Promise((resolve, reject) => {
      new WaitRequest(this, refs, count, options, resolve, reject).start();
    });
  }

  /** The first `count` complete refs, and all others, both in the order given. */
  split(refs: Refs, count: number): [ObjectRef<unknown>[], ObjectRef<unknown>[]] {
    if (count === 1) {
      // The usual loop takes one ref at a time; it is to cost no more than the copy of the rest.
      for (let index = 0; index < refs.length; index++) {
        const ref = refs[index]!;
        if (!this.isComplete(ref, ObjectRef.handleOf(ref))) continue;
        const rest = refs.slice(1);
        for (let at = 0; at < index; at++) rest[at] = refs[at]!;
        return [[ref], rest];
      }
      return [[], refs.slice()];
    }
    const ready: ObjectRef<unknown>[] = [];
    const rest: ObjectRef<unknown>[] = [];
    for (const ref of refs) {
      if (ready.length < count && this.isComplete(ref, ObjectRef.handleOf(ref))) ready.push(ref);
      else rest.push(ref);
    }
    return [ready, rest];
  }

  /** Who only looks now and then, and never waits, wants a value at another node as well. */
  #wantNow(handle: number): void {
    const pending = this.#pending.get(handle);
    const isElsewhere = pending?.task?.state === TaskState.Elsewhere && !pending.awaited;
    if (pending === undefined || isElsewhere) this.subscribe(handle, NOBODY);
  }

  isComplete(ref: ObjectRef<unknown>, handle: number): boolean {
    if (ObjectRef.isReady(ref)) return true;
    if (this.#pending.get(handle) !== undefined) return false;
    if (this.store.state(handle) === ObjectState.Pending) return false;
    ObjectRef.setReady(ref);
    return true;
  }

  /**
   * Calls the waiter when the object is complete; false when it is complete already. A value at another node is fetched, unless
   * the waiter says that it needs none.
   */
  subscribe(handle: number, waiter: ObjectWaiter): boolean {
    if (this.#ended !== undefined) {
      waiter.objectsLost(this.#ended);
      return true;
    }
    let pending = this.#pending.get(handle);
    if (pending === undefined) {
      if (this.store.wait(handle)) return false;
      pending = new PendingObject(handle, undefined);
      this.#pending.add(pending);
      this.port.awaitObject(handle);
    } else if (pending.task?.state === TaskState.Elsewhere) {
      if (waiter.objectElsewhere !== undefined) return false;
      if (this.store.wait(handle)) {
        this.port.arrived(pending.task);
        return false;
      }
      this.port.awaitObject(handle);
    } else if (pending.task !== undefined) this.port.expedite(pending);
    pending.add(waiter);
    return true;
  }

  unsubscribe(handle: number, waiter: ObjectWaiter): void {
    this.#pending.get(handle)?.remove(waiter);
  }

  /** @throws StoredFailure, ModulesNotLoadedError */
  read(handle: number): unknown {
    return this.#values.read(handle, this.#contexts.current()?.id ?? 0);
  }

  /** The same on behalf of a task that is not the running one. */
  readFor(handle: number, context: TaskContext | undefined): unknown {
    return this.#values.read(handle, context?.id ?? 0);
  }

  /** The session is over. */
  end(reason: Error): void {
    this.#ended = reason;
    clearInterval(this.#watch);
    for (const request of [...this.#requests]) request.objectsLost(reason);
    this.#pending.failAll(reason);
  }

  /** The task was cancelled: what it awaits rejects. */
  cancelRequestsOf(context: TaskContext): void {
    for (const request of [...this.#requests]) {
      if (request.context === context) request.objectsLost(new TaskCancelledError(context.name));
    }
  }

  currentContext(): TaskContext | undefined {
    return this.#contexts.current();
  }

  began(request: Request): void {
    request.place = this.#requests.push(request) - 1;
    this.port.retain();
    if (this.#watch === undefined) {
      this.#watch = setInterval(() => this.#reportSlow(), WATCH_MILLISECONDS);
      this.#watch.unref();
    }
  }

  finished(request: Request): void {
    if (request.place < 0) return;
    const last = this.#requests.pop()!;
    if (last !== request) {
      this.#requests[request.place] = last;
      last.place = request.place;
    }
    request.place = -1;
    this.port.release();
  }

  #block(ref: ObjectRef<unknown>, handle: number): void {
    const context = this.#contexts.current();
    if (context !== undefined && !context.exclusive) throw new BlockingGetError(context.name, ref.id);
    let complete = false;
    let lost: Error | undefined;
    const waiter: ObjectWaiter = {
      objectReady: () => {
        complete = true;
      },
      objectsLost: (reason) => {
        lost = reason;
      },
    };
    if (!this.subscribe(handle, waiter)) return;
    context?.suspendBlocked();
    try {
      while (!complete && lost === undefined) {
        const pause = this.port.flush();
        pumpSockets(Math.ceil(Math.min(PUMP_MILLISECONDS, pause)));
      }
    } finally {
      context?.resumeBlocked();
    }
    if (lost !== undefined) throw lost;
  }

  #rejectedRead(handle: number, error: unknown): Promise<unknown> {
    if (error instanceof ModulesNotLoadedError) {
      return error.load().then(() => {
        try {
          return this.read(handle);
        } catch (again) {
          return this.#rejectedRead(handle, again);
        }
      });
    }
    return Promise.reject(error instanceof StoredFailure ? this.port.failure(handle, error.error) : error);
  }

  #turnIsDue(): boolean {
    const now = performance.now();
    if (now - this.#lastTurn < TURN_MILLISECONDS) return false;
    if (!this.#turnQueued) {
      this.#turnQueued = true;
      setImmediate(() => {
        this.#turnQueued = false;
        this.#lastTurn = performance.now();
      });
    }
    return true;
  }

  #afterTurn<T>(value: T): Promise<T> {
    return new Promise((resolve) => setImmediate(resolve, value));
  }

  #reportSlow(): void {
    if (this.#requests.length === 0) {
      clearInterval(this.#watch);
      this.#watch = undefined;
    }
    for (const request of this.#requests) {
      request.age += WATCH_MILLISECONDS;
      if (request.age !== SLOW_GET_MILLISECONDS) continue;
      const waiting = request.waitingFor();
      const more = waiting.length > 3 ? ` and ${waiting.length - 3} more` : '';
      const list = waiting.slice(0, 3).map(({ objectId, state }) => `ObjectRef(${objectId}): ${state}`);
      this.port.log(`mobula.${request.operation} has waited for 10 s for ${list.join('; ')}${more}`);
    }
  }
}
