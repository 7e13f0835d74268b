import type { MobulaError } from './mobula-error.js';
import {
  ControlStoreError,
  NodeLinkError,
  NodeNotFoundError,
  ProtocolError,
  RayletDiedError,
} from './node.js';
import {
  GetTimeoutError,
  ObjectFreedError,
  ObjectLostError,
  ObjectStoreFullError,
  OwnerDiedError,
} from './object.js';
import { SerializationError } from './serialization.js';
import {
  BlockingGetError,
  InfeasibleTaskError,
  TaskCancelledError,
  TaskError,
  WorkerCrashedError,
  WorkerStartError,
} from './task.js';
import {
  AlreadyInitializedError,
  DirectCallError,
  InitInsideTaskError,
  InvalidArgumentError,
  NativeAddonError,
  NotInitializedError,
  NotSupportedError,
  ShutdownError,
  VersionMismatchError,
  WrongThreadError,
} from './usage.js';

/** One error that a program can meet. */
export interface ErrorCatalogueEntry {
  /** Stable; equal to the static `code` of the class. */
  readonly code: string;
  readonly class: (abstract new (...parameters: never[]) => MobulaError) & { readonly code: string };
  /** When it is thrown. */
  readonly when: string;
  /** What to do about it. */
  readonly whatToDo: string;
}

/** Every error of Mobula, once. The documentation's table and the package's exports are checked against it. */
export const ERROR_CATALOGUE: readonly ErrorCatalogueEntry[] = [
  {
    code: 'ERR_MOBULA_NOT_INITIALIZED',
    class: NotInitializedError,
    when: 'Something of Mobula is used before `init` or after `shutdown`.',
    whatToDo: 'Call `await mobula.init()` first.',
  },
  {
    code: 'ERR_MOBULA_ALREADY_INITIALIZED',
    class: AlreadyInitializedError,
    when: '`init` is called while a session runs in this process.',
    whatToDo: 'Use the running session, or `await mobula.shutdown()` first.',
  },
  {
    code: 'ERR_MOBULA_INIT_INSIDE_TASK',
    class: InitInsideTaskError,
    when: '`init` or `shutdown` is called inside a task.',
    whatToDo: 'Use the task’s own session; keep what tasks import out of the file that calls `init`.',
  },
  {
    code: 'ERR_MOBULA_SHUTDOWN',
    class: ShutdownError,
    when: 'The session ends while an operation is pending.',
    whatToDo: 'Await what is needed before `shutdown`.',
  },
  {
    code: 'ERR_MOBULA_WRONG_THREAD',
    class: WrongThreadError,
    when: 'A session is used from a thread that did not start it.',
    whatToDo: 'Call `init` in each thread that uses Mobula.',
  },
  {
    code: 'ERR_MOBULA_NOT_SUPPORTED',
    class: NotSupportedError,
    when: 'This version or platform does not offer what is asked for.',
    whatToDo: 'The message names the alternative.',
  },
  {
    code: 'ERR_MOBULA_INVALID_ARGUMENT',
    class: InvalidArgumentError,
    when: 'An argument or option is wrong. It is a TypeError too.',
    whatToDo: 'Correct the call; the message names the argument.',
  },
  {
    code: 'ERR_MOBULA_DIRECT_CALL',
    class: DirectCallError,
    when: 'A remote function is called directly.',
    whatToDo: 'Call `.remote(...)`, or the original function.',
  },
  {
    code: 'ERR_MOBULA_VERSION_MISMATCH',
    class: VersionMismatchError,
    when: 'Copies of Mobula, nodes, or packages that must be of one version are not.',
    whatToDo: 'Install the same version in both places.',
  },
  {
    code: 'ERR_MOBULA_NATIVE_ADDON',
    class: NativeAddonError,
    when: 'The native addon is not built, or the platform is not supported.',
    whatToDo: 'Build it (`npm rebuild mobula`), or use a supported platform.',
  },
  {
    code: 'ERR_MOBULA_TASK',
    class: TaskError,
    when: 'A task’s own code throws. `cause` is what it threw.',
    whatToDo: 'Handle `error.cause`; `TaskError.is(error, Class)` narrows it.',
  },
  {
    code: 'ERR_MOBULA_TASK_CANCELLED',
    class: TaskCancelledError,
    when: 'The task is cancelled, or the task that submitted it.',
    whatToDo: 'Submit it again if the result is needed.',
  },
  {
    code: 'ERR_MOBULA_WORKER_CRASHED',
    class: WorkerCrashedError,
    when: 'The worker process dies while it runs the task, and no retry is left.',
    whatToDo:
      'Read `signal`, `exitCode`, `stderr` and `memory`; look for process.exit, native crashes, lack of memory.',
  },
  {
    code: 'ERR_MOBULA_WORKER_START',
    class: WorkerStartError,
    when: 'Worker processes fail to start several times in a row.',
    whatToDo: 'Read `stderr`; check NODE_OPTIONS and loaders.',
  },
  {
    code: 'ERR_MOBULA_INFEASIBLE_TASK',
    class: InfeasibleTaskError,
    when: 'A task asks for resources that no node has.',
    whatToDo: 'Ask for less, or start a node that has them.',
  },
  {
    code: 'ERR_MOBULA_BLOCKING_GET',
    class: BlockingGetError,
    when: '`getSync` inside a task meets an object that is not ready.',
    whatToDo: '`await mobula.get(ref)`, or make the task `exclusive`.',
  },
  {
    code: 'ERR_MOBULA_OBJECT_LOST',
    class: ObjectLostError,
    when: 'The data of an object is gone and cannot be made again.',
    whatToDo: 'Put the value again, or make it in a task.',
  },
  {
    code: 'ERR_MOBULA_OWNER_DIED',
    class: OwnerDiedError,
    when: 'The process or node that owned the object dies. It is an ObjectLostError too.',
    whatToDo: 'Run again what made the object.',
  },
  {
    code: 'ERR_MOBULA_OBJECT_FREED',
    class: ObjectFreedError,
    when: 'The object was destroyed by `free`.',
    whatToDo: 'Free later, or not at all.',
  },
  {
    code: 'ERR_MOBULA_OBJECT_STORE_FULL',
    class: ObjectStoreFullError,
    when: 'No room is freed within `storeFullTimeout`, or the value is bigger than the store.',
    whatToDo: 'Read `holders`; drop refs, or give `init` more `objectStoreMemory`.',
  },
  {
    code: 'ERR_MOBULA_GET_TIMEOUT',
    class: GetTimeoutError,
    when: '`get` is not ready within its timeout.',
    whatToDo: 'Read `waitingFor`; get again, or cancel.',
  },
  {
    code: 'ERR_MOBULA_SERIALIZATION',
    class: SerializationError,
    when: 'A value, or a variable that a function captures, cannot be sent to another process.',
    whatToDo: 'Read `path`; send something else, or register a serializer for the class.',
  },
  {
    code: 'ERR_MOBULA_NODE_NOT_FOUND',
    class: NodeNotFoundError,
    when: '`init({ address })` finds no node there, or several.',
    whatToDo: 'Start one with `mobula start --head`, or name the one that is meant.',
  },
  {
    code: 'ERR_MOBULA_RAYLET_DIED',
    class: RayletDiedError,
    when: 'The raylet process dies.',
    whatToDo: '`shutdown`, then `init` again.',
  },
  {
    code: 'ERR_MOBULA_PROTOCOL',
    class: ProtocolError,
    when: 'A process sends what is no valid frame.',
    whatToDo: 'Check that all processes run the same version.',
  },
  {
    code: 'ERR_MOBULA_NODE_LINK',
    class: NodeLinkError,
    when: 'The link to another node of the cluster cannot be made, or ends.',
    whatToDo: 'Read `failure` and `peer`; check the address, the secret and the certificates.',
  },
  {
    code: 'ERR_MOBULA_CONTROL_STORE',
    class: ControlStoreError,
    when: 'The cluster’s Redis cannot be reached, or refuses what it is given.',
    whatToDo: 'Check that Redis runs at the URL in the message, and its user and password.',
  },
];
