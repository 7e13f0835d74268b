import { PeerFrame } from '../protocol/generated/peers.js';

/** A longer body is sent in pieces of this size: links carry no frame of more than 16 MiB. */
const PIECE_BYTES = 4 * 1024 * 1024;
/** No message is longer: a value's encoding without its buffers, or the code of a function with what it captured. */
const MOST_BYTES = 2 ** 31 - 1;

/**
 * Sends a frame of any length. The pieces but the last are fragments; the last has the frame's own type.
 * @param send queues one frame; what it is given in one turn stays together
 */
export function sendLong(
  send: (type: number, ...parts: Uint8Array[]) => void,
  type: number,
  parts: readonly Uint8Array[],
): void {
  const length = parts.reduce((sum, part) => sum + part.length, 0);
  if (length <= PIECE_BYTES) {
    send(type, ...parts);
    return;
  }
  for (const part of parts) {
    for (let at = 0; at < part.length; at += PIECE_BYTES)
      send(PeerFrame.Fragment, part.subarray(at, at + PIECE_BYTES));
  }
  send(type);
}

/** Puts long frames together again. */
export class LongFrames {
  #pieces: Uint8Array[] = [];
  #length = 0;

  /**
   * The body of a whole frame; undefined while there is more to come.
   * @throws RangeError when it becomes too long
   */
  take(type: number, body: Uint8Array): Uint8Array | undefined {
    if (type !== PeerFrame.Fragment && this.#pieces.length === 0) return body;
    this.#pieces.push(body);
    this.#length += body.length;
    if (this.#length > MOST_BYTES) throw new RangeError(`a message of more than ${MOST_BYTES} bytes`);
    if (type === PeerFrame.Fragment) return undefined;
    const whole = Buffer.concat(this.#pieces, this.#length);
    this.#pieces = [];
    this.#length = 0;
    return whole;
  }
}
