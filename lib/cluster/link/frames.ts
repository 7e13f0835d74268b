import { createHmac, type KeyObject } from 'node:crypto';

// A frame: uint32 length of the body, uint32 type, uint64 sequence number, the body, and, without TLS, the first 16
// bytes of an HMAC-SHA256 over all of that. Little endian. The sequence counts the frames of one direction from 0.

/** Bytes before a frame's body. */
export const LINK_PREFIX_BYTES = 16;
/** Bytes after it, where the session has keys. */
export const LINK_CODE_BYTES = 16;
/** A longer body is garbage: it closes the link that it came on. */
export const MOST_FRAME_BYTES = 16 * 1024 * 1024;

/** Types from here on are the link's own. */
export const FIRST_RESERVED_TYPE = 0xffff_ff00;
/** No body: says that this side lives. */
export const HEARTBEAT = 0xffff_ff00;
/** The body is the reason, as text: the last frame of a side that closes in good order. */
export const GOODBYE = 0xffff_ff01;
/** A longer reason is cut. */
export const MOST_GOODBYE_BYTES = 1024;

const mostReservedBytes = new Map([
  [HEARTBEAT, 0],
  [GOODBYE, MOST_GOODBYE_BYTES],
]);

/** Writes a frame's prefix. */
export function writePrefix(
  target: Buffer,
  at: number,
  length: number,
  type: number,
  sequence: number,
): void {
  target.writeUInt32LE(length, at);
  target.writeUInt32LE(type, at + 4);
  target.writeUInt32LE(sequence % 2 ** 32, at + 8);
  target.writeUInt32LE(Math.floor(sequence / 2 ** 32), at + 12);
}

/** The code of a frame whose bytes are `parts`, one after another. */
export function codeOf(key: KeyObject, ...parts: Uint8Array[]): Buffer {
  const code = createHmac('sha256', key);
  for (const part of parts) code.update(part);
  return code.digest().subarray(0, LINK_CODE_BYTES);
}

/** The most bytes that a frame of one of the link's own types may have; undefined for a type that it does not have. */
export function mostReserved(type: number): number | undefined {
  return mostReservedBytes.get(type);
}
