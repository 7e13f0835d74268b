import { type OnReadOpts, Socket, type SocketConstructorOpts } from 'node:net';
import { TLSSocket } from 'node:tls';

/** Where bytes of a connection go. */
export interface ByteTarget {
  /** Where the next bytes are to be put. */
  space(): Buffer;
  /** So many bytes have been put into the last space. */
  filled(count: number): void;
  /** Bytes that came elsewhere. */
  push(bytes: Uint8Array): void;
}

interface WithHandle {
  _handle?: object | null;
}

/**
 * Gives the connection of a paused socket to a new one, also paused, whose bytes are put where they belong by the kernel. With
 * the events of streams each 64 KiB would be memory of their own and copied again. Node has this (`onread`) only for a
 * socket from its making on, so not for those of a server; hence the exchange.
 *
 * @returns the new socket and bytes that the old one had read already. The same socket when it is TLS, which decrypts into
 * memory of its own, or is not in a state to be exchanged: its 'data' events are to be pushed.
 */
export function directSocket(socket: Socket, target: ByteTarget): { socket: Socket; early: Buffer | null } {
  const { _handle: handle } = socket as WithHandle;
  if (socket instanceof TLSSocket || handle == null || socket.destroyed || socket.writableLength > 0) {
    return { socket, early: null };
  }
  const early = socket.read() as Buffer | null;
  (socket as WithHandle)._handle = null;
  socket.destroy();
  // Asked for before the early bytes have been taken: what comes first is copied.
  let space: Buffer | undefined;
  let first = true;
  const onread: OnReadOpts = {
    buffer: () => {
      if (first) {
        first = false;
        return Buffer.allocUnsafeSlow(FIRST_READ_BYTES);
      }
      space = target.space();
      return space;
    },
    callback: (count, bytes) => {
      if (bytes === space) target.filled(count);
      else target.push(bytes.subarray(0, count));
      return true;
    },
  };
  const options = { handle, pauseOnCreate: true, onread };
  return { socket: new Socket(options as SocketConstructorOpts), early };
}

const FIRST_READ_BYTES = 4 * 1024;
