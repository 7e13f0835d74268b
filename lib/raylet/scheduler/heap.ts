/** What can stand in one `IndexedHeap` at a time. */
export interface HeapItem {
  /** Position in its heap, -1 outside. Written by the heap alone. */
  heapIndex: number;
}

/** A binary heap whose items can be moved and taken out wherever they stand. All operations O(log n). */
export class IndexedHeap<T extends HeapItem> {
  readonly #items: T[] = [];
  readonly #before: (a: T, b: T) => boolean;

  /** `before(a, b)`: a comes out first. Must be a strict weak order; call `update` when an item's place changed. */
  constructor(before: (a: T, b: T) => boolean) {
    this.#before = before;
  }

  get size(): number {
    return this.#items.length;
  }

  get first(): T | undefined {
    return this.#items[0];
  }

  items(): readonly T[] {
    return this.#items;
  }

  add(item: T): void {
    item.heapIndex = this.#items.length;
    this.#items.push(item);
    this.#up(item);
  }

  /** Puts an item that changed to its place. */
  update(item: T): void {
    this.#up(item);
    this.#down(item);
  }

  remove(item: T): void {
    const last = this.#items.pop()!;
    if (last !== item) {
      last.heapIndex = item.heapIndex;
      this.#items[item.heapIndex] = last;
      this.update(last);
    }
    item.heapIndex = -1;
  }

  /** The first place where the order is broken, for checks. */
  violation(): string | undefined {
    for (const [index, item] of this.#items.entries()) {
      if (item.heapIndex !== index) return `the item at ${index} says ${item.heapIndex}`;
      if (index > 0 && this.#before(item, this.#items[(index - 1) >> 1]!)) {
        return `the item at ${index} comes before its parent`;
      }
    }
    return undefined;
  }

  #up(item: T): void {
    const items = this.#items;
    let index = item.heapIndex;
    while (index > 0) {
      const parent = items[(index - 1) >> 1]!;
      if (!this.#before(item, parent)) break;
      items[index] = parent;
      parent.heapIndex = index;
      index = (index - 1) >> 1;
    }
    items[index] = item;
    item.heapIndex = index;
  }

  #down(item: T): void {
    const items = this.#items;
    let index = item.heapIndex;
    for (;;) {
      let child = 2 * index + 1;
      if (child >= items.length) break;
      if (child + 1 < items.length && this.#before(items[child + 1]!, items[child]!)) child++;
      const candidate = items[child]!;
      if (!this.#before(candidate, item)) break;
      items[index] = candidate;
      candidate.heapIndex = index;
      index = child;
    }
    items[index] = item;
    item.heapIndex = index;
  }
}
