import type { Duplex } from 'node:stream';

/** The other side ended, or the connection broke, before the handshake was done. */
export class HandshakeEnded extends Error {}

/**
 * A socket as the handshake reads it: so many bytes, then so many. What it has not taken stays in the socket, for the
 * frames that follow.
 */
export class HandshakeStream {
  readonly #socket: Duplex;
  #ended: HandshakeEnded | undefined;
  #wake: (() => void) | undefined;
  readonly #onReadable = (): void => this.#wake?.();
  readonly #onEnd = (): void => this.#end('it closed the connection during the handshake');
  readonly #onError = (error: Error): void => this.#end(error.message, error);

  constructor(socket: Duplex) {
    this.#socket = socket;
    socket.on('readable', this.#onReadable);
    socket.on('end', this.#onEnd);
    socket.on('close', this.#onEnd);
    socket.on('error', this.#onError);
    if (socket.destroyed) this.#onEnd();
  }

  /** The next `count` bytes; rejects with HandshakeEnded when they do not come any more. */
  async take(count: number): Promise<Buffer> {
    for (;;) {
      if (this.#ended !== undefined) throw this.#ended;
      const bytes = this.#socket.read(count) as Buffer | null;
      if (bytes !== null && bytes.length === count) return bytes;
      // A stream that has ended gives what is left, which is too little.
      if (bytes !== null) this.#onEnd();
      else await this.#somethingHappens();
    }
  }

  send(...parts: Uint8Array[]): void {
    if (this.#ended === undefined) this.#socket.write(Buffer.concat(parts));
  }

  /** Makes a pending `take` reject with this reason. */
  giveUp(reason: string): void {
    this.#end(reason);
  }

  /** Leaves the socket to its next reader, paused. An error listener must be in place by then. */
  release(): void {
    this.#socket.off('readable', this.#onReadable);
    this.#socket.off('end', this.#onEnd);
    this.#socket.off('close', this.#onEnd);
    this.#socket.off('error', this.#onError);
  }

  #somethingHappens(): Promise<void> {
    return new Promise((resolve) => {
      this.#wake = resolve;
    });
  }

  #end(reason: string, cause?: Error): void {
    this.#ended ??= new HandshakeEnded(reason, { cause });
    this.#wake?.();
  }
}
