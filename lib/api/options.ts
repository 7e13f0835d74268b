import { InvalidArgumentError } from '../errors/index.js';
import type { RetryErrors } from '../runtime/task.js';

/** Ids have three bytes for the index of a return. */
const MAX_RETURNS = 2 ** 24 - 1;
/** Attempts are counted in 16 bits. */
const MAX_RETRIES = 10_000;
const RESOURCE_UNITS = 10_000;

/** How the tasks of a remote function are run. All optional. */
export interface RemoteOptions<Returns extends number = number> {
  /** What logs and errors call the function. Default: its own name. */
  name?: string;
  /** CPUs that a task needs, in steps of 1/10000. Default 1. */
  numCpus?: number;
  /** Further resources that a task needs, by name, as given to `init({ resources })`. */
  resources?: Readonly<Record<string, number>>;
  /** Number of refs that `.remote()` returns; the function then returns an array of that length. Default 1. */
  numReturns?: Returns;
  /** How often a task is tried again when its worker process dies, or with `retryErrors` when it throws. Default 3. */
  maxRetries?: number;
  /** Which thrown errors are tried again: none (the default), all (`true`), or those of the classes. */
  retryErrors?: RetryErrors;
  /** Gives each task a process to itself: it may block in `getSync`, and no other task shares its memory. */
  exclusive?: boolean;
  /** On which nodes of the cluster tasks run. Default `DEFAULT`. */
  scheduling?: Scheduling;
}

/**
 * Where tasks run.
 * - `DEFAULT`: on this node; what it cannot start soon, or never, on the node that has most room.
 * - `SPREAD`: on all nodes that have room in turn, this one included.
 * - `{ node }`: on the node of that id (see `nodes()`), and nowhere else: a task for a node that is not in the cluster, or can never
 *   run it, fails with InfeasibleTaskError. With `soft` such a task runs elsewhere instead.
 */
export type Scheduling = 'DEFAULT' | 'SPREAD' | { readonly node: string; readonly soft?: boolean };

const REMOTE_KEYS = [
  'name',
  'numCpus',
  'resources',
  'numReturns',
  'maxRetries',
  'retryErrors',
  'exclusive',
  'scheduling',
];

/** The options of `get`. */
export interface GetOptions {
  /** Milliseconds after which the promise rejects with GetTimeoutError. The tasks go on. */
  timeout?: number | undefined;
  /** Its abort rejects the promise with `signal.reason`. It never cancels a task. */
  signal?: AbortSignal | undefined;
}

/** The options of `wait`. */
export interface WaitOptions extends GetOptions {
  /** How many refs are to be ready. Default 1. */
  numReturns?: number | undefined;
}

/** The options of `cancel`. */
export interface CancelOptions {
  /** Kills the process of a task that is running. Default false: its `currentTask().signal` aborts. */
  force?: boolean;
  /** Cancels the tasks that the task submitted too. Default true. */
  recursive?: boolean;
}

/** The options of `init`. */
export interface InitOptions {
  /** CPUs for tasks of the node that is started. Default: those that this process may use, its cgroup's quota included. */
  numCpus?: number;
  /** Further resources of this node by name, such as `{ gpu: 1 }`. */
  resources?: Readonly<Record<string, number>>;
  /** Bytes of the object store. Default: 30 % of the memory that this process may use. */
  objectStoreMemory?: number;
  /**
   * A running node to attach to, instead of starting one: `auto` for the node of this machine that `mobula start` started,
   * `auto:NAME` for one of several, or the path of a node's socket, with or without `unix:` before it. Default: the environment
   * variable MOBULA_ADDRESS, and without it a node of this program's own. What a node has was said when it was started: `numCpus`,
   * `resources` and `objectStoreMemory` cannot be given with an address.
   */
  address?: string;
  /** Whether what the workers print appears here, with the task's name and the pid before each line. Default true. */
  logToDriver?: boolean;
}

export function checkInitOptions(options: InitOptions): void {
  checkKeys('mobula.init', options, ['numCpus', 'resources', 'objectStoreMemory', 'address', 'logToDriver']);
  const { numCpus, resources, objectStoreMemory, logToDriver, address } = options;
  if (numCpus !== undefined) checkAmount('numCpus', numCpus);
  checkResources(resources);
  if (
    objectStoreMemory !== undefined &&
    !(Number.isSafeInteger(objectStoreMemory) && objectStoreMemory >= MIN_STORE_BYTES)
  ) {
    invalid(
      `objectStoreMemory must be a whole number of bytes, at least ${MIN_STORE_BYTES}, not ${show(objectStoreMemory)}`,
    );
  }
  if (logToDriver !== undefined && typeof logToDriver !== 'boolean')
    invalid(`logToDriver must be true or false, not ${show(logToDriver)}`);
  if (address !== undefined && typeof address !== 'string')
    invalid(`address must be a string, not ${show(address)}`);
}

const MIN_STORE_BYTES = 1 << 20;

export function checkRemoteOptions(options: RemoteOptions): void {
  checkKeys('a remote function', options, REMOTE_KEYS);
  const { name, numCpus, resources, numReturns, maxRetries, retryErrors, exclusive } = options;
  if (name !== undefined && (typeof name !== 'string' || name === ''))
    invalid(`name must be a string, not ${show(name)}`);
  if (numCpus !== undefined) checkAmount('numCpus', numCpus);
  checkResources(resources);
  if (
    numReturns !== undefined &&
    !(Number.isInteger(numReturns) && numReturns >= 1 && numReturns <= MAX_RETURNS)
  ) {
    invalid(`numReturns must be a whole number from 1 to ${MAX_RETURNS}, not ${show(numReturns)}`);
  }
  if (
    maxRetries !== undefined &&
    !(Number.isInteger(maxRetries) && maxRetries >= 0 && maxRetries <= MAX_RETRIES)
  ) {
    invalid(`maxRetries must be a whole number from 0 to ${MAX_RETRIES}, not ${show(maxRetries)}`);
  }
  if (retryErrors !== undefined && typeof retryErrors !== 'boolean') {
    if (!Array.isArray(retryErrors) || !retryErrors.every((each) => typeof each === 'function')) {
      invalid(`retryErrors must be true, false or an array of error classes, not ${show(retryErrors)}`);
    }
  }
  if (exclusive !== undefined && typeof exclusive !== 'boolean')
    invalid(`exclusive must be true or false, not ${show(exclusive)}`);
  checkScheduling(options.scheduling);
}

function checkScheduling(scheduling: unknown): void {
  if (scheduling === undefined || scheduling === 'DEFAULT' || scheduling === 'SPREAD') return;
  if (typeof scheduling !== 'object' || scheduling === null || !('node' in scheduling))
    invalid(`scheduling must be 'DEFAULT', 'SPREAD' or { node, soft }, not ${show(scheduling)}`);
  checkKeys('scheduling', scheduling, ['node', 'soft']);
  const { node, soft } = scheduling as { node: unknown; soft?: unknown };
  if (typeof node !== 'string' || !/^[0-9a-f]+$/.test(node))
    invalid(`scheduling.node must be the id of a node, as mobula.nodes() tells it, not ${show(node)}`);
  if (soft !== undefined && typeof soft !== 'boolean')
    invalid(`scheduling.soft must be true or false, not ${show(soft)}`);
}

export function checkGetOptions(operation: string, options: GetOptions | undefined): void {
  if (options === undefined) return;
  checkKeys(operation, options, ['timeout', 'signal']);
  checkTimeoutAndSignal(options);
}

export function checkWaitOptions(options: WaitOptions | undefined, count: number): void {
  if (options === undefined) return;
  checkKeys('mobula.wait', options, ['numReturns', 'timeout', 'signal']);
  checkTimeoutAndSignal(options);
  const { numReturns } = options;
  if (numReturns !== undefined && !(Number.isInteger(numReturns) && numReturns >= 1 && numReturns <= count)) {
    invalid(`numReturns must be a whole number from 1 to the ${count} refs given, not ${show(numReturns)}`);
  }
}

export function checkCancelOptions(options: CancelOptions | undefined): void {
  if (options === undefined) return;
  checkKeys('mobula.cancel', options, ['force', 'recursive']);
  for (const key of ['force', 'recursive'] as const) {
    if (options[key] !== undefined && typeof options[key] !== 'boolean')
      invalid(`${key} must be true or false, not ${show(options[key])}`);
  }
}

function checkResources(resources: unknown): void {
  if (resources === undefined) return;
  if (typeof resources !== 'object' || resources === null)
    invalid(`resources must be an object of amounts, not ${show(resources)}`);
  for (const [name, amount] of Object.entries(resources as object)) {
    if (name === 'CPU') invalid('resources must not name CPU; use numCpus');
    checkAmount(`resources.${name}`, amount);
  }
}

function checkAmount(name: string, amount: unknown): void {
  if (typeof amount !== 'number' || !(amount >= 0) || !Number.isFinite(amount)) {
    invalid(`${name} must be a number that is not negative, not ${show(amount)}`);
  }
  if (Math.abs(amount * RESOURCE_UNITS - Math.round(amount * RESOURCE_UNITS)) > 1e-6) {
    invalid(`${name} must be a multiple of 1/${RESOURCE_UNITS}, not ${show(amount)}`);
  }
}

function checkTimeoutAndSignal({ timeout, signal }: GetOptions): void {
  if (timeout !== undefined && !(typeof timeout === 'number' && timeout >= 0)) {
    invalid(`timeout must be a number of milliseconds, not ${show(timeout)}`);
  }
  if (timeout !== undefined && timeout > MAX_TIMEOUT && timeout !== Number.POSITIVE_INFINITY) {
    invalid(`timeout must be at most ${MAX_TIMEOUT} milliseconds (or Infinity), not ${show(timeout)}`);
  }
  if (signal !== undefined && !(signal instanceof AbortSignal))
    invalid(`signal must be an AbortSignal, not ${show(signal)}`);
}

/** Longest delay of a timer. */
const MAX_TIMEOUT = 2 ** 31 - 1;

function checkKeys(operation: string, options: unknown, known: readonly string[]): void {
  if (typeof options !== 'object' || options === null || Array.isArray(options)) {
    invalid(
      `the options of ${operation} must be an object, not ${show(options)}. ` +
        'Used as a callback, as in refs.map(mobula.get), it is given an index: write refs.map((ref) => mobula.get(ref)), or mobula.get(refs).',
    );
  }
  for (const key of Object.keys(options)) {
    if (!known.includes(key)) invalid(`${operation} has no option '${key}'; it has ${known.join(', ')}`);
  }
}

export function show(value: unknown): string {
  if (typeof value === 'string') return JSON.stringify(value);
  if (typeof value === 'function') return `function ${value.name}`;
  if (Array.isArray(value)) return 'an array';
  if (typeof value === 'object' && value !== null) return `a ${value.constructor?.name ?? 'object'}`;
  return String(value);
}

export function invalid(message: string): never {
  throw new InvalidArgumentError(message);
}
