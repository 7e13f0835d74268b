export { captureFunction, functionToBytes, prepareCapture } from './capture.js';
export { classFromReference, classReference } from './class-references.js';
export { functionFromBytes, reviveFunction } from './revive.js';
export type {
  AnyClass,
  AnyFunction,
  CaptureContext,
  ClassReference,
  DataDecoder,
  DataEncoder,
  ReviveContext,
  ShippedFunction,
} from './types.js';
