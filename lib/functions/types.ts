import {
  type AnyClass,
  type AnyFunction,
  type Codec,
  REMOTE_FUNCTION,
  type RemoteFunctionParts,
} from '../values/index.js';

import type { SentFile } from './code-manifest.js';

export type { AnyClass, AnyFunction };

/** What capture needs of the codec of values. */
export type DataEncoder = Pick<Codec, 'encode'>;
/** What revival needs of it. */
export type DataDecoder = Pick<Codec, 'decode'>;

/** A function in the form that travels. */
export interface ShippedFunction {
  /** 32 hexadecimal digits over source and captured content: equal content, equal hash. */
  readonly hash: string;
  /** What {@link reviveFunction} of any process of the job takes. */
  readonly payload: Uint8Array;
  /** The function's own name, or `anonymous`. */
  readonly name: string;
  /** Handles of the objects that the payload names: captured refs, and captured buffers that were put. */
  readonly held: readonly number[];
}

/** What captures a function for other processes. One object a session: results are remembered for each. */
export interface CaptureContext {
  /**
   * Encodes captured data. Its hook for functions must call {@link functionToBytes} with this very context.
   */
  readonly codec: DataEncoder;
  /** Makes an object of the store out of a captured buffer, and gives its handle; the holder is the session. */
  putBuffer(view: ArrayBufferView): number;
  /** The 16 bytes of an object's id. */
  objectId(handle: number): Uint8Array;
  /** Path or URL of the program's entry script, which no worker may import; undefined where there is none. */
  readonly entryScript: string | undefined;
  /** Where the job's functions may run on other machines: what takes the program's files along. */
  readonly code?: CodeSender | undefined;
}

/** Takes files of the program to where the job's functions run. */
export interface CodeSender {
  /** This node, for messages. */
  readonly node: string;
  /** Puts a file where {@link CodeReceiver.fetch} of each process of the job finds it. */
  send(file: SentFile): void;
}

/** Gets files of a program that is not installed here. */
export interface CodeReceiver {
  /** This node, for messages. */
  readonly node: string;
  /** A folder of the job's own on this node. */
  readonly folder: string;
  /** Folders of packages (such as `node_modules`), the first of which that has a package counts. */
  readonly packageFolders: readonly string[];
  /** The file of that content hash. Rejects when it cannot be had. */
  fetch(hash: string): Promise<Uint8Array>;
}

/** What brings a function to life again. */
export interface ReviveContext {
  /** Decodes captured data. Its hook for functions must call {@link functionFromBytes}. */
  readonly codec: DataDecoder;
  /** The contents of an object that `putBuffer` made, named by the 16 bytes of its id. */
  openBuffer(id: Uint8Array): ArrayBuffer | Promise<ArrayBuffer>;
  /** Makes the handle that `mobula.remote(options, fn)` would return. */
  makeRemote(fn: AnyFunction, options: unknown): unknown;
  /** Absent where the program's own files are used in any case. */
  readonly code?: CodeReceiver | undefined;
}

/**
 * The name of a class that both sides of an error know: by the content hash of a shipped function and the class's
 * place in it, or by the module that exports it.
 */
export type ClassReference =
  | { readonly hash: string; readonly path: string }
  /** The import that leads to the module, in a form of this layer's own, and the export's name. */
  | { readonly module: string; readonly export: string };

/** What a function or object made by `mobula.remote` consists of; undefined for everything else. */
export function remotePartsOf(value: object): RemoteFunctionParts | undefined {
  return (value as { [REMOTE_FUNCTION]?: RemoteFunctionParts })[REMOTE_FUNCTION];
}
