/** A seeded source of randomness; the seed is printed, so that a failure can be run again: MOBULA_TEST_SEED=... */
export class Random {
  readonly seed: number;
  #state: number;

  constructor(title: string) {
    this.seed = Number(process.env.MOBULA_TEST_SEED ?? Date.now() % 2 ** 31) >>> 0;
    this.#state = this.seed;
    console.log(`      seed of ${title}: ${this.seed}`);
  }

  /** A whole number from 0 to `limit` - 1. */
  below(limit: number): number {
    this.#state = (this.#state + 0x9e3779b9) >>> 0;
    let word = this.#state;
    word = Math.imul(word ^ (word >>> 16), 0x21f0aaad);
    word = Math.imul(word ^ (word >>> 15), 0x735a2d97);
    return ((word ^ (word >>> 15)) >>> 0) % limit;
  }

  pick<T>(items: readonly T[]): T {
    return items[this.below(items.length)]!;
  }
}
