import type { Arrival } from './arrival.js';
import type { Outcome } from './download.js';
import type { ReceivedObject } from './incoming-object.js';
import type { Replicas } from './replicas.js';

/** A result of a task of ours that the other node sends without being asked. */
export class ReceivedResult {
  readonly arrival: Arrival;
  /** Resolves when it stands in the store, or is known not to come. */
  readonly settled: Promise<void>;
  readonly #replicas: Replicas;
  #received: ReceivedObject | undefined;
  #isSettled = false;
  #discarded = false;
  #tell!: () => void;

  constructor(arrival: Arrival, replicas: Replicas) {
    this.arrival = arrival;
    this.#replicas = replicas;
    this.settled = new Promise((resolve) => {
      this.#tell = resolve;
    });
  }

  get isSettled(): boolean {
    return this.#isSettled;
  }

  /** Undefined when it could not be had, or is not there yet. */
  get received(): ReceivedObject | undefined {
    return this.#received;
  }

  /** What it contains is on its way, too. */
  get nested(): readonly Promise<void>[] {
    return this.arrival.nested;
  }

  settle(outcome: Outcome): void {
    if (outcome.kind !== 'arrived') {
      this.#end(undefined);
      return;
    }
    try {
      const received = this.arrival.finish();
      if (received instanceof Promise)
        received.then(
          (each) => this.#end(each),
          () => this.#end(undefined),
        );
      else this.#end(received);
    } catch {
      this.#end(undefined);
    }
  }

  /** There is no room for it: its task fails. */
  fail(): void {
    this.#end(undefined);
  }

  /** Nobody takes it any more. */
  discard(): void {
    this.#discarded = true;
    if (this.#received !== undefined) this.#replicas.runtime.store.abort(this.#received.draft);
    this.#received = undefined;
  }

  #end(received: ReceivedObject | undefined): void {
    this.arrival.end();
    this.#received = received;
    if (this.#discarded) this.discard();
    this.#isSettled = true;
    this.#tell();
  }
}
