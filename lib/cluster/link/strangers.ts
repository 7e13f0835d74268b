/** So many wrong proofs of one address make its next connections wait. */
export const WRONG_PROOFS_ALLOWED = 3;
/** The first wait, in milliseconds; each further wrong proof doubles it. */
const FIRST_DELAY_MILLISECONDS = 250;
const MOST_DELAY_MILLISECONDS = 2000;
/** After such a time without a refusal an address is forgotten, in milliseconds. */
const MEMORY_MILLISECONDS = 60_000;
/** More addresses are not remembered; the one that was quiet for longest is forgotten first. */
const MOST_ADDRESSES = 1024;

interface Stranger {
  wrongProofs: number;
  /** When it was refused last, on the clock of `performance.now()`. */
  last: number;
}

/** What a listener remembers of addresses that it refused: whom to slow down, and what was reported already. */
export class Strangers {
  /** In the order of their last refusal. */
  readonly #byAddress = new Map<string, Stranger>();

  /** Milliseconds for which a new connection from this address waits before anything is read from it. */
  delayOf(address: string, now: number): number {
    const wrongProofs = this.#recall(address, now)?.wrongProofs ?? 0;
    if (wrongProofs < WRONG_PROOFS_ALLOWED) return 0;
    return Math.min(
      MOST_DELAY_MILLISECONDS,
      FIRST_DELAY_MILLISECONDS * 2 ** (wrongProofs - WRONG_PROOFS_ALLOWED),
    );
  }

  /**
   * Notes a refusal. Returns whether it is to be reported: the first of an address is, and the wrong proof from which on it is
   * slowed down. An address that goes on and on would otherwise fill the logs.
   */
  refuse(address: string, wrongProof: boolean, now: number): 'first' | 'slowed' | undefined {
    const known = this.#recall(address, now);
    const stranger = known ?? { wrongProofs: 0, last: now };
    stranger.last = now;
    if (wrongProof) stranger.wrongProofs++;
    this.#byAddress.delete(address);
    this.#byAddress.set(address, stranger);
    for (const oldest of this.#byAddress.keys()) {
      if (this.#byAddress.size <= MOST_ADDRESSES) break;
      this.#byAddress.delete(oldest);
    }
    if (known === undefined) return 'first';
    return wrongProof && stranger.wrongProofs === WRONG_PROOFS_ALLOWED ? 'slowed' : undefined;
  }

  #recall(address: string, now: number): Stranger | undefined {
    const stranger = this.#byAddress.get(address);
    if (stranger === undefined || now - stranger.last < MEMORY_MILLISECONDS) return stranger;
    this.#byAddress.delete(address);
    return undefined;
  }
}
