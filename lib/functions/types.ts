/** What capture and revival need of the codec of values; `Codec` of lib/values has this shape. */
export interface EncodedData {
  readonly bytes: Uint8Array;
  readonly start: number;
  readonly end: number;
  /** Big buffers that left the message, in the order of their first occurrence. */
  readonly buffers: readonly ArrayBufferView[] | undefined;
  /** Handles of the objects whose refs stand in the value. */
  readonly contained: readonly number[] | undefined;
}

export interface DataEncoder {
  /**
   * The result is valid until the next `encode`.
   *
   * @param name what the value is called in an error's path
   * @throws SerializationError
   */
  encode(value: unknown, name?: string): EncodedData;
}

export interface DataDecoder {
  decode(bytes: Uint8Array, start: number, end: number, buffers: readonly ArrayBuffer[] | undefined): unknown;
}

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
}

/** What brings a function to life again. */
export interface ReviveContext {
  /** Decodes captured data. Its hook for functions must call {@link functionFromBytes}. */
  readonly codec: DataDecoder;
  /** The contents of an object that `putBuffer` made, named by the 16 bytes of its id. */
  openBuffer(id: Uint8Array): ArrayBuffer | Promise<ArrayBuffer>;
  /** Makes the handle that `mobula.remote(options, fn)` would return. */
  makeRemote(fn: AnyFunction, options: unknown): unknown;
}

/** A function of whatever type: it is carried, never called from here. */
export type AnyFunction = (...parameters: never[]) => unknown;

/** A class as a value. */
export type AnyClass = abstract new (...parameters: never[]) => object;

/**
 * The name of a class that both sides of an error know: by the content hash of a shipped function and the class's
 * place in it, or by the module that exports it.
 */
export type ClassReference =
  | { readonly hash: string; readonly path: string }
  /** The import that leads to the module, in a form of this layer's own, and the export's name. */
  | { readonly module: string; readonly export: string };

/** Key of the property by which functions made by `mobula.remote` are known; its value is a {@link RemotePair}. */
export const REMOTE_FUNCTION: unique symbol = Symbol.for('mobula.remoteFunction') as never;

/** What a remote function consists of. */
export interface RemotePair {
  readonly fn: AnyFunction;
  readonly options: unknown;
}

/** The pair behind a function or object made by `mobula.remote`; undefined for everything else. */
export function remotePairOf(value: object): RemotePair | undefined {
  return (value as { [REMOTE_FUNCTION]?: RemotePair })[REMOTE_FUNCTION];
}
