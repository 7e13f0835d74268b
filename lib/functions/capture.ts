import { rememberCapturedModules, rememberClasses } from './class-references.js';
import { FunctionGraph } from './function-graph.js';
import { inspect } from './inspection.js';
import { ModuleGraph } from './module-graph.js';
import { parseFunction } from './parsed-function.js';
import { type PayloadBuffer, writePayload } from './payload.js';
import { ProgramFiles } from './program-files.js';
import { FunctionTag } from './revive.js';
import { nameOf } from './trail.js';
import type { AnyFunction, CaptureContext, ShippedFunction } from './types.js';

/** Captured buffers from this size on become objects of the store, in bytes. */
const INLINE_LIMIT = 64 * 1024;

/** What is remembered for one session. */
interface Session {
  readonly modules: ModuleGraph;
  readonly files: ProgramFiles | undefined;
  readonly shipped: WeakMap<AnyFunction, ShippedFunction>;
  /** Functions inside values whose encoded form can never change. */
  readonly encoded: WeakMap<AnyFunction, { readonly bytes: Uint8Array; readonly held: readonly number[] }>;
}

const sessions = new WeakMap<CaptureContext, Session>();

/** The graph whose data is being encoded: functions in that data belong to it. */
let current: FunctionGraph | undefined;

function sessionOf(context: CaptureContext): Session {
  let session = sessions.get(context);
  if (session === undefined) {
    session = {
      modules: new ModuleGraph(context.entryScript),
      files: context.code && new ProgramFiles(context.code.node, (file) => context.code!.send(file)),
      shipped: new WeakMap(),
      encoded: new WeakMap(),
    };
    sessions.set(context, session);
  }
  return session;
}

/**
 * Captures a function for other processes: by reference what they can import, by value what they cannot. A function is
 * captured once; what its variables hold later does not count.
 *
 * @throws SerializationError with the capture path, file and line of what cannot be shipped
 */
export function captureFunction(fn: AnyFunction, context: CaptureContext): ShippedFunction {
  const session = sessionOf(context);
  let shipped = session.shipped.get(fn);
  if (shipped === undefined) {
    const { payload, hash, held } = capture(fn, context, session, (view) => {
      const handle = context.putBuffer(view);
      return { handle, id: context.objectId(handle) };
    });
    shipped = { hash, payload, name: nameOf(fn) || 'anonymous', held };
    session.shipped.set(fn, shipped);
  }
  return shipped;
}

/**
 * Loads what capturing needs: some tens of milliseconds that the first function need not wait for, when the program
 * waits for something else anyway.
 */
export function prepareCapture(): void {
  const probe = (): void => {};
  parseFunction(Function.prototype.toString.call(probe), true);
  inspect().look(probe);
}

/**
 * A function inside a value, as the codec's hook wants it. It is captured as it is now, and holds its buffers itself.
 *
 * @param hold gets the handle of each object that the function refers to: the value around it contains them
 * @throws SerializationError as captureFunction
 */
export function functionToBytes(
  fn: AnyFunction,
  context: CaptureContext,
  hold: (handle: number) => void = () => {},
): Uint8Array {
  if (current !== undefined) {
    const bytes = new Uint8Array(5);
    bytes[0] = FunctionTag.Inner;
    new DataView(bytes.buffer).setUint32(1, current.add(fn, undefined), true);
    return bytes;
  }
  const session = sessionOf(context);
  let encoded = session.encoded.get(fn);
  if (encoded === undefined) {
    const made = capture(fn, context, session, undefined);
    const bytes = new Uint8Array(1 + made.payload.length);
    bytes[0] = FunctionTag.Whole;
    bytes.set(made.payload, 1);
    encoded = { bytes, held: made.held };
    if (made.isStable) session.encoded.set(fn, encoded);
  }
  for (const handle of encoded.held) hold(handle);
  return encoded.bytes;
}

function capture(
  fn: AnyFunction,
  context: CaptureContext,
  { modules, files }: Session,
  put: ((view: ArrayBufferView) => { handle: number; id: Uint8Array }) | undefined,
): { payload: Uint8Array; hash: string; held: number[]; isStable: boolean } {
  const before = current;
  const graph: FunctionGraph = new FunctionGraph(modules, {
    encode: (value, name) => {
      current = graph;
      try {
        return context.codec.encode(value, name);
      } finally {
        current = before;
      }
    },
  });
  const { unit: captured, data } = graph.capture(fn);
  const unit = files === undefined ? captured : { ...captured, code: files.manifestOf(captured) };
  const held = [...(data?.contained ?? [])];
  const buffers = (data?.buffers ?? []).map((view): PayloadBuffer => {
    const content = bytesOf(view);
    if (put === undefined || content.length <= INLINE_LIMIT) return { bytes: content };
    const { handle, id } = put(view);
    held.push(handle);
    return { id, content };
  });
  const { payload, hash } = writePayload(unit, data?.bytes ?? new Uint8Array(0), buffers);
  rememberClasses(hash, graph.errorClasses, 'captured');
  rememberCapturedModules(unit.modules);
  return { payload, hash, held, isStable: graph.isStable };
}

function bytesOf(view: ArrayBufferView): Uint8Array {
  return new Uint8Array(view.buffer, view.byteOffset, view.byteLength);
}
