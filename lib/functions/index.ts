export { captureFunction, functionToBytes, prepareCapture } from './capture.js';
export { classFromReference, classReference } from './class-references.js';
export { codeHash, type SentFile } from './code-manifest.js';
export { restorePaths } from './code-places.js';
export { nodePath } from './program-files.js';
export { functionFromBytes, reviveFunction } from './revive.js';
export type {
  AnyClass,
  AnyFunction,
  CaptureContext,
  ClassReference,
  CodeReceiver,
  CodeSender,
  DataDecoder,
  DataEncoder,
  ReviveContext,
  ShippedFunction,
} from './types.js';
