import { performance } from 'node:perf_hooks';

/** So many looks in a row nothing must have happened. */
const QUIET_LOOKS = 2;
/** Part of the time between two looks above which the event loop counts as busy. */
const BUSY_UTILIZATION = 0.5;
/** The whole heap is collected no more often than lets this be the part of all time that it takes. */
const PART_FOR_NEW = 1 / 20;
/** The same, when all that was made since is gone, and only what survived the last such collection may be garbage. */
const PART_FOR_OLD = 1 / 100;

/** What is collected, and how busy its owner is. */
export interface IdleCollectionPort {
  /** Changes with all that the process does with Mobula; undefined while it is doing something that is not to be disturbed. */
  activity(): number | undefined;
  /** How many JavaScript objects keep something of the store, and were not found dead yet. */
  holds(): number;
  /** Collects the young generation or the whole heap, and gives back what it finds dead. */
  collect(full: boolean): void;
}

/**
 * An idle process allocates nothing, so V8 never collects its garbage, and the refs and views in it would keep their objects for
 * ever: those are to be freed within a second. So a process that has done something, and has fallen idle, collects:
 * once the young generation (0.5 ms with 20 MB of heap, 4 ms with 300 MB), and if things of the store are still held,
 * once the whole heap (20 ms and 400 ms), though not if that was done a moment ago. Then not before it has done something again.
 *
 * What is dropped without anything being done, long after the last collection, is found by V8 or not at all.
 */
export class IdleCollection {
  readonly #port: IdleCollectionPort;
  #state: 'collected' | 'active' | 'youngCollected' = 'collected';
  #activity: number | undefined = 0;
  #quietLooks = 0;
  #loop = performance.eventLoopUtilization();
  /** Held after the last collection of the whole heap; never more than since. */
  #survivors = 0;
  #fullEnd = 0;
  #fullMilliseconds = 0;

  constructor(port: IdleCollectionPort) {
    this.#port = port;
  }

  /** To be called some times a second, from a timer that does not keep the process alive. */
  look(): void {
    const before = this.#loop;
    this.#loop = performance.eventLoopUtilization();
    const activity = this.#port.activity();
    if (activity === undefined || activity !== this.#activity) {
      this.#activity = activity;
      this.#quietLooks = 0;
      this.#state = 'active';
      return;
    }
    if (this.#state === 'collected' || ++this.#quietLooks < QUIET_LOOKS) return;
    if (performance.eventLoopUtilization(this.#loop, before).utilization > BUSY_UTILIZATION) return;
    this.#collect();
  }

  #collect(): void {
    const holds = this.#port.holds();
    if (holds === 0) {
      this.#survivors = 0;
      this.#state = 'collected';
    } else if (this.#state === 'active') {
      // What this finds dead is known by the next look: buffers are let go of in the background.
      this.#port.collect(false);
      this.#state = 'youngCollected';
    } else {
      const part = holds > this.#survivors ? PART_FOR_NEW : PART_FOR_OLD;
      const begin = performance.now();
      if (begin < this.#fullEnd + this.#fullMilliseconds / part) return;
      this.#port.collect(true);
      this.#fullEnd = performance.now();
      this.#fullMilliseconds = this.#fullEnd - begin;
      this.#survivors = this.#port.holds();
      this.#state = 'collected';
    }
  }
}
