import type { NeedKind, RemoteDemand } from './remote-demand.js';

/** A node that tasks name, and that is not there for so long, has died or never was; milliseconds. */
const ABSENT_MILLISECONDS = 5000;
/** Node ids that were waited for in vain, of which this many are remembered. */
const MOST_ABSENT = 1000;

/** Demands for a node that is not there: it may be about to join, so they wait for a while, but not for ever. */
export class AbsentNodes {
  /** The longest waiting first. */
  readonly #demands = new Set<RemoteDemand>();
  /** Waited for in vain: who names one of them again does not wait. */
  readonly #gone = new Set<string>();

  /** When the longest waiting is given up; undefined when none waits. */
  get nextAt(): number | undefined {
    const [first] = this.#demands;
    return first && first.absentSince! + ABSENT_MILLISECONDS;
  }

  joined(node: string): void {
    this.#gone.delete(node);
    for (const demand of this.#demands) if (demand.need.strategy.node === node) this.leave(demand);
  }

  /** The node that all of these name is not there. */
  missed(kind: NeedKind, now: number): void {
    for (const queue of kind.jobs.items()) {
      for (const demand of queue.demands.items()) {
        if (demand.absentSince !== undefined) continue;
        demand.absentSince = now;
        this.#demands.add(demand);
      }
    }
  }

  /** Nobody waits for these tasks, or they need not wait for their node, any more. */
  leave(demand: RemoteDemand): void {
    this.#demands.delete(demand);
    demand.absentSince = undefined;
  }

  /** Those that have waited long enough, which do not wait here any more. */
  giveUp(now: number): RemoteDemand[] {
    const given: RemoteDemand[] = [];
    for (const demand of this.#demands) {
      const { node } = demand.need.strategy;
      if (!this.#gone.has(node) && now - demand.absentSince! < ABSENT_MILLISECONDS) continue;
      this.#gone.add(node);
      if (this.#gone.size > MOST_ABSENT) this.#gone.delete(this.#gone.values().next().value!);
      this.leave(demand);
      given.push(demand);
    }
    return given;
  }
}
