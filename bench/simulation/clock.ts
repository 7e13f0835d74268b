import { type HeapItem, IndexedHeap } from '../../lib/raylet/scheduler/heap.js';

interface Appointment extends HeapItem {
  readonly at: number;
  readonly order: number;
  readonly action: () => void;
}

/** Virtual time, in milliseconds: actions run in the order of their times, and at the same time first come first served. */
export class VirtualClock {
  now = 0;
  #order = 0;
  readonly #appointments = new IndexedHeap<Appointment>((a, b) =>
    a.at !== b.at ? a.at < b.at : a.order < b.order,
  );

  get idle(): boolean {
    return this.#appointments.size === 0;
  }

  /** Returns what cancels it. */
  at(time: number, action: () => void): () => void {
    const appointment: Appointment = {
      at: Math.max(time, this.now),
      order: this.#order++,
      action,
      heapIndex: -1,
    };
    this.#appointments.add(appointment);
    return () => {
      if (appointment.heapIndex >= 0) this.#appointments.remove(appointment);
    };
  }

  after(milliseconds: number, action: () => void): () => void {
    return this.at(this.now + milliseconds, action);
  }

  /** Runs the next action; false when there is none. */
  step(): boolean {
    const next = this.#appointments.first;
    if (next === undefined) return false;
    this.#appointments.remove(next);
    this.now = next.at;
    next.action();
    return true;
  }
}
