import type { ModelCluster } from './cluster-model.js';

/** Idle time of a cluster's CPUs before some time of the run, or after it. */
export interface IdleTimes {
  /** CPU seconds that were free while a task that fits waited at its submitter. */
  cpuSeconds: number;
  /** The longest time that one CPU was so, milliseconds. */
  longestMilliseconds: number;
  /** Nodes of which a CPU was so for longer than the bound. */
  nodesBeyondBound: number;
}

/**
 * Looks at all nodes of a cluster many times in a link's latency. A CPU is idle while no lease holds it, no process starts for it,
 * no task waits on its node, and a task that fits waits at its submitter. So what a node's news and the task that they bring need on
 * their ways is idle time.
 */
export class IdleBook {
  readonly start: IdleTimes = { cpuSeconds: 0, longestMilliseconds: 0, nodesBeyondBound: 0 };
  readonly later: IdleTimes = { cpuSeconds: 0, longestMilliseconds: 0, nodesBeyondBound: 0 };
  /** CPU seconds that were free while tasks that fit waited only in the queues of other nodes, which they do not leave any more. */
  queuedCpuSeconds = 0;
  /** CPU seconds that nodes had tasks and no process for them yet. */
  startingCpuSeconds = 0;
  /**
   * Leases that had no task for longer than the bound while a task that fits waited: their submitter keeps them for a moment when it
   * has no more tasks. CPU seconds, and the longest.
   */
  readonly kept = { cpuSeconds: 0, longestMilliseconds: 0 };
  /** CPU seconds that leases held. */
  heldCpuSeconds = 0;
  readonly #cluster: ModelCluster;
  readonly #period: number;
  readonly #bound: number;
  readonly #startEnds: number;
  /** By node: since when each of its idle CPUs is so, the longest first; what is taken is taken from those. */
  readonly #idleSince: number[][];
  /** By node: 1 when it was beyond the bound at the start, 2 when later, 3 when both. */
  readonly #beyond: Uint8Array;

  /** All in milliseconds. */
  constructor(
    cluster: ModelCluster,
    times: { readonly period: number; readonly bound: number; readonly startEnds: number },
  ) {
    this.#cluster = cluster;
    this.#period = times.period;
    this.#bound = times.bound;
    this.#startEnds = times.startEnds;
    this.#idleSince = cluster.nodes.map(() => []);
    this.#beyond = new Uint8Array(cluster.nodes.length);
    cluster.idleLease = (milliseconds) => {
      if (milliseconds <= times.bound) return;
      this.kept.cpuSeconds += milliseconds / 1000;
      this.kept.longestMilliseconds = Math.max(this.kept.longestMilliseconds, milliseconds);
    };
  }

  /** To be called once every period. */
  look(): void {
    const { nodes, needs } = this.#cluster;
    const waiting = needs.map((_, need) => this.#cluster.waitingAtSubmitters(need));
    const queued = needs.map(() => 0);
    const { now } = this.#cluster.clock;
    const seconds = this.#period / 1000;
    const times = now < this.#startEnds ? this.start : this.later;
    let [idle, unused] = [0, 0];
    for (let index = 0; index < nodes.length; index++) {
      const standing = nodes[index]!.standing();
      this.heldCpuSeconds += standing.held * seconds;
      this.startingCpuSeconds += standing.starting * seconds;
      let [room, most] = [0, 0];
      for (let need = 0; need < needs.length; need++) {
        queued[need]! += standing.queued[need]!;
        if (waiting[need]! > 0) room = Math.max(room, standing.room[need]!);
        most = Math.max(most, standing.room[need]!);
      }
      const idleSince = this.#idleSince[index]!;
      if (idleSince.length > room) idleSince.splice(0, idleSince.length - room);
      if (room === 0) {
        unused += most;
        continue;
      }
      while (idleSince.length < room) idleSince.push(now);
      idle += room;
      const stretch = now - idleSince[0]! + this.#period;
      times.longestMilliseconds = Math.max(times.longestMilliseconds, stretch);
      // The last look may be nearly a period after the end.
      if (stretch <= this.#bound + this.#period) continue;
      const mark = times === this.start ? 1 : 2;
      if ((this.#beyond[index]! & mark) === 0) times.nodesBeyondBound++;
      this.#beyond[index]! |= mark;
    }
    const all = (counts: readonly number[]): number => counts.reduce((sum, count) => sum + count, 0);
    times.cpuSeconds += Math.min(idle, all(waiting)) * seconds;
    this.queuedCpuSeconds += Math.min(unused, all(queued)) * seconds;
  }
}
