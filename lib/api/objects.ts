import { InvalidArgumentError } from '../errors/index.js';
import { ObjectRef } from '../store/object-ref.js';
import {
  type CancelOptions,
  checkCancelOptions,
  checkGetOptions,
  checkWaitOptions,
  type GetOptions,
  show,
  type WaitOptions,
} from './options.js';
import { session } from './session.js';

/** The values of a tuple or array of refs. */
export type Values<Refs extends readonly ObjectRef<unknown>[]> = {
  -readonly [Index in keyof Refs]: Refs[Index] extends ObjectRef<infer T> ? T : never;
};

/**
 * Copies a value into the object store and returns a ref to it. Any value that structured clone takes, refs, functions
 * and remote functions. Changing the value later does not change the object.
 * @throws SerializationError with the path of what cannot be stored; ObjectStoreFullError after waiting for room
 */
export function put<T>(value: T): ObjectRef<T> {
  const { runtime } = session.require('mobula.put');
  if (ObjectRef.is(value)) {
    throw new InvalidArgumentError(
      'mobula.put was given an ObjectRef: pass the ref on as it is, or wrap it in an array or object',
    );
  }
  return runtime.put(value) as ObjectRef<T>;
}

/**
 * The value of an object, or of several; waits for those that do not exist yet and rejects at the first failure. Arrays
 * of numbers are views of the shared memory where they are big: reading them copies nothing, and what a program writes
 * into one is seen by nobody else. In one driver two gets of an object may give the same array.
 */
export function get<T>(ref: ObjectRef<T>, options?: GetOptions): Promise<T>;
export function get<const Refs extends readonly ObjectRef<unknown>[]>(
  refs: Refs,
  options?: GetOptions,
): Promise<Values<Refs>>;
export function get(refs: unknown, options?: GetOptions): Promise<unknown> {
  const { runtime } = session.require('mobula.get');
  checkGetOptions('mobula.get', options);
  if (Array.isArray(refs)) {
    checkRefs('mobula.get', refs);
    return runtime.waiting.getAll(refs, options);
  }
  return runtime.waiting.getOne(checkRef('mobula.get', refs), options);
}

/**
 * The value of an object, or of several, for synchronous code: blocks the thread until they exist. Inside a task it needs
 * `exclusive: true`, unless the objects are there already.
 * @throws BlockingGetError inside a task that does not have its process to itself
 */
export function getSync<T>(ref: ObjectRef<T>): T;
export function getSync<const Refs extends readonly ObjectRef<unknown>[]>(refs: Refs): Values<Refs>;
export function getSync(refs: unknown): unknown {
  const { runtime } = session.require('mobula.getSync');
  if (!Array.isArray(refs)) return runtime.waiting.getSync(checkRef('mobula.getSync', refs));
  checkRefs('mobula.getSync', refs);
  return refs.map((ref) => runtime.waiting.getSync(ref));
}

/**
 * Waits until `numReturns` of the refs are ready (default 1) or the timeout has passed; resolves with the ready ones, at
 * most that many, and all others, both in the order given. The very ref objects that were passed come back.
 */
export function wait<Ref extends ObjectRef<unknown>>(
  refs: readonly Ref[],
  options?: WaitOptions,
): Promise<[Ref[], Ref[]]> {
  const { runtime } = session.require('mobula.wait');
  if (!Array.isArray(refs))
    throw new InvalidArgumentError(`mobula.wait takes an array of refs, not ${show(refs)}`);
  if (options !== undefined) checkWaitOptions(options, refs.length);
  // A loop over the refs that are left checks each of them once, not once a round.
  if (!checkedLists.has(refs)) checkRefs('mobula.wait', refs);
  return runtime.waiting.wait(refs, options).then((split) => {
    checkedLists.add(split[1]);
    return split as [Ref[], Ref[]];
  });
}

const checkedLists = new WeakSet<readonly unknown[]>();

/** How one ref of `asCompleted` ended, as `Promise.allSettled` reports it, with the ref. */
export type Completed<T> =
  | {
      readonly ref: ObjectRef<T>;
      readonly status: 'fulfilled';
      readonly value: T;
      readonly reason?: undefined;
    }
  | {
      readonly ref: ObjectRef<T>;
      readonly status: 'rejected';
      readonly value?: undefined;
      readonly reason: unknown;
    };

/**
 * The refs in the order in which they become ready, with their values or errors.
 * @throws `signal.reason` and GetTimeoutError, which is about the whole; failed tasks are yielded
 */
export async function* asCompleted<T>(
  refs: Iterable<ObjectRef<T>>,
  options?: GetOptions,
): AsyncGenerator<Completed<T>, void, undefined> {
  session.require('mobula.asCompleted');
  checkGetOptions('mobula.asCompleted', options);
  let pending = [...refs];
  checkRefs('mobula.asCompleted', pending);
  const deadline = options?.timeout === undefined ? undefined : performance.now() + options.timeout;
  while (pending.length > 0) {
    const timeout = deadline === undefined ? undefined : Math.max(0, deadline - performance.now());
    const [ready, rest] = await wait(pending, { timeout, signal: options?.signal });
    if (ready.length === 0) {
      // Asking for the values with no time left gives the error that says what they wait for.
      await get(pending, { timeout: 0 });
    }
    for (const ref of ready) {
      try {
        yield { ref, status: 'fulfilled', value: await get(ref) };
      } catch (reason) {
        yield { ref, status: 'rejected', reason };
      }
    }
    pending = rest;
  }
}

/**
 * Destroys objects for everybody, without waiting for their refs to go: who asks for one afterwards gets
 * ObjectFreedError. Views that are in use stay valid.
 */
export function free(refs: ObjectRef<unknown> | readonly ObjectRef<unknown>[]): void {
  const { runtime } = session.require('mobula.free');
  const list = Array.isArray(refs) ? refs : [refs];
  checkRefs('mobula.free', list);
  for (const ref of list) runtime.free(ObjectRef.handleOf(ref));
}

/**
 * Cancels the task that makes an object: its refs reject with TaskCancelledError at once. A task that has not started
 * never will; the signal of a running one aborts and its result is discarded; with `force` its process is killed. A task
 * that is done, and an object that was put, are left alone.
 */
export function cancel(ref: ObjectRef<unknown>, options?: CancelOptions): void {
  const { runtime } = session.require('mobula.cancel');
  checkCancelOptions(options);
  runtime.cancel(
    ObjectRef.handleOf(checkRef('mobula.cancel', ref)),
    options?.force ?? false,
    options?.recursive ?? true,
  );
}

/** What a task can know of itself. */
export interface CurrentTask {
  readonly name: string;
  /** Hexadecimal id of its first return. */
  readonly id: string;
  /** 1 at the first try. */
  readonly attempt: number;
  /** Aborts when the task is cancelled. */
  readonly signal: AbortSignal;
}

/** The task that the calling code runs in; undefined in a driver. */
export function currentTask(): CurrentTask | undefined {
  const membership = session.membership;
  const context = membership?.contexts.current();
  if (membership === undefined || context === undefined) return undefined;
  const { store } = membership.runtime;
  return {
    name: context.name,
    id: store.idString(context.handle),
    attempt: context.tries,
    get signal() {
      return context.signal;
    },
  };
}

function checkRef(operation: string, value: unknown): ObjectRef<unknown> {
  if (ObjectRef.is(value)) return value;
  throw new InvalidArgumentError(`${operation} takes an ObjectRef or an array of them, not ${show(value)}`);
}

function checkRefs(operation: string, values: readonly unknown[]): asserts values is ObjectRef<unknown>[] {
  for (let index = 0; index < values.length; index++) {
    if (!ObjectRef.is(values[index])) {
      throw new InvalidArgumentError(
        `${operation}: element ${index} is ${show(values[index])}, not an ObjectRef`,
      );
    }
  }
}
