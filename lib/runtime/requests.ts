import { GetTimeoutError, ModulesNotLoadedError, type WaitingFor } from '../errors/index.js';
import type { NativeStore } from '../store/native.js';
import { ObjectRef } from '../store/object-ref.js';
import { ObjectState, StoredFailure } from './object-values.js';
import type { ObjectWaiter, PendingObject } from './pending-objects.js';
import type { TaskContext } from './task-context.js';

export interface GetOptions {
  readonly timeout?: number | undefined;
  readonly signal?: AbortSignal | undefined;
}

export interface WaitOptions extends GetOptions {
  readonly numReturns?: number | undefined;
}

export type Refs = readonly ObjectRef<unknown>[];

/** What a request needs of the session. */
export interface RequestPort {
  /** What the object waits for itself. */
  describe(handle: number): string;
  /** The error of a complete object, with what this process knows about the task that made it. */
  failure(handle: number, error: unknown): unknown;
}

/** What a request needs of whoever keeps the requests. */
export interface RequestHost {
  readonly store: NativeStore;
  readonly port: RequestPort;
  currentContext(): TaskContext | undefined;
  began(request: Request): void;
  finished(request: Request): void;
  isComplete(ref: ObjectRef<unknown>, handle: number): boolean;
  /** False when the object is complete already. */
  subscribe(handle: number, waiter: ObjectWaiter): boolean;
  unsubscribe(handle: number, waiter: ObjectWaiter): void;
  /** @throws StoredFailure, ModulesNotLoadedError */
  readFor(handle: number, context: TaskContext | undefined): unknown;
  /** The first `count` complete refs, and all others, both in the order given. */
  split(refs: Refs, count: number): [ObjectRef<unknown>[], ObjectRef<unknown>[]];
}

/** What get and wait have in common while they wait: subscriptions, timeout, signal, the task's suspension. */
export abstract class Request implements ObjectWaiter {
  abstract readonly operation: string;
  /** Milliseconds, counted by the watch. */
  age = 0;
  /** Index in the list of those that wait; negative when it does not. */
  place = -1;
  readonly context: TaskContext | undefined;
  protected done = false;
  #timer: NodeJS.Timeout | undefined;
  #onAbort: (() => void) | undefined;

  constructor(
    protected readonly host: RequestHost,
    /** Held here: the refs keep their objects alive while the request waits. */
    protected readonly refs: Refs,
    protected readonly options: GetOptions | undefined,
    protected readonly reject: (error: unknown) => void,
  ) {
    this.context = host.currentContext();
  }

  abstract objectReady(pending: PendingObject): void;
  protected abstract timedOut(): void;
  /** The waiting has ended well. */
  protected abstract deliver(): void;

  objectsLost(reason: Error): void {
    this.fail(reason);
  }

  /** Subscribed to at least one object. */
  protected begin(): void {
    this.host.began(this);
    this.context?.suspend();
    if (this.options === undefined) return;
    const { timeout, signal } = this.options;
    if (timeout !== undefined && timeout !== Number.POSITIVE_INFINITY) {
      this.#timer = setTimeout(() => this.timedOut(), timeout);
    }
    if (signal !== undefined) {
      this.#onAbort = () => this.fail(signal.reason);
      signal.addEventListener('abort', this.#onAbort, { once: true });
    }
  }

  /** Ends the waiting; false when it had ended before. */
  protected end(): boolean {
    if (this.done) return false;
    this.done = true;
    if (this.#timer !== undefined) clearTimeout(this.#timer);
    if (this.#onAbort !== undefined) this.options?.signal?.removeEventListener('abort', this.#onAbort);
    this.host.finished(this);
    this.context?.resume();
    return true;
  }

  /** Ends the waiting, when its task's turn comes, and delivers; does nothing if it had ended before. */
  protected wake(): void {
    const { context } = this;
    if (context !== undefined) context.wake(() => this.end() && this.deliver());
    else if (this.end()) this.deliver();
  }

  protected fail(error: unknown): void {
    const act = (): void => {
      if (!this.end()) return;
      this.unsubscribe();
      this.reject(error);
    };
    if (this.context !== undefined) this.context.wake(act);
    else act();
  }

  protected unsubscribe(): void {
    for (const ref of this.refs) this.host.unsubscribe(ObjectRef.handleOf(ref), this);
  }

  waitingFor(): WaitingFor[] {
    const list: WaitingFor[] = [];
    for (const ref of this.refs) {
      const handle = ObjectRef.handleOf(ref);
      if (!this.host.isComplete(ref, handle))
        list.push({ objectId: ref.id, state: this.host.port.describe(handle) });
    }
    return list;
  }
}

/** The usual get: one object, for as long as it takes. */
export class SingleGet extends Request {
  readonly operation = 'get';

  constructor(
    host: RequestHost,
    refs: Refs,
    options: undefined,
    private readonly resolve: (value: unknown) => void,
    reject: (error: unknown) => void,
  ) {
    super(host, refs, options, reject);
  }

  start(): void {
    if (this.host.subscribe(ObjectRef.handleOf(this.refs[0]!), this)) {
      if (!this.done) this.begin();
    } else this.deliver();
  }

  override objectReady(): void {
    this.wake();
  }

  protected override timedOut(): void {}

  protected override deliver(): void {
    const { host } = this;
    const handle = ObjectRef.handleOf(this.refs[0]!);
    try {
      this.resolve(host.readFor(handle, this.context));
    } catch (error) {
      if (error instanceof ModulesNotLoadedError) error.load().then(() => this.deliver(), this.reject);
      else this.reject(error instanceof StoredFailure ? host.port.failure(handle, error.error) : error);
    }
  }
}

export class GetRequest extends Request {
  readonly operation = 'get';
  #remaining = 0;

  constructor(
    host: RequestHost,
    refs: Refs,
    options: GetOptions | undefined,
    private readonly resolve: (values: unknown[]) => void,
    reject: (error: unknown) => void,
  ) {
    super(host, refs, options, reject);
  }

  start(): void {
    const { host } = this;
    let failed = 0;
    for (const ref of this.refs) {
      const handle = ObjectRef.handleOf(ref);
      if (!host.isComplete(ref, handle) && host.subscribe(handle, this)) {
        if (this.done) return;
        this.#remaining++;
      } else if (failed === 0 && host.store.state(handle) !== ObjectState.Value) failed = handle;
    }
    if (this.#remaining === 0) this.deliver();
    else {
      this.begin();
      if (failed !== 0) this.#rejectWith(failed);
    }
  }

  override objectReady(pending: PendingObject): void {
    if (this.done) return;
    this.#remaining--;
    if (this.#remaining === 0) this.wake();
    else if (
      pending.failed ||
      (pending.task === undefined && this.host.store.state(pending.handle) !== ObjectState.Value)
    ) {
      this.#rejectWith(pending.handle);
    }
  }

  protected override timedOut(): void {
    this.fail(new GetTimeoutError(this.options!.timeout!, this.waitingFor()));
  }

  #rejectWith(handle: number): void {
    try {
      this.host.readFor(handle, this.context);
    } catch (error) {
      if (error instanceof ModulesNotLoadedError)
        error.load().then(
          () => this.#rejectWith(handle),
          (reason) => this.fail(reason),
        );
      else this.fail(error instanceof StoredFailure ? this.host.port.failure(handle, error.error) : error);
    }
  }

  protected override deliver(): void {
    const { refs, host } = this;
    const values: unknown[] = new Array(refs.length);
    let handle = 0;
    try {
      for (let index = 0; index < refs.length; index++) {
        handle = ObjectRef.handleOf(refs[index]!);
        values[index] = host.readFor(handle, this.context);
      }
    } catch (error) {
      if (error instanceof ModulesNotLoadedError) error.load().then(() => this.deliver(), this.reject);
      else this.reject(error instanceof StoredFailure ? host.port.failure(handle, error.error) : error);
      return;
    }
    this.resolve(values);
  }
}

export class WaitRequest extends Request {
  readonly operation = 'wait';
  #remaining = 0;

  constructor(
    host: RequestHost,
    refs: Refs,
    private readonly count: number,
    options: WaitOptions | undefined,
    private readonly resolve: (split: [ObjectRef<unknown>[], ObjectRef<unknown>[]]) => void,
    reject: (error: unknown) => void,
  ) {
    super(host, refs, options, reject);
  }

  start(): void {
    const { host } = this;
    let complete = 0;
    for (const ref of this.refs) {
      const handle = ObjectRef.handleOf(ref);
      if (host.isComplete(ref, handle) || !host.subscribe(handle, this)) complete++;
      if (this.done) return;
    }
    this.#remaining = this.count - complete;
    this.begin();
    if (this.#remaining <= 0) this.wake();
  }

  override objectReady(): void {
    if (this.done || --this.#remaining > 0) return;
    // The completions of one batch come one after another; those behind this one count as well, and cost no scan.
    queueMicrotask(() => this.wake());
  }

  protected override timedOut(): void {
    this.wake();
  }

  protected override deliver(): void {
    this.unsubscribe();
    this.resolve(this.host.split(this.refs, this.count));
  }
}
