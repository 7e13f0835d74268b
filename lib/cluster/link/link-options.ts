import type { TLSSocket } from 'node:tls';
import { InvalidArgumentError } from '../../errors/index.js';
import { encodeIdentity, type NodeIdentity } from './identity.js';
import type { LinkTimes } from './node-link.js';
import { checkSecret } from './secret.js';

/** How long a handshake may take, and by default a whole connecting, in milliseconds. */
export const HANDSHAKE_MILLISECONDS = 5000;

/** Certificates for mutual TLS, each as PEM. */
export interface LinkTls {
  /** This node's certificate, and its private key. */
  readonly cert: string | Buffer;
  readonly key: string | Buffer;
  /** Who must have signed the other side's certificate. */
  readonly ca: string | Buffer;
}

/** What a listener and who connects to it both need. */
export interface LinkOptions extends LinkTimes {
  readonly host: string;
  readonly port: number;
  /** What all nodes of the cluster know; 32 random bytes are good. */
  readonly secret: Uint8Array;
  /** Both ends must use it, or neither. */
  readonly tls?: LinkTls | undefined;
  /** Who this process is. */
  readonly identity: NodeIdentity;
}

/** Throws InvalidArgumentError for options that no link could be made with. */
export function checkLinkOptions({ secret, identity, tls }: LinkOptions): void {
  checkSecret(secret);
  encodeIdentity(identity);
  if (tls !== undefined && !(tls.cert && tls.key && tls.ca)) {
    throw new InvalidArgumentError(
      'TLS between nodes needs a certificate, its key and the authority that signed the certificates. Give all three.',
    );
  }
}

/**
 * The options of node:tls for either side. Older versions of TLS are refused: the proofs are bound to the session by a key
 * that only 1.3 makes unique in every case.
 */
export function tlsOptions({ cert, key, ca }: LinkTls) {
  return { cert, key, ca, rejectUnauthorized: true, minVersion: 'TLSv1.3' } as const;
}

/**
 * Bytes that only the two ends of this very TLS session can compute. The proofs cover them, so that no holder of another
 * certificate can stand in between and pass the handshake on.
 */
export function channelOf(socket: TLSSocket | undefined): Buffer {
  if (socket === undefined) return Buffer.alloc(0);
  return socket.exportKeyingMaterial(32, 'EXPERIMENTAL mobula link', Buffer.alloc(0));
}
