import assert from 'node:assert/strict';
import type { NativeStore, RayletStore } from '../../lib/store/native.js';
import { until } from '../support/poll.js';
import { bytesOf, collect, MiB, nextCounter, put, statisticsAfterCollection, TestStores } from './support.js';

describe('references', () => {
  const stores = new TestStores();
  let store: RayletStore;
  const meta = bytesOf(100, 1);

  beforeEach(() => {
    store = stores.raylet();
  });
  afterEach(() => {
    assert.deepEqual(store.check(), []);
    stores.detachAll();
  });

  /** Tracks objects that are garbage when this returns: a frame of its own keeps them out of the caller's. */
  function trackGarbage(target: NativeStore, handle: number, count = 1): void {
    for (let index = 0; index < count; index++) target.track({ index }, handle);
  }

  it('of a new object passes to its first hold', () => {
    const handle = put(store, meta);
    assert.equal(store.hold(handle), true);
    store.release(handle);
    assert.equal(store.state(handle), 0);
  });

  it('of a new object ends by release when nobody held it', () => {
    const handle = put(store, meta);
    store.release(handle);
    assert.equal(store.state(handle), 0);
    store.release(handle);
    assert.equal(store.hold(handle), false);
  });

  it('are counted', () => {
    const handle = put(store, meta);
    for (let count = 0; count < 5; count++) store.hold(handle);
    for (let count = 0; count < 4; count++) store.release(handle);
    assert.equal(store.state(handle), 2);
    store.release(handle);
    assert.equal(store.state(handle), 0);
  });

  it('of another client keep the object too', () => {
    const client = stores.client(store);
    const handle = put(store, meta);
    assert.equal(client.hold(handle), true);
    store.release(handle);
    assert.equal(store.state(handle), 2);
    client.release(handle);
    assert.equal(store.state(handle), 0);
  });

  it('end with the last tracked object, tracked and counted ones together', () => {
    const handle = put(store, meta);
    const kept = {};
    store.track(kept, handle);
    trackGarbage(store, handle, 3);
    store.hold(handle);
    assert.equal(store.statistics().tracked, 4);
    collect(store);
    assert.equal(store.statistics().tracked, 1);
    store.release(handle);
    assert.equal(store.state(handle), 2);
    assert.ok(kept);
  });

  it('end when the last tracked object is collected', () => {
    const handle = put(store, meta);
    trackGarbage(store, handle);
    collect(store);
    assert.equal(store.state(handle), 0);
  });

  it('end by untrack exactly once, also when the object is collected later', () => {
    const handle = put(store, meta);
    const other = {};
    store.track(other, handle);
    (() => {
      const ref = {};
      const ticket = store.track(ref, handle);
      store.untrack(ticket);
      store.untrack(ticket);
    })();
    collect(store);
    assert.equal(store.state(handle), 2);
    assert.equal(store.statistics().tracked, 1);
    assert.ok(other);
  });

  it('are not confused by a ticket that has ended', () => {
    const handle = put(store, meta);
    const refs = [{}, {}, {}];
    store.hold(handle);
    const first = store.track(refs[0]!, handle);
    store.untrack(first);
    // Takes the place of the first, under another ticket.
    const second = store.track(refs[1]!, handle);
    assert.notEqual(first, second);
    store.untrack(first);
    store.untrack(0);
    assert.equal(store.statistics().tracked, 1);
    store.untrack(second);
    store.release(handle);
    assert.equal(store.state(handle), 0);
    assert.equal(store.track(refs[2]!, handle), 0);
  });

  it('belong to one generation of an entry', () => {
    const first = put(store, meta);
    store.release(first);
    const second = put(store, meta);
    assert.notEqual(first, second);
    assert.equal(first % 2 ** 24, second % 2 ** 24, 'the warmest entry is used again');
    store.release(first);
    store.free(first);
    assert.equal(store.hold(first), false);
    assert.equal(store.state(second), 2);
  });

  describe('that are watched', () => {
    it('are reported with a hold when the last tracked one ends', () => {
      const handle = put(store, meta);
      trackGarbage(store, handle, 2);
      store.watchDrop(handle);
      assert.equal(store.sweep(true), undefined);
      collectAndExpect([handle]);
      assert.equal(store.state(handle), 2, 'it can still be read');
      store.release(handle);
      assert.equal(store.state(handle), 0);
    });

    it('are reported when the last one is disposed', () => {
      const handle = put(store, meta);
      const ticket = store.track({}, handle);
      store.watchDrop(handle);
      store.untrack(ticket);
      assert.deepEqual([...store.sweep()!], [handle]);
      assert.equal(store.sweep(), undefined);
    });

    it('are reported at once when there is none', () => {
      const handle = put(store, meta);
      store.watchDrop(handle);
      assert.deepEqual([...store.sweep()!], [handle]);
      store.release(handle);
      assert.equal(store.state(handle), 0);
    });

    it('are not reported after unwatchDrop', () => {
      const handle = put(store, meta);
      trackGarbage(store, handle);
      store.watchDrop(handle);
      store.unwatchDrop(handle);
      collectAndExpect(undefined);
      assert.equal(store.state(handle), 0);
    });

    function collectAndExpect(expected: number[] | undefined): void {
      globalThis.gc!();
      const dropped = store.sweep();
      assert.deepEqual(dropped && [...dropped], expected);
    }
  });

  it('die young in a synchronous loop: a million puts of 100 bytes in 64 MB', function () {
    this.timeout(120_000);
    const bounded = stores.raylet(64 * MiB);
    let full = 0;
    (() => {
      for (let index = 0; index < 1_000_000; index++) {
        const handle = bounded.put(nextCounter(), meta, 0, 100, undefined, undefined, 0);
        if (handle === 0) full++;
        else bounded.track({}, handle);
      }
    })();
    const { entriesPeak, bytesPeak, tracked } = bounded.statistics();
    assert.equal(full, 0, 'never full');
    assert.ok(bytesPeak <= 64 * MiB);
    assert.ok(entriesPeak < 500_000, `${entriesPeak} objects at once`);
    assert.ok(tracked < 500_000, `${tracked} tracked`);
    collect(bounded);
    assert.equal(bounded.statistics().entriesUsed, 0);
    assert.deepEqual(bounded.check(), []);
  });

  it('die young in a synchronous loop: 2,000 puts of 1 MiB in 64 MB, through warm memory', function () {
    this.timeout(120_000);
    const bounded = stores.raylet(64 * MiB);
    const megabyte = bytesOf(MiB, 1);
    (() => {
      for (let index = 0; index < 2_000; index++) {
        const handle = put(bounded, megabyte);
        assert.notEqual(handle, 0, `put ${index}`);
        bounded.track({}, handle);
      }
    })();
    const { bytesTouched } = bounded.statistics();
    assert.ok(bytesTouched <= 32 * MiB, `${bytesTouched} bytes were touched`);
  });

  it('die young in a synchronous loop of tasks, and cost nothing when they are disposed', () => {
    const bounded = stores.raylet(16 * MiB);
    (() => {
      for (let index = 0; index < 300_000; index++) {
        const handle = bounded.createPending(nextCounter(), 0);
        assert.notEqual(handle, 0, `task ${index}`);
        const ticket = bounded.track({}, handle);
        assert.equal(bounded.completeSmall(handle, 0, meta, 0, 10, 0), 0);
        bounded.release(handle);
        if (index % 2 === 0) bounded.untrack(ticket);
      }
    })();
    assert.ok(bounded.statistics().entriesPeak < 150_000);
    assert.equal(statisticsAfterCollection(bounded).entriesUsed, 0);
  });

  it('die in a loop of microtasks as well', async function () {
    this.timeout(120_000);
    const bounded = stores.raylet(16 * MiB);
    for (let index = 0; index < 300_000; index++) {
      const handle = bounded.put(nextCounter(), meta, 0, 100, undefined, undefined, 0);
      assert.notEqual(handle, 0, `put ${index}`);
      bounded.track({}, handle);
      await undefined;
    }
    collect(bounded);
    await until(() => statisticsAfterCollection(bounded).entriesUsed === 0, {
      what: 'the end of all refs',
    });
  });
});
