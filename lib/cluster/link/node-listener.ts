import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { createServer as createTlsServer, type TLSSocket, type Server as TlsServer } from 'node:tls';
import { NodeLinkError } from '../../errors/index.js';
import { formatHostAndPort } from '../../protocol/host-and-port.js';
import { answer, HandshakeRefused } from './handshake.js';
import { HandshakeStream } from './handshake-stream.js';
import { type Knock, Knocks } from './knocks.js';
import {
  channelOf,
  checkLinkOptions,
  HANDSHAKE_MILLISECONDS,
  type LinkOptions,
  tlsOptions,
} from './link-options.js';
import { NodeLink } from './node-link.js';
import { Strangers } from './strangers.js';

/** A connection that did not become a link. */
export interface Refusal {
  /** The host that it came from. */
  readonly host: string;
  /** What happened, for the log. */
  readonly reason: string;
  /** The host gave so many wrong proofs that its next connections have to wait. */
  readonly slowed: boolean;
}

export interface ListenOptions extends LinkOptions {
  /** A node of the cluster has connected. The link is to be started, or closed, at once. */
  onLink(link: NodeLink): void;
  /**
   * Somebody was refused. Told of the first refusal of a host, and once more when it is slowed down; a host that goes on is not
   * reported again until it has been quiet for a minute.
   */
  onRefused(refusal: Refusal): void;
}

/** Where other nodes connect to. Who cannot prove the cluster's secret is refused and learns nothing else. */
export class NodeListener {
  readonly #options: ListenOptions;
  readonly #server: Server;
  readonly #tlsServer: TlsServer | undefined;
  readonly #knocks = new Knocks();
  readonly #strangers = new Strangers();
  #closed = false;
  #lastAddress: AddressInfo | undefined;

  private constructor(options: ListenOptions) {
    this.#options = options;
    this.#server = createServer({ noDelay: true, keepAlive: true }, (socket) => this.#onConnection(socket));
    if (options.tls !== undefined) this.#tlsServer = this.#makeTlsServer(options.tls);
  }

  /** Listens on `host` and `port` (0: any free one). Rejects with NodeLinkError when that cannot be had. */
  static async listen(options: ListenOptions): Promise<NodeListener> {
    checkLinkOptions(options);
    const { host, port } = options;
    const listener = new NodeListener(options);
    await new Promise<void>((resolve, reject) => {
      listener.#server.once('error', (error) => {
        const remedy = 'Choose another address or port, or end who has it.';
        const reason = `this node cannot listen there (${error.message})`;
        reject(
          new NodeLinkError(formatHostAndPort(host, port), 'unreachable', reason, remedy, { cause: error }),
        );
      });
      listener.#server.listen({ host, port }, () => resolve());
    });
    // Such as a lack of descriptors: the connection is lost, the listener goes on.
    listener.#server.on('error', (error) =>
      listener.#refuse('?', `it could not be accepted: ${error.message}`),
    );
    return listener;
  }

  /** Where it listens, with the port that it really has. */
  get address(): { readonly host: string; readonly port: number } {
    const { address, port } = this.#address;
    return { host: address, port };
  }

  /** Connections that have proved nothing yet. */
  get knocking(): number {
    return [...this.#knocks].length;
  }

  /** Accepts nobody any more. Links that exist stay open: they are their owner's. */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#lastAddress = this.#address;
    this.#server.close();
    for (const knock of this.#knocks) this.#drop(knock, 'this listener was closed');
  }

  get #address(): AddressInfo {
    return this.#lastAddress ?? (this.#server.address() as AddressInfo);
  }

  #onConnection(socket: Socket): void {
    socket.on('error', () => undefined); // Its end is told by 'close'.
    const { remoteAddress: host, remotePort: port } = socket;
    if (host === undefined || port === undefined || this.#closed) {
      socket.destroy(); // It has gone already.
      return;
    }
    const delay = this.#strangers.delayOf(host, performance.now());
    const deadline = setTimeout(
      () => this.#drop(knock, `its handshake took more than ${HANDSHAKE_MILLISECONDS} ms`),
      delay + HANDSHAKE_MILLISECONDS,
    ).unref();
    const knock: Knock = { socket, host, port, deadline, stream: undefined, dropped: undefined };
    socket.once('close', () => this.#onKnockClosed(knock));
    const tooMany = this.#knocks.add(knock);
    if (tooMany !== undefined) this.#drop(tooMany, 'too many connections had proved nothing yet');
    if (delay === 0) this.#open(knock);
    else setTimeout(() => this.#open(knock), delay).unref();
  }

  #open(knock: Knock): void {
    if (knock.socket.destroyed) return;
    if (this.#tlsServer === undefined) void this.#shakeHands(knock, knock.socket, undefined);
    else this.#tlsServer.emit('connection', knock.socket);
  }

  /** It never listens: connections are given to it when their turn has come. */
  #makeTlsServer(tls: NonNullable<LinkOptions['tls']>): TlsServer {
    const server = createTlsServer({
      ...tlsOptions(tls),
      requestCert: true,
      // Judged below: a session that node:tls rejects by itself does not tell who it was, nor why.
      rejectUnauthorized: false,
      handshakeTimeout: HANDSHAKE_MILLISECONDS,
    });
    server.on('secureConnection', (socket) => {
      socket.on('error', () => undefined);
      const knock = this.#knocks.from(socket.remoteAddress, socket.remotePort);
      if (knock === undefined) socket.destroy();
      else if (!socket.authorized) {
        // Declared an Error, it is the code of one.
        const why = String(socket.authorizationError);
        this.#drop(knock, `its certificate was not signed by this cluster's authority (${why})`);
      } else void this.#shakeHands(knock, socket, socket);
    });
    server.on('tlsClientError', (error, socket) => {
      const knock = this.#knocks.from(socket.remoteAddress, socket.remotePort);
      if (knock !== undefined) knock.dropped ??= `TLS could not be agreed on: ${error.message}`;
      socket.destroy();
    });
    return server;
  }

  async #shakeHands(knock: Knock, socket: Socket, tlsSocket: TLSSocket | undefined): Promise<void> {
    const { secret, identity } = this.#options;
    const stream = new HandshakeStream(socket);
    knock.stream = stream;
    let link: NodeLink | undefined;
    try {
      const credentials = { secret, identity, channel: channelOf(tlsSocket) };
      const { peer, keys } = await answer(stream, credentials);
      // Dropped meanwhile: whoever dropped it has reported it.
      if (!this.#knocks.remove(knock)) return;
      link = new NodeLink({
        socket,
        role: 'listener',
        keys: tlsSocket === undefined ? keys : undefined,
        peer,
        address: formatHostAndPort(knock.host, knock.port),
        times: this.#options,
      });
      stream.release();
      this.#options.onLink(link);
    } catch (error) {
      if (link !== undefined) {
        link.close('its owner failed to take it');
        this.#refuse(knock.host, `the owner of the link failed: ${(error as Error).message}`);
      } else
        this.#end(knock, (error as Error).message, error instanceof HandshakeRefused && error.wrongProof);
    }
  }

  /** Ends a connection that this side wants no more of. */
  #drop(knock: Knock, reason: string): void {
    knock.dropped ??= reason;
    knock.stream?.giveUp(reason);
    this.#end(knock, reason, false);
  }

  #onKnockClosed(knock: Knock): void {
    this.#end(knock, knock.dropped ?? 'it closed the connection during the handshake', false);
  }

  #end(knock: Knock, reason: string, wrongProof: boolean): void {
    if (!this.#knocks.remove(knock)) return;
    this.#refuse(knock.host, reason, wrongProof);
    knock.socket.destroy();
  }

  #refuse(host: string, reason: string, wrongProof = false): void {
    if (this.#closed) return;
    const report = this.#strangers.refuse(host, wrongProof, performance.now());
    if (report !== undefined) this.#options.onRefused({ host, reason, slowed: report === 'slowed' });
  }
}
