import { describeThrown } from '../errors/index.js';
import { ObjectClassifier } from './classifier.js';
import { Decoder } from './decoder.js';
import { Encoder } from './encoder.js';
import { createError, defineHidden, takeErrorApart } from './error-values.js';
import { describe } from './refusal.js';
import { SerializerRegistry } from './serializers.js';
import type { Codec, CodecHooks, EncodedValue } from './types.js';

/** Buffers of this size and more leave the message: from here on a place of their own is cheaper than a second copy. */
const OUT_OF_BAND_BYTES = 1024;
/** How far causes of a thrown error are followed when parts of it cannot be sent. */
const MAX_CAUSES = 16;

/** Options of {@link createCodec}. */
export interface CodecOptions {
  /** The classes registered in this process. */
  serializers?: SerializerRegistry;
  /** Buffers of this size and more leave the message. Bytes. */
  outOfBandBytes?: number;
}

/** Makes a codec; a process needs one. */
export function createCodec(hooks: CodecHooks = {}, options: CodecOptions = {}): Codec {
  return new ValueCodec(hooks, options);
}

class ValueCodec implements Codec {
  readonly #hooks: CodecHooks;
  readonly #serializers: SerializerRegistry;
  readonly #classifier: ObjectClassifier;
  readonly #outOfBandBytes: number;
  /** Those not in use: hooks, getters and serializers may encode and decode while a value is under way. */
  readonly #encoders: Encoder[] = [];
  readonly #decoders: Decoder[] = [];

  constructor(hooks: CodecHooks, { serializers, outOfBandBytes = OUT_OF_BAND_BYTES }: CodecOptions) {
    this.#hooks = hooks;
    this.#serializers = serializers ?? new SerializerRegistry();
    this.#classifier = new ObjectClassifier(hooks, this.#serializers);
    this.#outOfBandBytes = outOfBandBytes;
  }

  encode(value: unknown, name = 'value'): EncodedValue {
    return this.#encode(value, name, this.#outOfBandBytes, false);
  }

  encodeList(values: readonly unknown[]): EncodedValue {
    return this.#encode(values, 'value', this.#outOfBandBytes, true);
  }

  encodeView(view: ArrayBufferView): EncodedValue {
    return this.#encode(view, 'value', 0, false);
  }

  #encode(value: unknown, name: string, outOfBandBytes: number, isList: boolean): EncodedValue {
    const encoder = this.#encoders.pop() ?? new Encoder(this.#hooks, this.#classifier);
    try {
      return encoder.encode(value, name, outOfBandBytes, isList);
    } finally {
      this.#encoders.push(encoder);
    }
  }

  decode(
    bytes: Uint8Array,
    start: number,
    end: number,
    buffers: readonly ArrayBuffer[] | undefined,
  ): unknown {
    const decoder = this.#decoders.pop() ?? new Decoder(this.#hooks, this.#serializers);
    try {
      return decoder.decode(bytes, start, end, buffers);
    } finally {
      this.#decoders.push(decoder);
    }
  }

  encodeThrown(thrown: unknown): EncodedValue {
    try {
      return this.encode(thrown);
    } catch {
      // Some part of it cannot be sent, or a getter throws.
    }
    try {
      return this.encode(this.#sendable(thrown, MAX_CAUSES, new Map()));
    } catch {
      return this.encode(new Error(describeThrown(thrown)));
    }
  }

  /** A thrown value that can be sent: an error with texts in the place of what cannot. */
  #sendable(thrown: unknown, causes: number, copies: Map<Error, Error>): unknown {
    if (this.#isSendable(thrown)) return thrown;
    if (!(thrown instanceof Error) || causes === 0) return `${describe(thrown)} (it cannot be sent)`;
    const known = copies.get(thrown);
    if (known !== undefined) return known;
    const parts = takeErrorApart(thrown);
    const copy = createError(parts.base, parts.errorClass);
    copies.set(thrown, copy);
    const sendable = (value: unknown) => this.#sendable(value, causes - 1, copies);
    defineHidden(copy, 'name', thrown.name);
    defineHidden(copy, 'message', parts.message);
    defineHidden(copy, 'stack', parts.stack);
    if (Object.hasOwn(thrown, 'cause')) defineHidden(copy, 'cause', sendable(parts.cause));
    if (Array.isArray(parts.errors)) defineHidden(copy, 'errors', parts.errors.map(sendable));
    for (const key of parts.keys) {
      const value = sendable(property(thrown, key));
      Object.defineProperty(copy, key, { value, writable: true, enumerable: true, configurable: true });
    }
    return copy;
  }

  #isSendable(value: unknown): boolean {
    try {
      this.encode(value);
      return true;
    } catch {
      return false;
    }
  }
}

function property(error: Error, key: string): unknown {
  try {
    return (error as unknown as Record<string, unknown>)[key];
  } catch (thrown) {
    return `[its getter threw ${describeThrown(thrown)}]`;
  }
}
