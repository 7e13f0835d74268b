import { MobulaError } from './mobula-error.js';
import { describeThrown, formatBytes, formatResources, plural, quoteOutput } from './text.js';

/** How a process ended; both fields undefined when nobody could tell. */
export interface ProcessEnd {
  readonly pid: number;
  readonly signal?: string | undefined;
  readonly exitCode?: number | undefined;
}

/** `was killed by SIGKILL`, `exited with code 3`, `disappeared`. */
export function describeEnd(end: ProcessEnd): string {
  if (end.signal !== undefined) return `was killed by ${end.signal}`;
  if (end.exitCode !== undefined) return `exited with code ${end.exitCode}`;
  return 'disappeared';
}

/**
 * What a task's own code threw. Nothing else is wrapped in it: a crashed worker, a cancelled task and the like come as
 * themselves.
 *
 * `cause` is the thrown value: an Error keeps its class, own properties, cause and the stack it had in the worker.
 * `stack` shows the worker's frames, then the place in this process that called `.remote()`.
 *
 * @example
 * ```ts
 * try {
 *   await mobula.get(ref)
 * } catch (error) {
 *   if (mobula.TaskError.is(error, RangeError)) console.log(error.cause.message)
 *   else throw error
 * }
 * ```
 */
export class TaskError<Cause = unknown> extends MobulaError {
  static readonly code = 'ERR_MOBULA_TASK';
  declare readonly cause: Cause;
  /** The name of the function that threw. */
  readonly functionName: string;

  /** @param callerFrames lines of a stack (`    at ...`) that name the place of the `.remote()` call */
  constructor(functionName: string, cause: Cause, callerFrames = '') {
    // Where this wrapper is made says nothing about the failure; its stack is put together from the two that do.
    const limit = Error.stackTraceLimit;
    Error.stackTraceLimit = 0;
    super(TaskError.code, `task '${functionName}' threw ${describeThrown(cause)}`, { cause });
    Error.stackTraceLimit = limit;
    this.functionName = functionName;
    setStack(this, `${this.name}: ${this.message}${framesOf(cause)}`);
    if (callerFrames !== '') this.appendCaller(callerFrames);
  }

  /** Adds the frames of the `.remote()` call to the end of `stack` (the submitter does, when it reads the result). */
  appendCaller(frames: string): void {
    setStack(this, `${this.stack}\n${frames.replace(/^\n+|\n+$/g, '')}`);
  }

  /** Whether `error` is a TaskError and, when a class is given, whether its cause is an instance of that class. */
  static is(error: unknown): error is TaskError;
  static is<Cause>(
    error: unknown,
    causeClass: abstract new (...parameters: never[]) => Cause,
  ): error is TaskError<Cause>;
  static is(error: unknown, causeClass?: abstract new (...parameters: never[]) => unknown): boolean {
    return error instanceof TaskError && (causeClass === undefined || error.cause instanceof causeClass);
  }
}

/** A function and not a private method: errors that come from another process are made without their constructor. */
function setStack(error: Error, stack: string): void {
  Object.defineProperty(error, 'stack', { value: stack, writable: true, configurable: true });
}

/** The `    at ...` lines of an error's stack with the line break before them; '' when there are none. */
function framesOf(error: unknown): string {
  if (!(error instanceof Error) || typeof error.stack !== 'string') return '';
  const first = /^ {4}at /m.exec(error.stack);
  return first === null ? '' : `\n${error.stack.slice(first.index).trimEnd()}`;
}

/** A task was cancelled by `mobula.cancel`, or because the task that submitted it was. */
export class TaskCancelledError extends MobulaError {
  static readonly code = 'ERR_MOBULA_TASK_CANCELLED';
  /** The name of the function. */
  readonly functionName: string;

  constructor(functionName: string) {
    super(
      TaskCancelledError.code,
      `task '${functionName}' was cancelled. Submit it again if its result is needed.`,
    );
    this.functionName = functionName;
  }
}

/** What {@link WorkerCrashedError} reports. */
export interface WorkerCrash extends ProcessEnd {
  /** The name of the function that was running. */
  readonly functionName: string;
  /** How often the task was started, this time included. */
  readonly attempts: number;
  /** The last lines that the process wrote to stderr. */
  readonly stderr?: string | undefined;
  /** Resident memory of the process when it was last seen, in bytes. */
  readonly memory?: number | undefined;
}

/** The worker process died while it ran the task, and the task may not be tried again. */
export class WorkerCrashedError extends MobulaError {
  static readonly code = 'ERR_MOBULA_WORKER_CRASHED';
  readonly functionName: string;
  readonly pid: number;
  /** The signal that killed the process, such as `SIGKILL`; undefined if it exited. */
  readonly signal: string | undefined;
  /** The exit code of the process; undefined if a signal killed it. */
  readonly exitCode: number | undefined;
  readonly attempts: number;
  /** The last lines that the process wrote to stderr; '' if none. */
  readonly stderr: string;
  /** Resident memory of the process when it was last seen, in bytes; undefined if unknown. */
  readonly memory: number | undefined;

  constructor(crash: WorkerCrash) {
    super(WorkerCrashedError.code, describeCrash(crash));
    this.functionName = crash.functionName;
    this.pid = crash.pid;
    this.signal = crash.signal;
    this.exitCode = crash.exitCode;
    this.attempts = crash.attempts;
    this.stderr = crash.stderr ?? '';
    this.memory = crash.memory;
  }
}

function describeCrash(crash: WorkerCrash): string {
  const memory = crash.memory === undefined ? '' : ` holding ${formatBytes(crash.memory)} of memory`;
  const remedy =
    crash.exitCode !== undefined
      ? 'Look for process.exit or an uncaught error in the function and in what it imports.'
      : 'If the system ran out of memory, run fewer tasks at once (options({ numCpus })) or give the machine more.';
  return (
    `worker process ${crash.pid} ${describeEnd(crash)}${memory} while it ran task '${crash.functionName}' ` +
    `(${plural(crash.attempts, 'attempt')}). ${remedy}` +
    quoteOutput('Its last output to stderr', crash.stderr ?? '')
  );
}

/** Worker processes could not be started, several times in a row. */
export class WorkerStartError extends MobulaError {
  static readonly code = 'ERR_MOBULA_WORKER_START';
  /** The last lines that the process wrote to stderr; '' if none. */
  readonly stderr: string;

  constructor(reason: string, stderr = '') {
    super(
      WorkerStartError.code,
      `no worker process could be started: ${reason}. ` +
        `Workers inherit this program's NODE_OPTIONS and Node flags: check that they work for a second process.` +
        quoteOutput('Its last output to stderr', stderr),
    );
    this.stderr = stderr;
  }
}

/** No node can ever have the resources that a task asks for. */
export class InfeasibleTaskError extends MobulaError {
  static readonly code = 'ERR_MOBULA_INFEASIBLE_TASK';
  readonly functionName: string;
  /** What the task asks for. */
  readonly resources: Readonly<Record<string, number>>;
  /** What each node has in all. */
  readonly nodes: readonly Readonly<Record<string, number>>[];

  constructor(
    functionName: string,
    resources: Readonly<Record<string, number>>,
    nodes: readonly Readonly<Record<string, number>>[],
    message?: string,
  ) {
    const offers = nodes.length === 1 ? 'the node has' : 'the nodes have';
    super(
      InfeasibleTaskError.code,
      message ??
        `task '${functionName}' asks for { ${formatResources(resources)} } but ${offers} ` +
          `${nodes.map((node) => `{ ${formatResources(node)} }`).join(', ') || 'nothing'}. ` +
          'Ask for less with .options({ numCpus, resources }), or give mobula.init({ numCpus, resources }) more.',
    );
    this.functionName = functionName;
    this.resources = resources;
    this.nodes = nodes;
  }

  /** Of a task that names the node that it is to run on. */
  static onNode(
    functionName: string,
    resources: Readonly<Record<string, number>>,
    reason: string,
  ): InfeasibleTaskError {
    const message =
      `task '${functionName}', which asks for { ${formatResources(resources)} }, cannot run on the node that it names: ` +
      `${reason}. mobula.nodes() tells which nodes are alive and what they have; with .options({ scheduling: { node, ` +
      'soft: true } }) such tasks may run elsewhere.';
    return new InfeasibleTaskError(functionName, resources, [], message);
  }
}

/** `getSync` inside a task would block a process that may be needed to compute the very value. */
export class BlockingGetError extends MobulaError {
  static readonly code = 'ERR_MOBULA_BLOCKING_GET';
  /** The function that called getSync. */
  readonly functionName: string;
  /** The object waited for, as in `ObjectRef(hex)`. */
  readonly objectId: string;

  constructor(functionName: string, objectId: string) {
    super(
      BlockingGetError.code,
      `task '${functionName}' called mobula.getSync on ObjectRef(${objectId}), which is not ready yet; it could wait ` +
        'for a task suspended in its own process. Use `await mobula.get(ref)`, or give the task a process to itself ' +
        'with .options({ exclusive: true }).',
    );
    this.functionName = functionName;
    this.objectId = objectId;
  }
}
