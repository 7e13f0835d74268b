import type { Runtime } from '../runtime/runtime.js';
import type { Arrival } from './arrival.js';
import { type IncomingObject, type Piece, placeOf } from './incoming-object.js';

/** An object to be sent to another node. */
export interface ObjectSource {
  readonly flags: number;
  readonly meta: Uint8Array;
  readonly lengths: readonly number[];
  /** Handles of the objects that it contains. */
  readonly contained: ArrayLike<number>;
  /** Up to `most` bytes from there on, of one buffer; they do not change any more. Undefined: they are not here yet. */
  read(position: number, most: number): Piece | undefined;
  /** Resolves when there may be more; to false when there will never be. */
  more(): Promise<boolean>;
}

/** Bytes of all its buffers. */
export function sizeOf({ lengths }: Pick<ObjectSource, 'lengths'>): number {
  return lengths.reduce((sum, length) => sum + length, 0);
}

/** A complete object of this node, read in place. Undefined when it is gone. The caller holds it meanwhile. */
export function storedSource(runtime: Runtime, handle: number): ObjectSource | undefined {
  const { store } = runtime;
  let opened: ReturnType<typeof store.open>;
  try {
    opened = store.open(handle, 0);
  } catch {
    return undefined;
  }
  if (opened === undefined) return undefined;
  const { meta, buffers, flags } = opened;
  const lengths = buffers.map((buffer) => buffer.byteLength);
  return {
    flags,
    meta,
    lengths,
    contained: store.contained(handle),
    read(position, most) {
      const { buffer, offset } = placeOf(lengths, position);
      const bytes = new Uint8Array(buffers[buffer]!, offset, Math.min(most, lengths[buffer]! - offset));
      return { buffer, offset, bytes };
    },
    more: () => Promise.resolve(true),
  };
}

/** An object that is arriving here. The rest of it is read from the store when it is complete there. */
export function arrivingSource(
  arrival: Arrival,
  object: IncomingObject,
  stored: () => Promise<ObjectSource | undefined>,
): ObjectSource {
  const { flags, meta, lengths, contained } = object;
  let whole: ObjectSource | undefined;
  return {
    flags,
    meta,
    lengths,
    contained,
    read: (position, most) => (whole ?? object).read(position, most),
    async more() {
      if (whole !== undefined) return true;
      if (!object.over) {
        await arrival.changed();
        return true;
      }
      // It has left for the store, or was given up.
      whole = await stored();
      return whole !== undefined && sameLengths(whole.lengths, lengths);
    },
  };
}

function sameLengths(one: readonly number[], other: readonly number[]): boolean {
  return one.length === other.length && one.every((length, index) => length === other[index]);
}
