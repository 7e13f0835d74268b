import { ObjectBeginT, ObjectChunk, ObjectMissingT, PeerFrame } from '../protocol/generated/peers.js';
import { type Piece, SMALL_BYTES } from './incoming-object.js';
import { type ObjectSource, sizeOf } from './object-source.js';
import { byteList, type PeerConnection, sendPeerTable } from './peer-frames.js';

/** Bytes of a buffer in one frame: small enough that other messages get in between. */
const CHUNK_BYTES = 1024 * 1024;
/** Of the header of a chunk, before its bytes. */
export const CHUNK_HEADER_BYTES = ObjectChunk.sizeOf();

interface Sending {
  refused: boolean;
  /** The other node says from where on it wants the bytes; undefined: it does not. */
  start(position: number | undefined): void;
}

/** The objects that go out over a link. Large ones wait until the other node has memory for them. */
export class Sendings {
  readonly #connection: PeerConnection;
  readonly #waiting = new Map<number, Sending>();
  #bytes = 0;
  #lost = false;

  constructor(connection: PeerConnection) {
    this.#connection = connection;
  }

  /** Bytes of objects that were sent. */
  get bytes(): number {
    return this.#bytes;
  }

  /**
   * Resolves when the object is sent, or refused, or the link has closed. What fails is told to the other node.
   * @param source undefined when there is none
   * @param name gives the ids of objects that it contains
   */
  async send(
    transfer: number,
    source: ObjectSource | undefined,
    name: (handles: ArrayLike<number>) => Uint8Array,
  ): Promise<void> {
    if (source === undefined) {
      this.#missing(transfer);
      return;
    }
    const { flags, meta, lengths } = source;
    const total = sizeOf(source);
    const wanted = total < SMALL_BYTES ? 0 : this.#wanted(transfer);
    const contained = byteList(name(source.contained));
    const begin = new ObjectBeginT(transfer, flags, byteList(meta), contained, [...lengths]);
    this.#bytes += sendPeerTable(this.#connection, PeerFrame.ObjectBegin, begin);
    const start = typeof wanted === 'number' ? wanted : await wanted;
    if (start !== undefined && !(start >= 0 && start <= total)) this.#connection.close('bytes of no object');
    else if (start !== undefined) await this.#sendChunks(transfer, source, start, total);
    this.#waiting.delete(transfer);
  }

  /** The other node has memory for the object. */
  start(transfer: number, position: number): void {
    this.#waiting.get(transfer)?.start(position);
  }

  /** The other node does not want the object, or the rest of it. */
  refused(transfer: number): void {
    const sending = this.#waiting.get(transfer);
    if (sending === undefined) return;
    sending.refused = true;
    sending.start(undefined);
  }

  /** The link is closed. */
  lost(): void {
    this.#lost = true;
    for (const sending of this.#waiting.values()) sending.start(undefined);
  }

  /** From where on the other node wants the bytes, when it says so. */
  #wanted(transfer: number): Promise<number | undefined> {
    return new Promise((start) => {
      this.#waiting.set(transfer, { refused: false, start });
      if (this.#lost) start(undefined);
    });
  }

  async #sendChunks(transfer: number, source: ObjectSource, start: number, total: number): Promise<void> {
    let position = start;
    while (position < total) {
      await this.#connection.drained();
      if (this.#connection.closed || this.#waiting.get(transfer)?.refused) return;
      const piece = source.read(position, CHUNK_BYTES);
      if (piece !== undefined) {
        this.#sendChunk(transfer, piece);
        position += piece.bytes.length;
      } else if (!(await source.more())) {
        this.#missing(transfer);
        return;
      }
    }
  }

  #sendChunk(transfer: number, { buffer, offset, bytes }: Piece): void {
    const header = new Uint8Array(CHUNK_HEADER_BYTES);
    const view = new DataView(header.buffer);
    view.setFloat64(0, offset, true);
    view.setUint32(8, transfer, true);
    view.setUint32(12, buffer, true);
    this.#connection.send(PeerFrame.ObjectChunk, header, bytes);
    this.#bytes += header.length + bytes.length;
  }

  #missing(transfer: number): void {
    sendPeerTable(this.#connection, PeerFrame.ObjectMissing, new ObjectMissingT(transfer));
  }
}
