import Denque from 'denque';

/** Lets suspended tasks go on one after another, each followed by the microtask in which it does (see TaskContext.wake). */
export class Wakes {
  readonly #waiting = new Denque<() => void>();
  #waking = false;
  readonly #next = (): void => {
    this.#waking = true;
    this.#waiting.shift()!();
    this.#waking = false;
    if (this.#waiting.length > 0) queueMicrotask(this.#next);
  };

  /** Some are to go on. */
  get pending(): boolean {
    return this.#waiting.length > 0;
  }

  add(act: () => void): void {
    this.#waiting.push(act);
    if (this.#waiting.length === 1 && !this.#waking) queueMicrotask(this.#next);
  }
}
