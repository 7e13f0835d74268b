import type { Need } from './resources.js';

/**
 * What a job, a submitter or a queue holds. Also carries a shadow: what it would hold if the revocations that are under way
 * were over, and those that are being planned; valid during one planning only.
 */
export class Account {
  /** Units by resource. */
  readonly held: number[];
  readonly #totals: readonly number[];
  readonly #weight: number;
  readonly #shadow: number[];
  #plan = 0;

  constructor(totals: readonly number[], weight: number) {
    this.#totals = totals;
    this.#weight = weight;
    this.held = totals.map(() => 0);
    this.#shadow = totals.map(() => 0);
  }

  /** The part held of the node's amount of a resource, relative to the weight; `without` so many units. */
  claim(index: number, without = 0): number {
    return (this.held[index]! - without) / this.#totals[index]! / this.#weight;
  }

  /** As `claim`, after what planning `plan` (a number above the last one's) has done so far. */
  shadowClaim(plan: number, index: number, without = 0): number {
    const vector = this.#plan === plan ? this.#shadow : this.held;
    return (vector[index]! - without) / this.#totals[index]! / this.#weight;
  }

  shadow(plan: number, needs: readonly Need[], sign: 1 | -1): void {
    if (this.#plan !== plan) {
      this.#plan = plan;
      for (let index = 0; index < this.held.length; index++) this.#shadow[index] = this.held[index]!;
    }
    for (const need of needs) this.#shadow[need.index]! += sign * need.units;
  }
}
