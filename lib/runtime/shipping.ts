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
import { JobSerializers } from './job-serializers.js';
import type { Runtime } from './runtime.js';

/** Stands for an object that was destroyed before a value that refers to it was read: no entry has this handle. */
const GONE_HANDLE = 2 ** 52 - 1;

/** Makes the handle of a remote function that arrived in a value. */
export type MakeRemote = (fn: AnyFunction, options: unknown) => unknown;

/** A node in messages. */
export function nodeLabel(id: string): string {
  return `${id.slice(0, 8)} on ${hostname()}`;
}

/** How code gets from process to process, beside the functions themselves. */
export interface SharedCode {
  /** This node, for messages: functions take their program's files along. In a cluster only. */
  readonly node?: string | undefined;
  /** In a worker: gets what another process of the job sent under its content hash; undefined for what cannot be had. */
  readonly fetch?: ((hash: string) => Promise<Uint8Array | undefined>) | undefined;
  /** Gets files of a program that is not installed here. */
  readonly receiver?: CodeReceiver | undefined;
}

/** Values and functions on their way to and from other processes, for one environment. */
export class Shipping {
  /** For arguments, results and stored values. */
  readonly codec: Codec;
  readonly #capture: CaptureContext;
  readonly #revive: ReviveContext;
  readonly #serializers: JobSerializers;
  #runtime: Runtime | undefined;

  /**
   * @param program the program's entry script: what packages values are made with is found from there, and no worker
   *   may import it
   * @param serializers those that this environment registered
   * @param code how files and serializers get to other processes
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
    const objectId = (handle: number): Uint8Array => {
      const id = new Uint8Array(16);
      store.writeId(handle, id, 0);
      return id;
    };
    this.codec = createCodec(hooks, { serializers });
    // Capturing happens in the middle of an encode that met a function; a codec's buffers are its own.
    const inner = createCodec(hooks, { serializers });
    this.#capture = {
      codec: inner,
      entryScript: program,
      code: code.node === undefined ? undefined : { node: code.node, send: (file) => this.#sendFile(file) },
      putBuffer: (view) => this.#runtime!.values.putEncoded(inner.encodeView(view), 0),
      objectId,
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
    this.#serializers = new JobSerializers(serializers, code.fetch === undefined, {
      capture: (bundle) => captureFunction(bundle, this.#capture),
      revive: (payload) => reviveFunction(payload, this.#revive),
      send: (hash, path, content) => this.#sendFile({ hash, path, content }),
      fetch: (hash) => code.fetch!(hash),
      idOf: (handle) => Buffer.from(objectId(handle)).toString('hex'),
      handleOf: (id) => store.lookup(Buffer.from(id, 'hex'), 0),
      log: (text) => this.#runtime!.log(text),
    });
  }

  attach(runtime: Runtime): void {
    this.#runtime = runtime;
  }

  /** Files go where functions go, under the hash of their content. */
  #sendFile({ hash, path, content }: SentFile): void {
    this.#runtime!.exportFunction({ hash, name: path, payload: content, held: [] });
  }

  /** Functions that were captured before it changed are to be captured and exported again: there are new serializers. */
  get generation(): number {
    return this.#serializers.generation;
  }

  /**
   * What is left to do is to hold its objects, and to export it.
   * @throws SerializationError with the capture path of what cannot be sent
   */
  capture(fn: AnyFunction): ShippedFunction {
    return this.#serializers.envelop(captureFunction(fn, this.#capture));
  }

  async revive(payload: Uint8Array): Promise<(...args: unknown[]) => unknown> {
    const inner = await this.#serializers.open(payload);
    return (await reviveFunction(inner, this.#revive)) as (...args: unknown[]) => unknown;
  }
}
