import type { ShapeQueue } from './shape-queue.js';

/** What reports of demand need of the submitter. */
export interface DemandPort {
  /** To the raylet: so many tasks wait in the queue, the deepest of that depth. */
  demand(queue: ShapeQueue, count: number, depth: number, grantsSeen: number): void;
}

/**
 * Tells the raylet how many tasks wait in which queue: at once when there is no lease for them, otherwise when a tick finds that
 * the number differs much from the one that it was told last. Its process is not to be woken for a queue that breathes.
 */
export class DemandReports {
  readonly #queues: readonly ShapeQueue[];
  readonly #port: DemandPort;
  /** So that the raylet knows which of its grants the count of a report takes into account. */
  #grantsSeen = 0;
  #allQueued = false;
  #closed = false;

  /** @param queues all of them, also those that are made later */
  constructor(queues: readonly ShapeQueue[], port: DemandPort) {
    this.#queues = queues;
    this.#port = port;
  }

  granted(): void {
    this.#grantsSeen++;
  }

  /** Reports what waits at the end of the microtasks. */
  soon(): void {
    if (this.#allQueued) return;
    this.#allQueued = true;
    queueMicrotask(() => this.#reportAll());
  }

  report(queue: ShapeQueue): void {
    const count = queue.size;
    queue.emptyTicks = 0;
    if (count === 0 && queue.reported === 0) return;
    queue.reported = count;
    this.#port.demand(queue, count, queue.deepest, this.#grantsSeen);
  }

  /** At a tick: reports what differs much from what was reported; the end of a queue at the second tick that finds it empty. */
  review(queue: ShapeQueue): void {
    if (this.#differs(queue)) this.report(queue);
  }

  /** Reports all that a later tick would: there will be none for a while. */
  flush(): void {
    this.#reportAll();
    for (const queue of this.#queues) if (queue.size > 0) this.review(queue);
  }

  close(): void {
    this.#closed = true;
  }

  #reportAll(): void {
    if (!this.#allQueued) return;
    this.#allQueued = false;
    if (!this.#closed) for (const queue of this.#queues) this.report(queue);
  }

  #differs(queue: ShapeQueue): boolean {
    const { size, reported } = queue;
    if (size === 0) return reported > 0 && ++queue.emptyTicks >= 2;
    queue.emptyTicks = 0;
    return reported === 0 || size >= 2 * reported || 2 * size <= reported;
  }
}
