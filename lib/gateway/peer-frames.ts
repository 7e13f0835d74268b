import { Builder, ByteBuffer } from 'flatbuffers';

/** The part of a link to another node that messages are sent over. */
export interface PeerConnection {
  /** Queues one frame; the parts are not copied and must not change. Does nothing when the link is closed. */
  send(type: number, ...parts: Uint8Array[]): void;
  /** Resolves when what is queued is little again, or the link is closed. */
  drained(): Promise<void>;
  readonly closed: boolean;
  /** Ends the link: what both sides run for each other is void. */
  close(reason: string): void;
}

const builder = new Builder(1024);

/** Sends one table. */
export function sendPeerTable(
  peer: PeerConnection,
  type: number,
  table: { pack(builder: Builder): number },
): void {
  builder.clear();
  builder.finish(table.pack(builder));
  // The builder is used again while the bytes are under way.
  peer.send(type, builder.asUint8Array().slice());
}

/** A position in a received body, for the readers of tables and structs. */
export function peerBuffer(body: Uint8Array): ByteBuffer {
  return new ByteBuffer(body);
}

/** Ids of objects, 16 bytes each, one after another. */
export const ID_BYTES = 16;

export function idsOf(bytes: Uint8Array | null): Uint8Array[] {
  const ids: Uint8Array[] = [];
  if (bytes === null) return ids;
  for (let at = 0; at + ID_BYTES <= bytes.length; at += ID_BYTES) ids.push(bytes.slice(at, at + ID_BYTES));
  return ids;
}

export function joinIds(ids: readonly Uint8Array[]): Uint8Array {
  const joined = new Uint8Array(ids.length * ID_BYTES);
  for (const [index, id] of ids.entries()) joined.set(id, index * ID_BYTES);
  return joined;
}

export function idKey(id: Uint8Array): string {
  return Buffer.from(id.buffer, id.byteOffset, ID_BYTES).toString('latin1');
}

/** flatc's types ask for lists of numbers, and copy them into one; bytes do as well. */
export function byteList(bytes: Uint8Array): number[] {
  return bytes as unknown as number[];
}
