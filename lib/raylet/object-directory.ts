import type { RayletStore } from '../store/native.js';

/** Flags of the error that the raylet leaves in place of a result whose maker died: bit 0 error, bit 1 owner died. */
export const OWNER_DIED_FLAGS = 3;

const RECLAIM_RETRY_MILLISECONDS = 100;

/**
 * Who waits for which object. The store's waiter bits are the truth, set by the waiters themselves; this list is for
 * the cases in which a sealer died before it could say that it had sealed.
 */
export class ObjectDirectory {
  readonly #store: RayletStore;
  readonly #tell: (slot: number, handles: readonly number[]) => void;
  readonly #fetch: (handles: readonly number[]) => void;
  readonly #awaited = new Map<number, Set<number>>();
  /** Pending here, and values at other nodes. */
  readonly #elsewhere = new Set<number>();

  /** @param fetch has objects fetched that are at other nodes */
  constructor(
    store: RayletStore,
    tell: (slot: number, handles: readonly number[]) => void,
    fetch: (handles: readonly number[]) => void,
  ) {
    this.#store = store;
    this.#tell = tell;
    this.#fetch = fetch;
  }

  await(handle: number, slot: number): void {
    if (this.#store.state(handle) !== 1) {
      this.#tell(slot, [handle]);
      return;
    }
    if (this.#elsewhere.has(handle)) this.#fetch([handle]);
    const slots = this.#awaited.get(handle);
    if (slots === undefined) this.#awaited.set(handle, new Set([slot]));
    else slots.add(slot);
  }

  /** These are values at other nodes. Those that somebody waits for are fetched. */
  elsewhere(handles: readonly number[]): void {
    for (const handle of handles) this.#elsewhere.add(handle);
    const awaited = handles.filter((handle) => this.#awaited.has(handle));
    if (awaited.length > 0) this.#fetch(awaited);
  }

  /** Somebody sealed the object and saw that somebody waits. */
  ready(handle: number): void {
    const slots = new Set(this.#store.takeWaiters(handle));
    for (const slot of this.#awaited.get(handle) ?? []) slots.add(slot);
    this.#awaited.delete(handle);
    this.#elsewhere.delete(handle);
    for (const slot of slots) this.#tell(slot, [handle]);
  }

  /** Looks at every awaited object: after a death, and now and then. */
  review(): void {
    for (const handle of [...this.#awaited.keys()]) if (this.#store.state(handle) !== 1) this.ready(handle);
    for (const handle of this.#elsewhere) if (this.#store.state(handle) !== 1) this.#elsewhere.delete(handle);
  }

  /**
   * A client died: its bits, drafts and pending results are taken back. Results that others still refer to become an
   * error that says who died.
   */
  slotDied(slot: number, who: string): void {
    for (const [handle, slots] of this.#awaited)
      if (slots.delete(slot) && slots.size === 0) this.#awaited.delete(handle);
    let orphans: Float64Array;
    try {
      orphans = this.#store.reclaimSlot(slot);
    } catch {
      // Somebody sits on the store's lock; nothing is lost by trying again.
      setTimeout(() => this.slotDied(slot, who), RECLAIM_RETRY_MILLISECONDS);
      return;
    }
    const meta = new TextEncoder().encode(who);
    for (const handle of orphans) {
      const draft = this.#store.draft(meta, 0, meta.length, undefined, undefined, OWNER_DIED_FLAGS);
      const attempt = this.#store.taskWord(handle) >> 1;
      // A full store leaves the result pending; the next review finds it so, and frees it: gone is an answer too.
      if (draft === 0) this.#store.free(handle);
      else this.#store.complete(handle, draft, attempt);
      this.ready(handle);
    }
    this.review();
  }
}
