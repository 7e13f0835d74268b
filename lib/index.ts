/**
 * Mobula: remote functions on worker processes that read the same arrays in shared memory.
 * @packageDocumentation
 */
export { type Allocated, allocate } from './api/allocate.js';
export { type NodeInfo, nodes, type ResourceAmounts, resources } from './api/cluster.js';
export { init, isInitialized, type Node, shutdown } from './api/init.js';
export {
  asCompleted,
  type Completed,
  type CurrentTask,
  cancel,
  currentTask,
  free,
  get,
  getSync,
  put,
  type Values,
  wait,
} from './api/objects.js';
export type {
  CancelOptions,
  GetOptions,
  InitOptions,
  RemoteOptions,
  Scheduling,
  WaitOptions,
} from './api/options.js';
export {
  type CheckReturns,
  type RemoteArgument,
  type RemoteArguments,
  type RemoteDecorator,
  type RemoteFunction,
  type RemoteResult,
  remote,
} from './api/remote.js';
export { registerSerializer } from './api/serializers.js';
export { type LinkStatistics, type NodeStatistics, statistics } from './api/statistics.js';
export {
  AlreadyInitializedError,
  BlockingGetError,
  ControlStoreError,
  DirectCallError,
  ERROR_CATALOGUE,
  type ErrorCatalogueEntry,
  GetTimeoutError,
  InfeasibleTaskError,
  InitInsideTaskError,
  InvalidArgumentError,
  isMobulaError,
  MobulaError,
  NativeAddonError,
  NodeLinkError,
  type NodeLinkFailure,
  NodeNotFoundError,
  NotInitializedError,
  NotSupportedError,
  ObjectFreedError,
  ObjectLostError,
  ObjectStoreFullError,
  OwnerDiedError,
  ProtocolError,
  RayletDiedError,
  SerializationError,
  ShutdownError,
  type StoreHolder,
  TaskCancelledError,
  TaskError,
  VersionMismatchError,
  type WaitingFor,
  WorkerCrashedError,
  WorkerStartError,
  WrongThreadError,
} from './errors/index.js';
export { ObjectRef } from './store/object-ref.js';
export type { Serializer } from './values/index.js';
