// What travels after the handshake, little endian:
//
//   record  uint32 bytes of its frames; frames, one or more; without TLS, a code of 16 bytes over all before it
//   frame   uint32 bytes of its body; uint32 type; body
//
// Small frames share a record, as each code costs some microseconds; a long frame has its own. Records are numbered by
// their order alone: codes.ts.

/** Bytes of a record before its frames. */
export const RECORD_PREFIX_BYTES = 4;
/** Bytes of a frame before its body. */
export const FRAME_PREFIX_BYTES = 8;
/** A longer body is garbage: it closes the link that it came on. */
export const MOST_FRAME_BYTES = 16 * 1024 * 1024;
/** A record of more bytes of frames is garbage too. */
export const MOST_RECORD_BYTES = FRAME_PREFIX_BYTES + MOST_FRAME_BYTES;
/** A record of several frames is not longer, all in all. */
export const SHARED_RECORD_BYTES = 64 * 1024;

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

/** The most bytes that a frame of one of the link's own types may have; undefined for a type that it does not have. */
export function mostReserved(type: number): number | undefined {
  return mostReservedBytes.get(type);
}
