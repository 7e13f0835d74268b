import assert from 'node:assert/strict';
import { MOST_LOCATED_OBJECTS } from '../../lib/control/control-store.js';
import { MemoryControlStore } from '../../lib/control/memory-control-store.js';
import { controlStoreConformance } from './conformance.js';

controlStoreConformance('memory', async () => new MemoryControlStore());

describe('control store: memory alone', () => {
  it('forgets where the oldest objects are when there are too many', async () => {
    const store = new MemoryControlStore();
    const batch = 10_000;
    for (let first = 0; first <= MOST_LOCATED_OBJECTS; first += batch) {
      store.objectsAdded(
        'n1',
        Array.from({ length: batch }, (_, index) => (first + index).toString(16)),
      );
    }
    assert.deepEqual(await store.locationsOf('0'), []);
    assert.deepEqual(await store.locationsOf(batch.toString(16)), ['n1']);
    assert.deepEqual(await store.locationsOf(MOST_LOCATED_OBJECTS.toString(16)), ['n1']);
  });
});
