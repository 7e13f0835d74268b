import type { Socket } from 'node:net';
import {
  InvalidArgumentError,
  isMobulaError,
  NodeLinkError,
  type NodeLinkFailure,
} from '../../errors/index.js';
import { directSocket } from './direct-socket.js';
import { FrameReader, Garbage } from './frame-reader.js';
import { FrameSender } from './frame-sender.js';
import { FIRST_RESERVED_TYPE, GOODBYE, HEARTBEAT, MOST_FRAME_BYTES, MOST_GOODBYE_BYTES } from './frames.js';
import type { NodeIdentity } from './identity.js';
import type { LinkRole, SessionKeys } from './secret.js';

/** With no more unsent bytes than this, a link counts as drained. */
export const DRAINED_BYTES = 1024 * 1024;
/** How long a side that closes waits for the other to take its last bytes, in milliseconds. */
const LINGER_MILLISECONDS = 2000;
/** So many bytes of an unfinished frame count as a sign of life. */
const PROGRESS_BYTES = 16 * 1024;

/** What a link tells its owner. */
export interface LinkHandler {
  /** Whether frames of this type exist. Any other type closes the link. */
  knows(type: number): boolean;
  /**
   * Whether the handler is done with the body of any frame of this type when its `onFrame` returns. Memory of long ones is
   * then used again, which is much faster. Absent: all bodies may be kept.
   */
  borrows?(type: number): boolean;
  /**
   * One whole frame, in order, its bytes those that were sent. The body is never written again, unless it is borrowed, and may
   * be kept, which keeps up to 64 KiB around it. What this throws closes the link: the frame made no sense to its reader.
   */
  onFrame(type: number, body: Uint8Array): void;
  /** The unsent bytes have come down to DRAINED_BYTES again. */
  onDrained?(): void;
  /** Called exactly once, whoever ended the link and however; nothing is called after it. */
  onClosed(reason: NodeLinkError): void;
}

/** Times of a link, in milliseconds; both ends should have the same. */
export interface LinkTimes {
  /** Pause after which a side with nothing to say sends a heartbeat; default 1000. */
  readonly heartbeatMilliseconds?: number;
  /** Time without a sign of life after which a link is closed; default 10,000. */
  readonly silenceMilliseconds?: number;
}

/** What a handshake has made ready for a link. Only this folder makes links. */
export interface LinkParts {
  readonly socket: Socket;
  readonly role: LinkRole;
  /** Undefined with TLS, which protects the frames by itself. */
  readonly keys: SessionKeys | undefined;
  readonly peer: NodeIdentity;
  readonly address: string;
  readonly times: LinkTimes;
}

/** Frames between two nodes that have proved to each other that they belong to one cluster; in order, both ways. */
export class NodeLink {
  /** Who the other side is; proved. */
  readonly peer: NodeIdentity;
  /** Where the other side is, as `host:port`. */
  readonly address: string;
  readonly #socket: Socket;
  readonly #sender: FrameSender;
  readonly #reader: FrameReader;
  /** What came right behind the handshake. */
  #early: Buffer | null;
  #handler: LinkHandler | undefined;
  /** Why the link ends; the first reason stays. */
  #end: NodeLinkError | undefined;
  /** `onClosed` was called. */
  #told = false;
  #waiters: { resolve(): void; reject(reason: Error): void }[] = [];
  #drained = true;
  readonly #ticks: NodeJS.Timeout;
  readonly #mostSilentTicks: number;
  #silentTicks = 0;
  /** Counts of the last tick, or of the last sign of life, to see whether there were more since. */
  #framesSent = 0;
  #framesRead = 0;
  #bytesRead = 0;

  constructor({ socket: shakenHands, role, keys, peer, address, times }: LinkParts) {
    this.peer = peer;
    this.address = address;
    const reader = new FrameReader({
      key: keys?.[role === 'dialer' ? 'listener' : 'dialer'],
      knows: (type) => this.#handler!.knows(type),
      borrows: (type) => this.#handler!.borrows?.(type) === true,
      onFrame: (type, body) => this.#onFrame(type, body),
    });
    this.#reader = reader;
    const { socket, early } = directSocket(shakenHands, {
      space: () => reader.space(),
      filled: (count) => this.#onBytes(() => reader.filled(count)),
      push: (bytes) => this.#onBytes(() => reader.push(bytes)),
    });
    this.#socket = socket;
    this.#early = early;
    this.#sender = new FrameSender(socket, keys?.[role], () => this.#onWritten());
    const { heartbeatMilliseconds = 1000, silenceMilliseconds = 10_000 } = times;
    this.#mostSilentTicks = Math.max(2, Math.ceil(silenceMilliseconds / heartbeatMilliseconds));
    socket.setNoDelay(true);
    socket.setKeepAlive(true, 10_000);
    socket.on('error', (error) => this.#fail('lost', error.message, lostRemedy, error));
    socket.on('end', () => this.#fail('lost', 'the connection ended without a word', lostRemedy));
    socket.on('close', () => this.#onSocketClosed());
    // A socket keeps its process alive by itself.
    this.#ticks = setInterval(() => this.#tick(), heartbeatMilliseconds).unref();
  }

  /** Begins to hand over what comes. Nothing is read before. Once only. */
  start(handler: LinkHandler): void {
    if (this.#handler !== undefined) {
      throw new InvalidArgumentError('this link was started already. A link has one handler.');
    }
    this.#handler = handler;
    if (this.#socket.closed) {
      process.nextTick(() => this.#onSocketClosed());
      return;
    }
    this.#socket.on('data', (piece: Buffer) => this.#onBytes(() => this.#reader.push(piece)));
    process.nextTick(() => {
      const early = this.#early;
      this.#early = null;
      if (early !== null) this.#onBytes(() => this.#reader.push(early));
      this.#socket.resume();
    });
  }

  /** No more frames go out or come in. `onClosed` follows, or has been called. */
  get closed(): boolean {
    return this.#end !== undefined;
  }

  /**
   * Queues one frame whose body is `parts`, one after another. Parts of more than 8 KiB are not copied: they must not change
   * until the link has sent them, as long as `bytesQueued` is not 0. Does nothing once the link is closed; `onClosed` tells.
   */
  send(type: number, ...parts: Uint8Array[]): void {
    let length = 0;
    for (const part of parts) length += part.length;
    if (!Number.isInteger(type) || type < 0 || type >= FIRST_RESERVED_TYPE) {
      throw new InvalidArgumentError(
        `the type of a frame must be a whole number from 0 to ${FIRST_RESERVED_TYPE - 1}, not ${type}`,
      );
    }
    if (length > MOST_FRAME_BYTES) {
      throw new InvalidArgumentError(
        `a frame of ${length} bytes is too long: the limit is ${MOST_FRAME_BYTES}. Send it in chunks.`,
      );
    }
    if (this.closed) return;
    this.#sender.send(type, length, parts);
    if (this.bytesQueued > DRAINED_BYTES) this.#drained = false;
  }

  /** Bytes that the kernel has not taken yet. */
  get bytesQueued(): number {
    return this.#sender.bytesQueued;
  }

  /** Resolves once no more than DRAINED_BYTES are unsent; rejects with the reason when the link ends before that. */
  drained(): Promise<void> {
    if (this.#end !== undefined) return Promise.reject(this.#end);
    if (this.bytesQueued <= DRAINED_BYTES) return Promise.resolve();
    return new Promise((resolve, reject) => this.#waiters.push({ resolve, reject }));
  }

  /**
   * Sends what is queued and the reason, then closes. The other side's `onClosed` gets the reason, and so does this side's,
   * at once or within two seconds if the other side does not take its last bytes.
   */
  close(reason: string): void {
    if (this.closed) return;
    const text = Buffer.from(reason).subarray(0, MOST_GOODBYE_BYTES);
    this.#sender.send(GOODBYE, text.length, [text]);
    this.#sender.flush();
    this.#settle('closed', `it was closed here: ${reason}`, 'Connect again if it is still needed');
    // The other side answers a goodbye by ending. Ending here before that could take the goodbye back: a socket that is closed
    // with unread bytes resets its connection.
    this.#socket.end();
    const lingering = setTimeout(() => this.#socket.destroy(), LINGER_MILLISECONDS).unref();
    this.#socket.once('close', () => clearTimeout(lingering));
    // What still comes is dropped, but must be read for the end to be seen.
    this.#socket.resume();
  }

  #onBytes(take: () => void): void {
    if (this.closed) return;
    try {
      take();
    } catch (error) {
      const remedy =
        error instanceof Garbage || isMobulaError(error)
          ? 'Check that all nodes run the same version, and that nobody changes bytes between them'
          : 'This is an error in the reader of the frame';
      this.#fail('garbage', (error as Error).message, remedy, error as Error);
    }
  }

  #onFrame(type: number, body: Uint8Array): void {
    if (type === GOODBYE) {
      const reason = new TextDecoder().decode(body);
      this.#fail('closed', `it was closed there: ${reason}`, 'Connect again if it is still needed');
    } else if (type !== HEARTBEAT) this.#handler!.onFrame(type, body);
  }

  #onWritten(): void {
    if (this.closed || this.#drained || this.bytesQueued > DRAINED_BYTES) return;
    this.#drained = true;
    for (const { resolve } of this.#waiters.splice(0)) resolve();
    this.#handler?.onDrained?.();
  }

  /**
   * Silence is counted in ticks and not by the clock: a process that was stopped, or busy for long, finds what came meanwhile
   * still unread, and must not take its own absence for the other side's.
   */
  #tick(): void {
    if (this.closed) return;
    if (this.#sender.frames === this.#framesSent && this.bytesQueued === 0) {
      this.#sender.send(HEARTBEAT, 0, []);
    }
    this.#framesSent = this.#sender.frames;
    if (this.#handler === undefined) return;
    const { frames, bytes } = this.#reader;
    // A trickle of bytes that never makes a frame is no life: it may be a length that was changed on the way.
    if (frames > this.#framesRead || bytes - this.#bytesRead >= PROGRESS_BYTES) {
      this.#framesRead = frames;
      this.#bytesRead = bytes;
      this.#silentTicks = 0;
    } else if (++this.#silentTicks > this.#mostSilentTicks) {
      this.#fail('silent', 'nothing came from it for too long', lostRemedy);
    }
  }

  #fail(failure: NodeLinkFailure, reason: string, remedy: string, cause?: Error): void {
    this.#settle(failure, reason, remedy, cause);
    this.#socket.destroy();
  }

  #settle(failure: NodeLinkFailure, reason: string, remedy: string, cause?: Error): void {
    if (this.#end !== undefined) return;
    this.#end = new NodeLinkError(this.address, failure, reason, `${remedy}.`, cause && { cause });
    this.#reader.stop();
    clearInterval(this.#ticks);
    for (const { reject } of this.#waiters.splice(0)) reject(this.#end);
  }

  #onSocketClosed(): void {
    this.#settle('lost', 'the connection ended without a word', lostRemedy);
    const handler = this.#handler;
    if (handler === undefined || this.#told) return;
    this.#told = true;
    handler.onClosed(this.#end!);
  }
}

const lostRemedy = 'Look whether that node is alive and reachable';
