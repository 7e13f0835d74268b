export { ERROR_CATALOGUE, type ErrorCatalogueEntry } from './catalogue.js';
export { isMobulaError, MobulaError } from './mobula-error.js';
export {
  ControlStoreError,
  NodeLinkError,
  type NodeLinkFailure,
  NodeNotFoundError,
  ProtocolError,
  RayletDiedError,
} from './node.js';
export {
  GetTimeoutError,
  ObjectFreedError,
  ObjectLostError,
  ObjectStoreFullError,
  OwnerDiedError,
  type StoreFull,
  type StoreHolder,
  type WaitingFor,
} from './object.js';
export { ModulesNotLoadedError, SerializationError, type SerializationFailure } from './serialization.js';
export {
  BlockingGetError,
  InfeasibleTaskError,
  type ProcessEnd,
  TaskCancelledError,
  TaskError,
  type WorkerCrash,
  WorkerCrashedError,
  WorkerStartError,
} from './task.js';
export { describeThrown } from './text.js';
export {
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
export { errorClassOf, fromWire, toWire, type WireError } from './wire.js';
