/** An encoded value. It is valid until the next call of `encode` of the same codec: the memory is used again. */
export interface EncodedValue {
  /** The message stands in `bytes[start, end)`. */
  bytes: Uint8Array;
  start: number;
  end: number;
  /** Long buffers, out of band: views of the value's own memory, not copied. */
  buffers: ArrayBufferView[] | undefined;
  /** Handles of the objects that the value refers to, each once. */
  contained: number[] | undefined;
}

/** A message that stands in all of these bytes, with no buffers beside it. */
export function wholeMessage(bytes: Uint8Array, contained?: number[]): EncodedValue {
  return { bytes, start: 0, end: bytes.length, buffers: undefined, contained };
}

/** Turns values into messages and back. Both directions are synchronous and may be entered again by their hooks. */
export interface Codec {
  /**
   * Encodes a value.
   * @param name what the value is called in an error's path
   * @throws SerializationError with the path of what cannot be sent
   */
  encode(value: unknown, name?: string): EncodedValue;
  /** The same for the arguments of a call: an array that has neither holes nor properties beside its elements. */
  encodeList(values: readonly unknown[]): EncodedValue;
  /**
   * Encodes what was thrown. Unlike `encode` it never fails: own properties of an error that cannot be sent become a
   * text that says so.
   */
  encodeThrown(thrown: unknown): EncodedValue;
  /** Encodes a view whose memory leaves the message whatever its size (`buffers` has one entry: the view). */
  encodeView(view: ArrayBufferView): EncodedValue;
  /**
   * Decodes `bytes[start, end)`.
   * @param buffers the out-of-band buffers, by position, as long as they were; views are made over them
   * @throws ModulesNotLoadedError when a module must be imported first
   */
  decode(bytes: Uint8Array, start: number, end: number, buffers: readonly ArrayBuffer[] | undefined): unknown;
}

/** A function, as `typeof` knows it: classes too. */
export type AnyFunction = (...args: never[]) => unknown;

/** A class as a value. */
export type AnyClass = abstract new (...args: never[]) => object;

/** What the layers above and below lend to a codec; a feature whose hook is missing is refused by name. */
export interface CodecHooks {
  /** The handle of an ObjectRef, 0 for anything else. Called once for each class of objects, then for its instances. */
  refHandle?(value: object): number;
  /** Writes the id (16 bytes) of a handle. */
  writeRefId?(handle: number, target: Uint8Array, offset: number): void;
  /** The ObjectRef of an id. */
  readRef?(bytes: Uint8Array, offset: number): object;
  /**
   * Functions as bytes; `hold` takes the handles of objects that the bytes refer to.
   * @throws SerializationError whose path tells what is captured
   */
  functionToBytes?(fn: AnyFunction, hold: (handle: number) => void): Uint8Array;
  /** @throws ModulesNotLoadedError */
  functionFromBytes?(bytes: Uint8Array): AnyFunction;
  /** Makes the handle that `mobula.remote(options, fn)` makes. */
  makeRemote?(fn: AnyFunction, options: unknown): unknown;
  /** A name, as plain data, that the receiver knows for an error's class too; undefined if there is none. */
  classReference?(errorClass: AnyClass): unknown;
  /** The class of such a name; undefined if it is not known here. @throws ModulesNotLoadedError */
  classFromReference?(reference: unknown): AnyClass | undefined;
  /**
   * The first of these packages that the program itself can load, and its exports (used for the arrays of `ndarray`,
   * `@stdlib/ndarray` and Apache Arrow).
   * @throws ModulesNotLoadedError
   */
  importPackage?(specifiers: readonly string[]): unknown;
}

/** What marks a remote function; the value is its {@link RemoteFunctionParts}. */
export const REMOTE_FUNCTION = Symbol.for('mobula.remoteFunction');

/** What a remote function consists of. */
export interface RemoteFunctionParts {
  fn: AnyFunction;
  options: unknown;
}
