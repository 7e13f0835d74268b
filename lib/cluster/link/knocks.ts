import type { Socket } from 'node:net';
import type { HandshakeStream } from './handshake-stream.js';

/** A listener keeps so many connections that have proved nothing yet; one more makes it drop one of them. */
export const MOST_KNOCKS = 64;

/** One connection whose other side has proved nothing yet. */
export interface Knock {
  /** The TCP socket, also below TLS. */
  readonly socket: Socket;
  readonly host: string;
  readonly port: number;
  /** Ends it when its time is over. */
  readonly deadline: NodeJS.Timeout;
  /** Set once the handshake reads. */
  stream: HandshakeStream | undefined;
  /** Why this side ended it. */
  dropped: string | undefined;
}

/** The connections that have proved nothing yet; bounded. */
export class Knocks {
  readonly #all = new Set<Knock>();

  [Symbol.iterator](): IterableIterator<Knock> {
    return this.#all.values();
  }

  /** The knock of a socket, found by where it comes from: a TLS socket does not tell the one below it. */
  from(host: string | undefined, port: number | undefined): Knock | undefined {
    for (const knock of this.#all) if (knock.host === host && knock.port === port) return knock;
    return undefined;
  }

  /**
   * Adds one. Returns the one to be dropped for it when there are too many: the oldest from the host that has most of them, so
   * that who opens many connections and says nothing keeps out himself before others.
   */
  add(knock: Knock): Knock | undefined {
    this.#all.add(knock);
    if (this.#all.size <= MOST_KNOCKS) return undefined;
    const counts = new Map<string, number>();
    for (const { host } of this.#all) counts.set(host, (counts.get(host) ?? 0) + 1);
    const most = Math.max(...counts.values());
    for (const candidate of this.#all) if (counts.get(candidate.host) === most) return candidate;
    return undefined;
  }

  /** Returns false when it was removed before. */
  remove(knock: Knock): boolean {
    clearTimeout(knock.deadline);
    return this.#all.delete(knock);
  }
}
