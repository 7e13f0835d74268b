/** How soon other nodes hear of a change of what is free here if it changes all the time, milliseconds. */
const AVAILABLE_MILLISECONDS = 20;
/** So many changes they hear of at once: what is free is idle until they do. */
const AVAILABLE_AT_ONCE = 16;

/** How often something may be said that changes all the time: some times at once, but over time no more than once an interval. */
export class Pace {
  readonly #interval: number;
  readonly #atOnce: number;
  /** When all of them may be said at once again. */
  #rested = Number.NEGATIVE_INFINITY;

  /** @param interval milliseconds */
  constructor(interval: number, atOnce: number) {
    this.#interval = interval;
    this.#atOnce = atOnce;
  }

  /** When it may be said next, `now` or later; milliseconds. */
  next(now: number): number {
    return Math.max(now, this.#rested - (this.#atOnce - 1) * this.#interval);
  }

  said(now: number): void {
    this.#rested = Math.max(this.#rested, now) + this.#interval;
  }
}

/** For telling other nodes what is free. */
export function availabilityPace(): Pace {
  return new Pace(AVAILABLE_MILLISECONDS, AVAILABLE_AT_ONCE);
}
