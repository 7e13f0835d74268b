import { DirectCallError, InvalidArgumentError, NotSupportedError } from '../errors/index.js';
import type { CallOptions } from '../runtime/calls.js';
import type { Runtime } from '../runtime/runtime.js';
import { functionRecord } from '../runtime/runtime.js';
import type { FunctionRecord } from '../runtime/task.js';
import type { ObjectRef } from '../store/object-ref.js';
import { resolveCallOptions } from './call-options.js';
import { checkRemoteOptions, type RemoteOptions } from './options.js';
import { session } from './session.js';

/** Recognised by the layers below: a remote function travels as this pair. */
const PARTS = Symbol.for('mobula.remoteFunction');

/** Frames of the caller that an error of the task shows. */
const CALLER_FRAMES = 4;
/** Calls traced in a row; one a millisecond after that, until there is a pause. */
const MOST_TRACES = 16;

/** A function as `remote` takes it. */
// biome-ignore lint/suspicious/noExplicitAny: parameters are contravariant; only `any` accepts every function here
type AnyFunction = (...args: any[]) => unknown;

/** A parameter that is itself a ref cannot be passed: a ref at top level is resolved before the function sees it. */
interface WrapTheRef {
  readonly 'a ref at top level is resolved: take its value as the parameter, or wrap the ref in an array or object': never;
}

/** What may be passed for a parameter of type `T`: a value, or a ref to one. */
export type RemoteArgument<T> = [T] extends [ObjectRef<unknown>] ? WrapTheRef : T | ObjectRef<T>;

/** What may be passed for the parameters of a function. */
export type RemoteArguments<Parameters extends readonly unknown[]> = {
  [Index in keyof Parameters]: RemoteArgument<Parameters[Index]>;
};

/** What `.remote()` returns: a ref to the result, or with `numReturns` above 1 a ref to each of its elements. */
export type RemoteResult<Result, Returns extends number> = Returns extends 1
  ? ObjectRef<Awaited<Result>>
  : number extends Returns
    ? ObjectRef<unknown> | ObjectRef<unknown>[]
    : Awaited<Result> extends readonly unknown[]
      ? RefsTo<Awaited<Result>>
      : never;

/** A ref to each element of a tuple. */
export type RefsTo<Tuple extends readonly unknown[]> = {
  -readonly [Index in keyof Tuple]: ObjectRef<Tuple[Index]>;
};

/** A function whose calls run as tasks on worker processes. */
export interface RemoteFunction<Parameters extends readonly unknown[], Result, Returns extends number = 1> {
  /** Submits a task and returns at once. Bound: it may be passed around. */
  readonly remote: (...args: RemoteArguments<Parameters>) => RemoteResult<Result, Returns>;
  /** The same function with other options. */
  options<const NewReturns extends number = Returns>(
    options: RemoteOptions<NewReturns> & CheckReturns<Result, NewReturns>,
  ): RemoteFunction<Parameters, Result, NewReturns>;
}

/** Makes `numReturns` that differs from the length of the function's tuple a compile error. */
export type CheckReturns<Result, Returns extends number> = number extends Returns
  ? unknown
  : Returns extends 1
    ? unknown
    : Awaited<Result> extends readonly unknown[]
      ? number extends Awaited<Result>['length']
        ? unknown
        : Returns extends Awaited<Result>['length']
          ? unknown
          : { numReturns: Awaited<Result>['length'] }
      : { numReturns: 1 };

/** A method decorator that registers the method's options for `mobula.remote(Class.method)`. */
export type RemoteDecorator = <Method extends AnyFunction>(
  method: Method,
  context: ClassMethodDecoratorContext,
) => void;

const optionsOfMethods = new WeakMap<AnyFunction, RemoteOptions>();

/**
 * The method decorator `@mobula.remote`. First, and exact about the method's type: the compiler takes an overload of a
 * function alone for a decorator as well.
 */
export function remote<This, Parameters extends unknown[], Result>(
  method: (this: This, ...args: Parameters) => Result,
  context: ClassMethodDecoratorContext<This, (this: This, ...args: Parameters) => Result>,
): void;
/**
 * Makes a remote function. The function itself is shipped, by value with what it captures, at its first `.remote()`.
 *
 * @example
 * ```ts
 * const add = mobula.remote((a: number, b: number) => a + b)
 * await mobula.get(add.remote(1, mobula.put(2))) // 3
 * const split = mobula.remote({ numReturns: 3 }, () => [1, 2, 3] as const)
 * const [a, b, c] = split.remote()
 * class Maths { @mobula.remote({ numCpus: 2 }) static add(a: number, b: number) { return a + b } }
 * const add2 = mobula.remote(Maths.add)
 * ```
 * @throws InvalidArgumentError for options that are wrong; NotSupportedError for a class
 */
export function remote<Parameters extends readonly unknown[], Result>(
  fn: (...args: Parameters) => Result,
): RemoteFunction<Parameters, Result>;
export function remote<Parameters extends readonly unknown[], Result, const Returns extends number = 1>(
  options: RemoteOptions<Returns> & CheckReturns<Result, Returns>,
  fn: (...args: Parameters) => Result,
): RemoteFunction<Parameters, Result, Returns>;
export function remote(options: RemoteOptions): RemoteDecorator;
export function remote(first: unknown, second?: unknown): unknown {
  if (isDecoratorContext(second)) return decorate({}, first as AnyFunction, second);
  if (typeof first === 'function') {
    if (second !== undefined) {
      throw new InvalidArgumentError('mobula.remote takes the options first: mobula.remote(options, fn)');
    }
    const fn = first as AnyFunction;
    return createRemote(fn, optionsOfMethods.get(fn) ?? {});
  }
  if (typeof first !== 'object' || first === null) {
    throw new InvalidArgumentError(
      `mobula.remote takes a function, or options and a function, not ${String(first)}`,
    );
  }
  const options = first as RemoteOptions;
  checkRemoteOptions(options);
  if (second === undefined) {
    return (method: AnyFunction, context: unknown) => decorate(options, method, context as DecoratorContext);
  }
  if (typeof second !== 'function')
    throw new InvalidArgumentError(`mobula.remote(options, fn): fn is ${String(second)}`);
  return createRemote(second as AnyFunction, options);
}

/** The remote function of a function and checked options. */
export function createRemote(
  fn: AnyFunction,
  options: RemoteOptions,
): RemoteFunction<readonly unknown[], unknown, number> {
  if (isClass(fn)) {
    throw new NotSupportedError(
      'mobula.remote(class)',
      'Actors do not exist yet; make a remote function of what the class does.',
    );
  }
  checkRemoteOptions(options);
  const name = options.name ?? (fn.name || 'anonymous');
  const calls = new RemoteCalls(fn, name, options);
  const call = (...args: unknown[]): unknown => calls.call(args, call);
  const handle = (): never => {
    throw new DirectCallError(name);
  };
  return Object.defineProperties(handle, {
    name: { value: name, configurable: true },
    remote: { value: call, enumerable: true },
    options: {
      value: (changed: RemoteOptions) => {
        checkRemoteOptions(changed);
        return createRemote(fn, { ...options, ...changed });
      },
    },
    [PARTS]: { value: { fn, options } },
  }) as unknown as RemoteFunction<readonly unknown[], unknown, number>;
}

/** What a remote function keeps from one call to the next; it belongs to one session. */
class RemoteCalls {
  #runtime: Runtime | undefined;
  /** Of the serializers that the function was exported with. */
  #generation = 0;
  #record: FunctionRecord | undefined;
  #options: CallOptions | undefined;
  /** Stands for the calls of a burst that were not traced: a loop calls from one place. */
  #lastSite: { stack?: string } | undefined;

  constructor(
    private readonly fn: AnyFunction,
    private readonly name: string,
    private readonly options: RemoteOptions,
  ) {}

  call(args: unknown[], above: (...args: unknown[]) => unknown): unknown {
    const { runtime, shipping } = session.require(`${this.name}.remote`);
    if (this.#runtime !== runtime || this.#generation !== shipping.generation) {
      const { generation } = shipping;
      const shipped = shipping.capture(this.fn);
      for (const handle of shipped.held) runtime.store.hold(handle);
      runtime.exportFunction({ ...shipped, name: this.name });
      this.#record = functionRecord({ hash: shipped.hash, name: this.name, held: shipped.held });
      this.#options = resolveCallOptions(this.options, runtime);
      this.#runtime = runtime;
      this.#generation = generation;
    }
    const site = captureCaller(above);
    if (site !== undefined) this.#lastSite = site;
    return runtime.calls.call(this.#record!, this.#options!, args, site ?? this.#lastSite);
  }
}

let traces = MOST_TRACES;
let tracesRefilled = 0;

/**
 * The frames of whoever called `.remote()`. Their text is made only if an error is to show them. Walking the stack costs
 * more than all else in a call, so of a burst only its first calls are traced, and then one a millisecond; undefined for the others.
 */
function captureCaller(above: (...args: unknown[]) => unknown): { stack?: string } | undefined {
  if (traces < 1) {
    const now = performance.now();
    traces = Math.min(MOST_TRACES, traces + now - tracesRefilled);
    tracesRefilled = now;
    if (traces < 1) return undefined;
  }
  traces--;
  const limit = Error.stackTraceLimit;
  Error.stackTraceLimit = CALLER_FRAMES;
  const site: { stack?: string } = {};
  Error.captureStackTrace(site, above);
  Error.stackTraceLimit = limit;
  return site;
}

function decorate(options: RemoteOptions, method: AnyFunction, context: DecoratorContext): void {
  if (context.kind === 'class') {
    throw new NotSupportedError(
      '@mobula.remote on a class',
      'Actors do not exist yet; decorate a static method.',
    );
  }
  if (context.kind !== 'method') {
    throw new InvalidArgumentError(
      `@mobula.remote decorates methods, not a ${context.kind} (${String(context.name)})`,
    );
  }
  optionsOfMethods.set(method, options);
}

function isDecoratorContext(value: unknown): value is DecoratorContext {
  return typeof value === 'object' && value !== null && 'kind' in value && 'addInitializer' in value;
}

function isClass(fn: AnyFunction): boolean {
  return /^class\b/.test(Function.prototype.toString.call(fn));
}
