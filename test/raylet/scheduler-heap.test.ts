import assert from 'node:assert/strict';
import { Random } from '../../bench/simulation/random.js';
import { type HeapItem, IndexedHeap } from '../../lib/raylet/scheduler/heap.js';

interface Item extends HeapItem {
  key: number;
  readonly order: number;
}

describe('scheduler: heap', () => {
  it('keeps the first in front through random changes', () => {
    const random = new Random(7);
    const before = (a: Item, b: Item) => (a.key !== b.key ? a.key < b.key : a.order < b.order);
    const heap = new IndexedHeap<Item>(before);
    const inside: Item[] = [];
    for (let order = 0; order < 5000; order++) {
      const action = random.next();
      if (inside.length === 0 || action < 0.5) {
        const item = { key: random.below(100), order, heapIndex: -1 };
        inside.push(item);
        heap.add(item);
      } else {
        const index = random.below(inside.length);
        const item = inside[index]!;
        if (action < 0.75) {
          item.key = random.below(100);
          heap.update(item);
        } else {
          inside.splice(index, 1);
          heap.remove(item);
          assert.equal(item.heapIndex, -1);
        }
      }
      assert.equal(heap.violation(), undefined);
      assert.equal(heap.size, inside.length);
      assert.equal(heap.first, [...inside].sort((a, b) => (before(a, b) ? -1 : 1))[0]);
    }
  });
});
