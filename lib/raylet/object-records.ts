import type { ControlStore } from '../control/control-store.js';
import { MOST_LOCATED_OBJECTS } from '../control/control-store.js';
import type { RayletStore } from '../store/native.js';

/** So often the store is looked at. */
const LOOK_MILLISECONDS = 500;
/**
 * What was found is told of if it is still there so much later: the results of tiny tasks mostly are not. Whoever asks where an
 * object is learns it within a second.
 */
const SETTLE_MILLISECONDS = 250;
/** Smaller objects are mostly results of tiny tasks: of them only some are told of. */
const BIG_BYTES = 1024;
/** Of the smaller ones, so many stand in the control store at a time: what that costs each time they all change is bounded. */
const MOST_SMALL = 1000;
/** Entries looked at each time, some milliseconds. */
const MOST_ENTRIES = 200_000;
const ID_DIGITS = 32;

/** Tells the control store, for people, which objects this node holds. Nothing else reads it. */
export class ObjectRecords {
  readonly #store: RayletStore;
  readonly #control: ControlStore;
  /** Found at the last look, and not told yet. */
  readonly #found = new Set<string>();
  /** What was told and not taken back: to be told again should this node get another id. */
  readonly #told = new Set<string>();
  #node: string;
  #timer: NodeJS.Timeout | undefined;
  #settling: NodeJS.Timeout | undefined;

  /** @param node id of this node */
  constructor(store: RayletStore, control: ControlStore, node: string) {
    this.#store = store;
    this.#control = control;
    this.#node = node;
  }

  start(): void {
    this.#timer = setInterval(() => this.#look(), LOOK_MILLISECONDS);
    this.#timer.unref();
  }

  stop(): void {
    clearInterval(this.#timer);
    clearTimeout(this.#settling);
  }

  /** This node is known under another id from now on; the old one holds nothing any more. */
  renamed(node: string): void {
    this.#node = node;
    this.#control.objectsAdded(node, [...this.#told]);
  }

  #look(): void {
    this.#note(MOST_ENTRIES);
    if (this.#found.size === 0) return;
    this.#settling = setTimeout(() => this.#settle(), SETTLE_MILLISECONDS);
    this.#settling.unref();
  }

  #settle(): void {
    this.#note(0);
    if (this.#found.size === 0) return;
    const objects = [...this.#found];
    this.#found.clear();
    for (const object of objects) this.#told.add(object);
    this.#control.objectsAdded(this.#node, objects);
  }

  /** Takes down what has gone, and what has come among so many entries. */
  #note(entries: number): void {
    const most = MOST_LOCATED_OBJECTS - MOST_SMALL;
    const { added, removed } = this.#store.objectChanges(BIG_BYTES, most, MOST_SMALL, entries);
    const gone: string[] = [];
    for (const object of idsOf(removed)) {
      // Of what nobody was told nobody need be told that it is gone.
      if (!this.#found.delete(object) && this.#told.delete(object)) gone.push(object);
    }
    // Before anything more is told, so that what is kept of what is there stays within its bound.
    if (gone.length > 0) this.#control.objectsRemoved(this.#node, gone);
    for (const object of idsOf(added)) this.#found.add(object);
  }
}

function idsOf(bytes: Uint8Array): string[] {
  const digits = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('hex');
  const ids: string[] = [];
  for (let at = 0; at < digits.length; at += ID_DIGITS) ids.push(digits.slice(at, at + ID_DIGITS));
  return ids;
}
