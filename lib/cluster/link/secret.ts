import { createHmac, createSecretKey, hkdfSync, type KeyObject } from 'node:crypto';
import { InvalidArgumentError } from '../../errors/index.js';

/** Version of the handshake and of the framing. Two that differ do not speak with each other. */
export const LINK_VERSION = 2;
/** A shorter secret could be guessed from one recorded handshake. */
const LEAST_SECRET_BYTES = 16;

/** The two ends of a link: who dialed, and who listened. It is part of every proof, so that none can be sent back. */
export type LinkRole = 'dialer' | 'listener';

/** What both ends of one handshake have seen; whoever changed a byte of it changed every proof and every key. */
export interface Transcript {
  readonly dialerNonce: Uint8Array;
  readonly listenerNonce: Uint8Array;
  /** Bytes that only the two ends of this TLS session know; empty without TLS. */
  readonly channel: Uint8Array;
  /** Dialer's identity, then listener's; both empty until they are told. */
  readonly identities: readonly [dialer: Uint8Array, listener: Uint8Array];
}

/** One key for each direction of a session. */
export type SessionKeys = Readonly<Record<LinkRole, KeyObject>>;

/** Throws InvalidArgumentError for what is no usable secret of a cluster. */
export function checkSecret(secret: Uint8Array): void {
  if (secret instanceof Uint8Array && secret.length >= LEAST_SECRET_BYTES) return;
  throw new InvalidArgumentError(
    `the secret of a cluster must have at least ${LEAST_SECRET_BYTES} bytes. Make one with 32 random bytes.`,
  );
}

/**
 * The proof that `role` knows the secret, for this handshake alone. `step` tells the proof that is given before the
 * identities are known from the one that covers them.
 */
export function proofOf(
  secret: Uint8Array,
  role: LinkRole,
  step: 'opens' | 'agrees',
  transcript: Transcript,
): Buffer {
  return createHmac('sha256', derive(secret, 'proofs', new Uint8Array(0)))
    .update(statement(`${role} ${step}`, transcript))
    .digest();
}

/** The keys of the records' codes, one a direction, named by the role that sends. No two sessions have the same. */
export function sessionKeysOf(secret: Uint8Array, transcript: Transcript): SessionKeys {
  const key = (role: LinkRole) => derive(secret, 'records', statement(role, transcript));
  return { dialer: key('dialer'), listener: key('listener') };
}

/** The secret is never used as it is: what one use of it gives away is worth nothing for another. */
function derive(secret: Uint8Array, use: string, statementBytes: Uint8Array): KeyObject {
  return createSecretKey(
    Buffer.from(hkdfSync('sha256', secret, statementBytes, `mobula link ${LINK_VERSION} ${use}`, 32)),
  );
}

/** All that a proof or key is about. Each part has its length before it: no two transcripts give the same bytes. */
function statement(about: string, { dialerNonce, listenerNonce, channel, identities }: Transcript): Buffer {
  const version = Buffer.alloc(4);
  version.writeUInt32LE(LINK_VERSION);
  const parts = [Buffer.from(about), version, dialerNonce, listenerNonce, channel, ...identities];
  const lengths = Buffer.alloc(4 * parts.length);
  for (const [index, part] of parts.entries()) lengths.writeUInt32LE(part.length, 4 * index);
  return Buffer.concat([lengths, ...parts]);
}
