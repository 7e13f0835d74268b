import { hostname } from 'node:os';
import { join } from 'node:path';
import {
  type AnyFunction,
  type CaptureContext,
  type CodeReceiver,
  captureFunction,
  classFromReference,
  classReference,
  functionFromBytes,
  functionToBytes,
  type ReviveContext,
  reviveFunction,
  type SentFile,
  type ShippedFunction,
} from '../functions/index.js';
import type { NativeStore } from '../store/native.js';
import { ObjectRef } from '../store/object-ref.js';
import {
  type Codec,
  type CodecHooks,
  createCodec,
  createPackageImporter,
  type SerializerRegistry,
} from '../values/index.js';
import type { Runtime } from './runtime.js';

/** Stands for an object that was destroyed before a value that refers to it was read: no entry has this handle. */
const GONE_HANDLE = 2 ** 52 - 1;

/** Makes the handle of a remote function that arrived in a value. */
export type MakeRemote = (fn: AnyFunction, options: unknown) => unknown;

/** A node in messages. */
export function nodeLabel(id: string): string {
  return `${id.slice(0, 8)} on ${hostname()}`;
}

/** What a process of a cluster does with the files of programs; nothing of it on a node that stands alone. */
export interface SharedCode {
  /** This node, for messages: functions take their program's files along. */
  readonly node?: string | undefined;
  /** Gets files of a program that is not installed here. */
  readonly receiver?: CodeReceiver | undefined;
}

/** Values and functions on their way to and from other processes, for one environment. */
export class Shipping {
  /** For arguments, results and stored values. */
  readonly codec: Codec;
  readonly #capture: CaptureContext;
  readonly #revive: ReviveContext;
  #runtime: Runtime | undefined;

  /**
   * @param program the program's entry script: what packages values are made with is found from there, and no worker
   *   may import it
   * @param serializers those that this environment registered
   * @param code how the program's files get to other machines, in a cluster
   */
  constructor(
    store: NativeStore,
    program: string | undefined,
    serializers: SerializerRegistry,
    makeRemote: MakeRemote,
    code: SharedCode = {},
  ) {
    const hooks: CodecHooks = {
      refHandle: (value) => (ObjectRef.is(value) ? ObjectRef.handleOf(value) : 0),
      writeRefId: (handle, target, offset) => store.writeId(handle, target, offset),
      readRef: (bytes, offset) => new ObjectRef(store, store.lookup(bytes, offset) || GONE_HANDLE),
      functionToBytes: (fn, hold) => functionToBytes(fn, this.#capture, hold),
      functionFromBytes: (bytes) => functionFromBytes(bytes, this.#revive),
      makeRemote,
      classReference,
      classFromReference,
      importPackage: createPackageImporter(program ?? join(process.cwd(), 'program.js')),
    };
    this.codec = createCodec(hooks, { serializers });
    // Capturing happens in the middle of an encode that met a function; a codec's buffers are its own.
    const inner = createCodec(hooks, { serializers });
    this.#capture = {
      codec: inner,
      entryScript: program,
      code: code.node === undefined ? undefined : { node: code.node, send: (file) => this.#sendFile(file) },
      putBuffer: (view) => this.#runtime!.values.putEncoded(inner.encodeView(view), 0),
      objectId: (handle) => {
        const id = new Uint8Array(16);
        store.writeId(handle, id, 0);
        return id;
      },
    };
    this.#revive = {
      codec: inner,
      makeRemote,
      code: code.receiver,
      openBuffer: (id) => {
        const opened = store.open(store.lookup(id, 0), 0);
        if (opened === undefined)
          throw new Error('a buffer that the function captured is gone: its job has ended');
        return opened.buffers[0]!;
      },
    };
  }

  attach(runtime: Runtime): void {
    this.#runtime = runtime;
  }

  /** Files go where functions go, under the hash of their content. */
  #sendFile({ hash, path, content }: SentFile): void {
    this.#runtime!.exportFunction({ hash, name: path, payload: content, held: [] });
  }

  /** @throws SerializationError with the capture path of what cannot be sent */
  capture(fn: AnyFunction): ShippedFunction {
    return captureFunction(fn, this.#capture);
  }

  revive(payload: Uint8Array): Promise<(...args: unknown[]) => unknown> {
    return reviveFunction(payload, this.#revive) as Promise<(...args: unknown[]) => unknown>;
  }
}
