import type { ControlStore } from '../control/control-store.js';
import { MOST_LOCATED_OBJECTS } from '../control/control-store.js';
import type { RayletStore } from '../store/native.js';

/** So often the store is looked at: whoever asks where an object is learns it within a second. */
const LOOK_MILLISECONDS = 500;
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
  /** What was told and not taken back: to be told again should this node get another id. */
  readonly #told = new Set<string>();
  #node: string;
  #timer: NodeJS.Timeout | undefined;

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
  }

  /** This node is known under another id from now on; the old one holds nothing any more. */
  renamed(node: string): void {
    this.#node = node;
    this.#control.objectsAdded(node, [...this.#told]);
  }

  #look(): void {
    const { added, removed } = this.#store.objectChanges(
      BIG_BYTES,
      MOST_LOCATED_OBJECTS - MOST_SMALL,
      MOST_SMALL,
      MOST_ENTRIES,
    );
    // First what has gone, so that what is kept of what is there stays within its bound.
    if (removed.length > 0) {
      const objects = idsOf(removed);
      for (const object of objects) this.#told.delete(object);
      this.#control.objectsRemoved(this.#node, objects);
    }
    if (added.length > 0) {
      const objects = idsOf(added);
      for (const object of objects) this.#told.add(object);
      this.#control.objectsAdded(this.#node, objects);
    }
  }
}

function idsOf(bytes: Uint8Array): string[] {
  const digits = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('hex');
  const ids: string[] = [];
  for (let at = 0; at < digits.length; at += ID_DIGITS) ids.push(digits.slice(at, at + ID_DIGITS));
  return ids;
}
