import { connect as connectTcp, type Socket } from 'node:net';
import { connect as connectTls, type TLSSocket } from 'node:tls';
import { type MobulaError, NodeLinkError, VersionMismatchError } from '../../errors/index.js';
import { formatHostAndPort } from '../../protocol/host-and-port.js';
import { dial, HandshakeRefused, OtherLinkVersion } from './handshake.js';
import { HandshakeEnded, HandshakeStream } from './handshake-stream.js';
import {
  channelOf,
  checkLinkOptions,
  HANDSHAKE_MILLISECONDS,
  type LinkOptions,
  tlsOptions,
} from './link-options.js';
import { NodeLink } from './node-link.js';
import { LINK_VERSION } from './secret.js';

export interface ConnectOptions extends LinkOptions {
  /** Milliseconds for connecting and handshake together; default 5000. */
  readonly timeout?: number;
}

/**
 * Connects to the listener of another node. Resolves once both sides have proved who they are; rejects with NodeLinkError
 * (`unreachable` or `refused`) or VersionMismatchError, within `timeout` whatever the other side does.
 */
export async function connectNode(options: ConnectOptions): Promise<NodeLink> {
  checkLinkOptions(options);
  const { host, port, tls, secret, identity, timeout = HANDSHAKE_MILLISECONDS } = options;
  const address = formatHostAndPort(host, port);
  // Any certificate of the cluster's authority will do, whatever name it has: that this is the right node is proved by the
  // secret, over this very session.
  const socket =
    tls === undefined
      ? connectTcp({ host, port, noDelay: true })
      : connectTls({ host, port, ...tlsOptions(tls), checkServerIdentity: () => undefined });
  const stream = new Promise<void>((resolve, reject) => {
    socket.once(tls === undefined ? 'connect' : 'secureConnect', () => resolve());
    socket.once('error', reject);
    socket.once('close', () => reject(new Error('the connection was closed before it could be used')));
  });
  let handshake: HandshakeStream | undefined;
  let timedOut = false;
  const timer = setTimeout(() => {
    timedOut = true;
    socket.destroy();
    handshake?.giveUp('');
  }, timeout);
  try {
    await stream;
    handshake = new HandshakeStream(socket);
    const channel = channelOf(tls === undefined ? undefined : (socket as TLSSocket));
    const { peer, keys } = await dial(handshake, { secret, identity, channel });
    const link = new NodeLink({
      socket,
      role: 'dialer',
      keys: tls === undefined ? keys : undefined,
      peer,
      address,
      times: options,
    });
    handshake.release();
    return link;
  } catch (error) {
    discard(socket);
    if (timedOut) {
      const reason = `it did not answer within ${timeout} ms`;
      throw new NodeLinkError(address, 'unreachable', reason, unreachableRemedy, { cause: error });
    }
    throw explain(error, address, handshake !== undefined);
  } finally {
    clearTimeout(timer);
  }
}

/** Destroys a socket whose further errors concern nobody. */
function discard(socket: Socket): void {
  socket.on('error', () => undefined);
  socket.destroy();
}

function explain(error: unknown, address: string, connected: boolean): MobulaError {
  if (error instanceof OtherLinkVersion) {
    return new VersionMismatchError(
      'the link between nodes',
      `${LINK_VERSION}`,
      `${error.version}`,
      `the node at ${address}`,
    );
  }
  if (error instanceof HandshakeRefused) {
    return new NodeLinkError(address, 'refused', error.message, refusedRemedy, { cause: error });
  }
  if (error instanceof HandshakeEnded && connected) {
    return new NodeLinkError(address, 'refused', error.message, refusedRemedy, { cause: error });
  }
  const { code, message } = error as NodeJS.ErrnoException;
  const reason = message || (code ?? 'it could not be reached');
  return new NodeLinkError(address, 'unreachable', reason, unreachableRemedy, { cause: error });
}

const unreachableRemedy = 'Check that it runs, its address, and that both sides use TLS or neither.';
const refusedRemedy = 'Check that both nodes have the same secret and the same kind of certificates.';
