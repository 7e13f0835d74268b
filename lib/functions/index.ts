export { captureFunction, functionToBytes } from './capture.js';
export { classFromReference, classReference } from './class-references.js';
export { functionFromBytes, reviveFunction } from './revive.js';
export {
  type AnyClass,
  type AnyFunction,
  type CaptureContext,
  type ClassReference,
  type DataDecoder,
  type DataEncoder,
  type EncodedData,
  REMOTE_FUNCTION,
  type RemotePair,
  type ReviveContext,
  remotePairOf,
  type ShippedFunction,
} from './types.js';
