import type { Amounts } from '../protocol/amounts.js';
import { type HeapItem, IndexedHeap } from './scheduler/heap.js';

/** Amounts are compared with this tolerance: they are sums of fractions. */
const EPSILON = 1e-6;
/** So long after a grant what a node says that it has free may be older than the grant, milliseconds. */
const SETTLED_MILLISECONDS = 100;

/** What a task needs, by name. */
export type Needs = readonly (readonly [name: string, amount: number])[];

export function fits(needs: Needs, free: Amounts): boolean {
  for (const [name, amount] of needs) if ((free[name] ?? 0) + EPSILON < amount) return false;
  return true;
}

/** The books on one other node: what it said, and what it was given since. */
export class NodeRoom {
  /** What it can be given now. */
  readonly free: Record<string, number> = {};
  /** The part of its CPUs that is free. */
  share = 0;
  /** Puts nodes with the same room in another order for each observer: not all are to run to the same one. */
  readonly rank: number;
  readonly #totals: Amounts;
  /** What it said it has free, less what was granted since. */
  #said: Record<string, number>;
  /** Granted by this node, not given back, and perhaps not yet in what it says; the oldest first. */
  #unsettled: { readonly needs: Needs; readonly at: number }[] = [];

  constructor(
    readonly peer: number,
    totals: Amounts,
    salt: number,
  ) {
    this.#totals = totals;
    this.#said = { ...totals };
    this.rank = Math.imul(peer ^ salt, 0x9e3779b1) >>> 0;
    this.#count();
  }

  said(free: Amounts): void {
    this.#said = { ...free };
    this.#count();
  }

  /**
   * Takes what one lease holds.
   * @returns when the books may change though nothing is heard
   */
  take(needs: Needs, now: number): number {
    this.#unsettled.push({ needs, at: now });
    this.#guess(needs, -1);
    return now + SETTLED_MILLISECONDS;
  }

  /** Gives it back. */
  giveBack(needs: Needs): void {
    const at = this.#unsettled.findIndex((taken) => taken.needs === needs);
    if (at >= 0) this.#unsettled.splice(at, 1);
    this.#guess(needs, 1);
  }

  /** By now what the node says includes its older grants. */
  settle(now: number): void {
    this.#unsettled = this.#unsettled.filter(({ at }) => now - at < SETTLED_MILLISECONDS);
    this.#count();
  }

  /** It says itself what is free; until then this is the best guess. */
  #guess(needs: Needs, sign: 1 | -1): void {
    for (const [name, amount] of needs)
      this.#said[name] = Math.min(this.#totals[name] ?? 0, (this.#said[name] ?? 0) + sign * amount);
    this.#count();
  }

  /**
   * A grant is not taken twice while what the node says is older than it. Afterwards the node knows better: a task that waits for
   * another one holds no CPU there, and that other one may need it.
   */
  #count(): void {
    for (const [name, total] of Object.entries(this.#totals)) this.free[name] = total;
    for (const { needs } of this.#unsettled)
      for (const [name, amount] of needs) this.free[name] = (this.free[name] ?? 0) - amount;
    for (const name of Object.keys(this.#totals))
      this.free[name] = Math.min(this.#said[name] ?? 0, this.free[name]!);
    this.share = (this.free['CPU'] ?? 0) / Math.max(this.#totals['CPU'] ?? 0, EPSILON);
  }
}

class Candidate implements HeapItem {
  heapIndex = -1;
  /** Number of the last grant on it. */
  turn = 0;

  constructor(readonly room: NodeRoom) {}
}

/** The nodes that have room for one kind of need, the best one at hand. A change of one node costs O(log nodes). */
export class RoomIndex {
  readonly #needs: Needs;
  readonly #candidates = new Map<number, Candidate>();
  readonly #fitting: IndexedHeap<Candidate>;
  #turn = 0;
  /** The turn of the grant that this node itself had last. */
  #hereTurn = 0;

  /** @param inTurn takes the node that was taken longest ago, instead of the one with most room */
  constructor(needs: Needs, inTurn: boolean, rooms: Iterable<NodeRoom>) {
    this.#needs = needs;
    this.#fitting = new IndexedHeap<Candidate>(inTurn ? wasBefore : isRoomier);
    for (const room of rooms) this.update(room);
  }

  get best(): NodeRoom | undefined {
    return this.#fitting.first?.room;
  }

  /** Whether it is this node's turn, which has room too, rather than that of the best other one. */
  get hereIsNext(): boolean {
    const first = this.#fitting.first;
    return first === undefined || this.#hereTurn <= first.turn;
  }

  update(room: NodeRoom): void {
    let candidate = this.#candidates.get(room.peer);
    if (candidate === undefined) {
      candidate = new Candidate(room);
      this.#candidates.set(room.peer, candidate);
    }
    const listed = candidate.heapIndex >= 0;
    if (fits(this.#needs, room.free)) {
      if (listed) this.#fitting.update(candidate);
      else this.#fitting.add(candidate);
    } else if (listed) this.#fitting.remove(candidate);
  }

  taken(room: NodeRoom): void {
    const candidate = this.#candidates.get(room.peer)!;
    candidate.turn = ++this.#turn;
    if (candidate.heapIndex >= 0) this.#fitting.update(candidate);
  }

  takenHere(): void {
    this.#hereTurn = ++this.#turn;
  }

  remove(room: NodeRoom): void {
    const candidate = this.#candidates.get(room.peer);
    if (candidate === undefined) return;
    if (candidate.heapIndex >= 0) this.#fitting.remove(candidate);
    this.#candidates.delete(room.peer);
  }
}

function isRoomier(a: Candidate, b: Candidate): boolean {
  return a.room.share !== b.room.share ? a.room.share > b.room.share : a.room.rank < b.room.rank;
}

function wasBefore(a: Candidate, b: Candidate): boolean {
  return a.turn !== b.turn ? a.turn < b.turn : a.room.rank < b.room.rank;
}
