import { randomBytes, timingSafeEqual } from 'node:crypto';
import type { HandshakeStream } from './handshake-stream.js';
import { decodeIdentity, encodeIdentity, MOST_IDENTITY_BYTES, type NodeIdentity } from './identity.js';
import {
  LINK_VERSION,
  type LinkRole,
  proofOf,
  type SessionKeys,
  sessionKeysOf,
  type Transcript,
} from './secret.js';

// The handshake, in six messages. Nobody names itself before the other has proved the secret, and the listener proves
// nothing to whom has not: a stranger that knocks gets a nonce and a closed door.
//
//   dialer    hello: magic, version, nonce
//   listener  hello: magic, version, nonce
//   dialer    proof 'dialer opens' over both nonces
//   listener  proof 'listener opens' over both nonces; its identity
//   dialer    its identity; proof 'dialer agrees' over nonces and both identities
//   listener  proof 'listener agrees' over the same
//
// An identity is a uint16 length and JSON. JSON is parsed only after the proof that covers it.

/** The line end in it is lost where somebody carries the bytes as text. */
const MAGIC = Buffer.from('MOBULA\r\n');
const NONCE_BYTES = 32;
const PROOF_BYTES = 32;
/** Bytes of the first message of each side: magic, uint32 version, nonce. */
export const HELLO_BYTES = MAGIC.length + 4 + NONCE_BYTES;

/** What one end brings to a handshake. */
export interface Credentials {
  readonly secret: Uint8Array;
  readonly identity: NodeIdentity;
  /** See {@link Transcript.channel}. */
  readonly channel: Uint8Array;
}

/** What a handshake ends in. */
export interface Agreement {
  readonly peer: NodeIdentity;
  readonly keys: SessionKeys;
}

/** The other side is not who it should be; the message says how that showed. */
export class HandshakeRefused extends Error {
  /** Whether the other side tried to prove a secret, and it was another one than ours. */
  readonly wrongProof: boolean;

  constructor(reason: string, wrongProof = false) {
    super(reason);
    this.wrongProof = wrongProof;
  }
}

/** The other side speaks another version of the link. */
export class OtherLinkVersion extends Error {
  readonly version: number;

  constructor(version: number) {
    super(`it speaks version ${version} of the link, and this node version ${LINK_VERSION}`);
    this.version = version;
  }
}

/** The handshake as who has connected. */
export async function dial(
  stream: HandshakeStream,
  { secret, identity, channel }: Credentials,
): Promise<Agreement> {
  const own = encodeIdentity(identity);
  const dialerNonce = randomBytes(NONCE_BYTES);
  stream.send(hello(dialerNonce));
  const listenerNonce = await takeHello(stream);
  const opening: Transcript = { dialerNonce, listenerNonce, channel, identities: nobody };
  stream.send(proofOf(secret, 'dialer', 'opens', opening));
  await takeProof(stream, secret, 'listener', 'opens', opening);
  const theirs = await takeIdentity(stream);
  const agreed: Transcript = { ...opening, identities: [own, theirs] };
  stream.send(lengthOf(own), own, proofOf(secret, 'dialer', 'agrees', agreed));
  await takeProof(stream, secret, 'listener', 'agrees', agreed);
  return { peer: authenticated(theirs), keys: sessionKeysOf(secret, agreed) };
}

/** The handshake as who was connected to. */
export async function answer(
  stream: HandshakeStream,
  { secret, identity, channel }: Credentials,
): Promise<Agreement> {
  const own = encodeIdentity(identity);
  const listenerNonce = randomBytes(NONCE_BYTES);
  // Whoever speaks another version gets our hello, which says so.
  const dialerNonce = await takeHello(stream, () => stream.send(hello(listenerNonce)));
  const opening: Transcript = { dialerNonce, listenerNonce, channel, identities: nobody };
  await takeProof(stream, secret, 'dialer', 'opens', opening);
  stream.send(proofOf(secret, 'listener', 'opens', opening), lengthOf(own), own);
  const theirs = await takeIdentity(stream);
  const agreed: Transcript = { ...opening, identities: [theirs, own] };
  await takeProof(stream, secret, 'dialer', 'agrees', agreed);
  const peer = authenticated(theirs);
  stream.send(proofOf(secret, 'listener', 'agrees', agreed));
  return { peer, keys: sessionKeysOf(secret, agreed) };
}

const nobody = [new Uint8Array(0), new Uint8Array(0)] as const;

function hello(nonce: Uint8Array): Buffer {
  const version = Buffer.alloc(4);
  version.writeUInt32LE(LINK_VERSION);
  return Buffer.concat([MAGIC, version, nonce]);
}

/** The other side's nonce. `onMagic` is called once it is known to speak some version of the link. */
async function takeHello(stream: HandshakeStream, onMagic?: () => void): Promise<Buffer> {
  // Byte by byte as far as it is needed: a stranger's first bytes may be fewer than ours.
  const first = await stream.take(1);
  if (first[0] !== MAGIC[0]) throw new HandshakeRefused(describeStranger(first[0]!));
  if (!(await stream.take(MAGIC.length - 1)).equals(MAGIC.subarray(1))) {
    throw new HandshakeRefused('it does not speak the protocol of the link');
  }
  onMagic?.();
  const version = (await stream.take(4)).readUInt32LE();
  if (version !== LINK_VERSION) throw new OtherLinkVersion(version);
  return stream.take(NONCE_BYTES);
}

/** TLS records begin with their kind: 22 for a handshake, 21 for an alert. */
function describeStranger(first: number): string {
  if (first === 22) return 'it speaks TLS, which this node was not told to use';
  if (first === 21) return 'it demands TLS, which this node was not told to use';
  return 'it does not speak the protocol of the link';
}

async function takeProof(
  stream: HandshakeStream,
  secret: Uint8Array,
  role: LinkRole,
  step: 'opens' | 'agrees',
  transcript: Transcript,
): Promise<void> {
  const proof = await stream.take(PROOF_BYTES);
  if (timingSafeEqual(proof, proofOf(secret, role, step, transcript))) return;
  const reason =
    step === 'opens' ? 'its secret is another one than ours' : 'its identity was changed on the way';
  throw new HandshakeRefused(reason, true);
}

async function takeIdentity(stream: HandshakeStream): Promise<Buffer> {
  const length = (await stream.take(2)).readUInt16LE();
  if (length === 0 || length > MOST_IDENTITY_BYTES) {
    throw new HandshakeRefused(
      `it announced an identity of ${length} bytes; from 1 to ${MOST_IDENTITY_BYTES} are allowed`,
    );
  }
  return stream.take(length);
}

function lengthOf(identity: Uint8Array): Buffer {
  const length = Buffer.alloc(2);
  length.writeUInt16LE(identity.length);
  return length;
}

function authenticated(bytes: Uint8Array): NodeIdentity {
  const identity = decodeIdentity(bytes);
  if (identity === undefined) throw new HandshakeRefused('it gave no valid identity');
  return identity;
}
