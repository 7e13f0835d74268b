import { ModulesNotLoadedError } from '../../lib/errors/index.js';
import type { Codec, EncodedValue } from '../../lib/values/index.js';

/** An encoded value as it is after a stay in the object store: other memory, other place. */
export interface StoredValue {
  bytes: Uint8Array;
  start: number;
  end: number;
  buffers: ArrayBuffer[] | undefined;
}

/** Copies an encoded value: the bytes to an odd offset, each out-of-band buffer to an ArrayBuffer of its own. */
export function store({ bytes, start, end, buffers }: EncodedValue, offset = 3): StoredValue {
  const copy = new Uint8Array(offset + end - start + 5).fill(0xee);
  copy.set(bytes.subarray(start, end), offset);
  return { bytes: copy, start: offset, end: offset + end - start, buffers: buffers?.map(copyOfView) };
}

function copyOfView({ buffer, byteOffset, byteLength }: ArrayBufferView): ArrayBuffer {
  const copy = new ArrayBuffer(byteLength);
  new Uint8Array(copy).set(new Uint8Array(buffer, byteOffset, byteLength));
  return copy;
}

export function load(codec: Codec, { bytes, start, end, buffers }: StoredValue): unknown {
  return codec.decode(bytes, start, end, buffers);
}

/** A value after its way to another process. */
export function roundTrip<T>(codec: Codec, value: T): T {
  return load(codec, store(codec.encode(value))) as T;
}

/** The same, importing the modules that decoding needs. */
export async function roundTripImporting<T>(sender: Codec, value: T, receiver = sender): Promise<T> {
  const stored = store(sender.encode(value));
  for (;;) {
    try {
      return load(receiver, stored) as T;
    } catch (error) {
      if (!(error instanceof ModulesNotLoadedError)) throw error;
      await error.load();
    }
  }
}

/** The seed of a random test: MOBULA_TEST_SEED, or a new one. */
export function testSeed(): number {
  return Number(process.env.MOBULA_TEST_SEED ?? Math.floor(Math.random() * 2 ** 31));
}

/** A seeded source of numbers (mulberry32). */
export class Random {
  #state: number;

  constructor(seed: number) {
    this.#state = seed >>> 0;
  }

  /** From 0 (included) to 1. */
  next(): number {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0;
    let mixed = this.#state;
    mixed = Math.imul(mixed ^ (mixed >>> 15), mixed | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  }

  /** An integer from 0 to `limit - 1`. */
  below(limit: number): number {
    return Math.floor(this.next() * limit);
  }

  chance(probability: number): boolean {
    return this.next() < probability;
  }

  pick<T>(list: readonly T[]): T {
    return list[this.below(list.length)]!;
  }
}
