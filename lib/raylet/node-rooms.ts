import Denque from 'denque';
import type { Amounts } from '../protocol/amounts.js';
import type { NeedKind } from './remote-demand.js';
import { fits, type Needs, NodeRoom, RoomIndex } from './remote-room.js';

/** Another node as its gateway describes it. */
export interface RemoteNode {
  readonly peer: number;
  readonly node: string;
  readonly address: string;
  readonly totals: Amounts;
}

/** Another node with the books on what it has free. */
export interface KnownNode extends RemoteNode {
  readonly room: NodeRoom;
}

/** The other nodes, and which of them has room for what. Keeps the indexes of all kinds of needs up to date. */
export class NodeRooms {
  readonly #salt: number;
  readonly #kinds: () => Iterable<NeedKind>;
  readonly #nodes = new Map<number, KnownNode>();
  readonly #byId = new Map<string, KnownNode>();
  /** Nodes with grants that what they say may not include yet, and until when that may be so: the same time for each, so in order. */
  readonly #settling = new Denque<{ readonly node: KnownNode; readonly at: number }>();

  /**
   * @param salt makes nodes that see the same room prefer different ones
   * @param kinds all kinds of needs that may have an index
   */
  constructor(salt: number, kinds: () => Iterable<NeedKind>) {
    this.#salt = salt;
    this.#kinds = kinds;
  }

  get size(): number {
    return this.#nodes.size;
  }

  all(): Iterable<KnownNode> {
    return this.#nodes.values();
  }

  get(peer: number): KnownNode | undefined {
    return this.#nodes.get(peer);
  }

  named(id: string): KnownNode | undefined {
    return this.#byId.get(id);
  }

  joined(node: RemoteNode): void {
    const known = { ...node, room: new NodeRoom(node.peer, node.totals, this.#salt) };
    this.#nodes.set(node.peer, known);
    this.#byId.set(node.node, known);
    this.#changed(known);
  }

  /** False when it was not there. */
  left(peer: number): boolean {
    const node = this.#nodes.get(peer);
    if (node === undefined) return false;
    this.#nodes.delete(peer);
    if (this.#byId.get(node.node) === node) this.#byId.delete(node.node);
    for (const { rooms } of this.#kinds()) rooms?.remove(node.room);
    return true;
  }

  /** What the node says that it has free. */
  said(peer: number, free: Amounts): void {
    const node = this.#nodes.get(peer);
    if (node === undefined) return;
    node.room.said(free);
    this.#changed(node);
  }

  /** Takes what one lease holds. */
  take(peer: number, kind: NeedKind, now: number): void {
    const node = this.#nodes.get(peer)!;
    this.#settling.push({ node, at: node.room.take(kind.needs, now) });
    kind.rooms?.taken(node.room);
    this.#changed(node);
  }

  /** Gives it back, if the node is still there. */
  giveBack(peer: number, needs: Needs): void {
    const node = this.#nodes.get(peer);
    if (node === undefined) return;
    node.room.giveBack(needs);
    this.#changed(node);
  }

  /** What nodes say includes the older grants by now. */
  settle(now: number): void {
    for (let first = this.#settling.peekFront(); first !== undefined && first.at <= now; ) {
      this.#settling.shift();
      const { node } = first;
      if (this.#nodes.get(node.peer) === node) {
        node.room.settle(now);
        this.#changed(node);
      }
      first = this.#settling.peekFront();
    }
  }

  /** When that may next change something; infinite for never. */
  get settlesAt(): number {
    return this.#settling.peekFront()?.at ?? Number.POSITIVE_INFINITY;
  }

  /** The node that such tasks are for and no other, if it is there: it is named, and has what they need when it is empty. */
  onlyFor({ strategy: { node, soft }, needs }: NeedKind): KnownNode | undefined {
    const named = node === '' ? undefined : this.#byId.get(node);
    return named !== undefined && (!soft || fits(needs, named.totals)) ? named : undefined;
  }

  /** The node that such tasks are to be near, while it has room. */
  nearFor({ strategy: { near }, needs }: NeedKind): NodeRoom | undefined {
    const room = near === undefined ? undefined : this.#byId.get(near)?.room;
    return room !== undefined && fits(needs, room.free) ? room : undefined;
  }

  /** Where a task of this kind can go now. */
  roomFor(kind: NeedKind): NodeRoom | undefined {
    const near = this.nearFor(kind);
    if (near !== undefined) return near;
    const only = this.onlyFor(kind);
    if (only !== undefined) return fits(kind.needs, only.room.free) ? only.room : undefined;
    if (kind.strategy.node !== '' && !kind.strategy.soft) return undefined;
    return this.indexFor(kind).best;
  }

  indexFor(kind: NeedKind): RoomIndex {
    kind.rooms ??= new RoomIndex(
      kind.needs,
      kind.strategy.spread,
      [...this.#nodes.values()].map(({ room }) => room),
    );
    return kind.rooms;
  }

  #changed({ room }: KnownNode): void {
    for (const { rooms } of this.#kinds()) rooms?.update(room);
  }
}
