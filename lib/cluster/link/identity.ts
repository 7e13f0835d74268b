import { InvalidArgumentError } from '../../errors/index.js';

/** Who is at one end of a link. It is told to nobody who has not proved the cluster's secret. */
export interface NodeIdentity {
  readonly nodeId: string;
  /** Grows each time that a node joins again under the same id; a whole number. */
  readonly incarnation: number;
  /** What the link is for, such as `tasks` or `objects`: its listener may treat them differently. */
  readonly purpose: string;
  /** The version of Mobula. */
  readonly version: string;
}

/** An identity takes no more bytes than this on its way. */
export const MOST_IDENTITY_BYTES = 4096;

const names = ['nodeId', 'purpose', 'version'] as const;

/** The bytes of an identity of this process. Throws InvalidArgumentError for one that the other side would refuse. */
export function encodeIdentity({ nodeId, incarnation, purpose, version }: NodeIdentity): Buffer {
  const bytes = Buffer.from(JSON.stringify({ nodeId, incarnation, purpose, version }));
  if (decodeIdentity(bytes) === undefined) {
    throw new InvalidArgumentError(
      'the identity of a node needs nodeId, purpose and version as texts that are not empty, a whole number as ' +
        `incarnation, and ${MOST_IDENTITY_BYTES} bytes at most. Shorten its texts.`,
    );
  }
  return bytes;
}

/** Reads an identity that came from elsewhere; undefined when it is none. */
export function decodeIdentity(bytes: Uint8Array): NodeIdentity | undefined {
  if (bytes.length > MOST_IDENTITY_BYTES) return undefined;
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch {
    return undefined;
  }
  if (typeof value !== 'object' || value === null) return undefined;
  const { nodeId, incarnation, purpose, version } = value as NodeIdentity;
  const identity = { nodeId, incarnation, purpose, version };
  if (!names.every((name) => typeof identity[name] === 'string' && identity[name] !== '')) return undefined;
  return Number.isSafeInteger(incarnation) && incarnation >= 0 ? identity : undefined;
}
