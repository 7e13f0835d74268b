import { performance } from 'node:perf_hooks';

/** Shortest time between two ticks, milliseconds. */
export const TICK_MILLISECONDS = 2;

/** A timer that runs while there is something to look after, often or seldom, and keeps no process alive. */
export class Ticker {
  readonly #tick: (now: number, overdue: number) => number | undefined;
  #timer: NodeJS.Timeout | undefined;
  /** Of the timer that runs; 0 when none does. */
  #delay = 0;
  #due = 0;
  #closed = false;

  /** @param tick gets the time and by how much it comes late; returns after how long the next is to be, if any. Milliseconds */
  constructor(tick: (now: number, overdue: number) => number | undefined) {
    this.#tick = tick;
  }

  /** The next tick comes soon, also if it was meant to be a late one. */
  soon(): void {
    if (this.#delay === TICK_MILLISECONDS || this.#closed) return;
    clearTimeout(this.#timer);
    this.#start(TICK_MILLISECONDS);
  }

  /** For a thread that blocks, where no timer fires: ticks if it is time. Returns the milliseconds until the next tick. */
  pump(): number {
    const rest = this.#due - performance.now();
    if (this.#delay > 0 && rest <= 0) {
      clearTimeout(this.#timer);
      this.#run();
    }
    return this.#delay > 0 ? Math.max(0, this.#due - performance.now()) : Number.POSITIVE_INFINITY;
  }

  close(): void {
    this.#closed = true;
    clearTimeout(this.#timer);
  }

  #start(delay: number): void {
    this.#delay = delay;
    this.#due = performance.now() + delay;
    this.#timer = setTimeout(() => this.#run(), delay);
    this.#timer.unref();
  }

  #run(): void {
    // What happens in the tick is seen to in it: no second timer for that.
    this.#delay = TICK_MILLISECONDS;
    const now = performance.now();
    const next = this.#tick(now, now - this.#due);
    this.#delay = 0;
    if (next !== undefined && !this.#closed) this.#start(next);
  }
}
