import assert from 'node:assert/strict';
import type { NativeStore, RayletStore } from '../../lib/store/native.js';
import { bytesOf, draftOf, MiB, nextCounter, put, TestStores, view } from './support.js';

describe('objects', () => {
  const stores = new TestStores();
  let raylet: RayletStore;
  let client: NativeStore;
  const scratch = new Uint8Array(4096);

  beforeEach(() => {
    raylet = stores.raylet();
    client = stores.client(raylet);
  });
  afterEach(() => {
    assert.deepEqual(raylet.check(), []);
    stores.detachAll();
  });

  it('tells who it is', () => {
    assert.equal(raylet.slot, 0);
    assert.equal(client.slot, 1);
    assert.equal(client.arenaBytes, 16 * MiB);
    assert.equal(client.session.length, 8);
    assert.notDeepEqual(client.session, raylet.session);
  });

  it('brings a value to another client', () => {
    const meta = bytesOf(1000, 1);
    const handle = client.put(nextCounter(), meta, 100, 900, undefined, undefined, 0);
    assert.equal(raylet.read(handle, scratch), 800);
    assert.deepEqual(scratch.subarray(0, 800), meta.subarray(100, 900));
  });

  it('keeps buffers of every kind and size, in order', () => {
    const floats = new Float64Array(5000).map((_, index) => index / 3);
    const buffers = [
      new Uint8Array(0),
      bytesOf(1, 1),
      new Int16Array([1, -2, 3]),
      bytesOf(16_383, 2),
      bytesOf(16_384, 3),
      floats,
      new DataView(floats.buffer, 8, 24),
      new BigInt64Array([-1n, 2n ** 62n]),
      bytesOf(3 * MiB + 5, 4),
      floats.subarray(100, 200),
    ];
    const handle = put(client, bytesOf(77, 5), buffers);
    const opened = raylet.open(handle, 0)!;
    assert.deepEqual(opened.meta, bytesOf(77, 5));
    assert.equal(opened.buffers.length, buffers.length);
    for (const [index, buffer] of buffers.entries()) {
      const bytes = new Uint8Array(buffer.buffer, buffer.byteOffset, buffer.byteLength);
      assert.ok(opened.buffers[index] instanceof ArrayBuffer);
      assert.deepEqual(new Uint8Array(opened.buffers[index]), bytes, `buffer ${index}`);
    }
  });

  it('copies small buffers and views big ones, and counts both', () => {
    const handle = put(client, bytesOf(10, 1), [bytesOf(100, 2), bytesOf(20_000, 3)]);
    assert.equal(client.statistics().own.bytesCopiedIn, 20_110);
    raylet.open(handle, 0);
    const { own, views } = raylet.statistics();
    assert.equal(own.bytesCopiedOut, 110);
    assert.equal(own.bytesViewed, 20_000);
    assert.deepEqual(views, { objects: 1, bytes: 20_000 });
    assert.equal(raylet.statistics().totals.puts, 1);
  });

  it('names objects by session, counter and return index', () => {
    const handle = client.createPending(0x01_02_03_04_05, 0x06_07_08);
    const id = new Uint8Array(18);
    assert.equal(client.writeId(handle, id, 1), true);
    assert.deepEqual(id.subarray(1, 9), client.session);
    assert.deepEqual([...id.subarray(9, 17)], [5, 4, 3, 2, 1, 8, 7, 6]);
    const hex = Buffer.from(id.subarray(1, 17)).toString('hex');
    assert.equal(client.idString(handle), hex);
    assert.equal(raylet.lookup(id, 1), handle);
    id[2]!++;
    assert.equal(raylet.lookup(id, 1), 0);
  });

  it('makes a copy under the id that another node gave it', () => {
    const id = bytesOf(16, 7);
    const handle = client.createReplica(id, 0);
    assert.equal(raylet.lookup(id, 0), handle);
    assert.equal(raylet.state(handle), 1);
    assert.throws(() => raylet.createReplica(id, 0), TypeError);
    assert.equal(client.complete(handle, draftOf(client, bytesOf(10, 1)), 0), 0);
    assert.equal(raylet.read(handle, scratch), 10);
    client.release(handle);
    assert.equal(raylet.lookup(id, 0), 0);
    assert.notEqual(raylet.createReplica(id, 0), 0);
  });

  it('makes several returns visible together', () => {
    const counter = nextCounter();
    const targets = client.createPendings(counter, 3);
    assert.equal(targets.length, 3);
    const metas = [1, 2, 3].map((seed) => bytesOf(10, seed));
    const drafts = metas.map((meta) => draftOf(raylet, meta));
    assert.equal(raylet.wait(targets[2]!), false);
    assert.equal(raylet.complete([...targets], drafts, 0), 1);
    assert.deepEqual(raylet.takeWaiters(targets[2]!), [0]);
    assert.deepEqual(raylet.takeWaiters(targets[2]!), []);
    for (const [index, target] of targets.entries()) {
      assert.equal(client.read(target, scratch), 10);
      assert.deepEqual(scratch.subarray(0, 10), metas[index]);
    }
  });

  it('lets one attempt settle a task, once', () => {
    const task = client.createPending(nextCounter(), 0);
    assert.equal(raylet.startTask(task, 0), true);
    assert.equal(raylet.taskWord(task), 1);
    assert.equal(client.restart(task, 0, 3), true);
    assert.equal(client.taskWord(task), 6);
    assert.equal(raylet.completeSmall(task, 0, bytesOf(5, 1), 0, 5, 0), -1);
    assert.equal(raylet.startTask(task, 3), true);
    assert.equal(raylet.completeSmall(task, 3, bytesOf(5, 1), 0, 5, 0), 0);
    assert.equal(client.complete(task, draftOf(client, bytesOf(5, 2)), 3), -1);
    assert.equal(client.restart(task, 3, 4), false);
    assert.equal(client.read(task, scratch), 5);
    assert.deepEqual(scratch.subarray(0, 5), bytesOf(5, 1));
    assert.equal(raylet.statistics().drafts.objects, 0);
  });

  it('keeps what a value contains, and lets it go with it', () => {
    const inner = put(client, bytesOf(10, 1));
    const outer = put(client, bytesOf(10, 2), undefined, [inner, inner]);
    client.release(inner);
    assert.equal(client.state(inner), 2);
    assert.deepEqual([...raylet.contained(outer)], [inner, inner]);
    client.release(outer);
    assert.equal(client.state(outer), 0);
    assert.equal(client.state(inner), 0);
    assert.equal(raylet.statistics().entriesUsed, 0);
  });

  it('frees for everybody', () => {
    const handle = put(client, bytesOf(10, 1));
    assert.equal(raylet.hold(handle), true);
    raylet.free(handle);
    assert.equal(client.state(handle), 0);
    client.release(handle);
    raylet.release(handle);
    assert.equal(raylet.statistics().entriesUsed, 0);
  });

  it('says that it is full, and that something can never fit', () => {
    const chunk = bytesOf(MiB, 1);
    const held: number[] = [];
    for (;;) {
      const handle = put(client, chunk);
      if (handle === 0) break;
      held.push(handle);
      assert.ok(held.length <= 16);
    }
    assert.ok(held.length >= 14);
    assert.equal(draftOf(client, chunk), 0);
    assert.equal(client.allocate(MiB), undefined);
    const target = client.createPending(nextCounter(), 0);
    assert.equal(client.completeSmall(target, 0, chunk, 0, chunk.length, 0), -2);
    assert.equal(client.state(target), 1);
    for (const make of [
      () => put(client, new Uint8Array(17 * MiB)),
      () => draftOf(client, new Uint8Array(17 * MiB)),
      () => client.allocate(17 * MiB),
    ]) {
      assert.throws(make, { code: 'ERR_MOBULA_OBJECT_STORE_FULL' });
    }
    client.release(held.pop()!);
    assert.notEqual(draftOf(client, chunk), 0);
  });

  it('says when the table of objects is full, and keeps a few entries for results', () => {
    const small = stores.raylet(2 * MiB, 100);
    let pending = 0;
    let last = 0;
    for (;;) {
      const handle = small.createPending(nextCounter(), 0);
      if (handle === 0) break;
      last = handle;
      pending++;
    }
    assert.ok(pending >= 90 && pending < 100, `${pending}`);
    assert.equal(small.createPendings(nextCounter(), 2).length, 0);
    assert.equal(put(small, bytesOf(1, 1)), 0);
    assert.equal(small.allocate(1), undefined);
    assert.equal(small.completeSmall(last, 0, bytesOf(1, 1), 0, 1, 0), 0);
  });

  it('tells who holds what', () => {
    put(client, bytesOf(1000, 1));
    const shown = view(raylet, put(client, bytesOf(1, 1), [bytesOf(20_000, 2)]));
    const holders = new Map(raylet.holders().map((holder) => [holder.slot, holder]));
    assert.equal(holders.get(client.slot)!.objects, 2);
    assert.equal(holders.get(0)!.objects, 1);
    assert.ok(holders.get(0)!.bytes >= 20_000);
    assert.equal(holders.get(0)!.pid, process.pid);
    assert.equal(shown.length, 20_000);
  });

  it('answers after detachment: giving back does nothing, the rest throws', () => {
    const handle = put(client, bytesOf(10, 1));
    const ticket = client.track({}, handle);
    client.detach();
    client.detach();
    for (const quiet of [
      () => client.release(handle),
      () => client.untrack(ticket),
      () => client.sweep(true),
      () => client.taskFinished(1),
      () => client.checkViews(),
      () => client.dropViews(),
      () => client.abort(handle),
      () => client.free(handle),
      () => client.setRunning(0),
      () => client.watchDrop(handle),
    ]) {
      assert.equal(quiet(), undefined);
    }
    assert.equal(client.idString(handle), '');
    for (const loud of [
      () => client.state(handle),
      () => client.read(handle, scratch),
      () => client.open(handle, 0),
      () => client.hold(handle),
      () => client.track({}, handle),
      () => put(client, bytesOf(1, 1)),
      () => client.statistics(),
      () => client.holders(),
    ]) {
      assert.throws(loud, { code: 'ERR_MOBULA_NOT_INITIALIZED' });
    }
    raylet.reclaimSlot(client.slot);
    assert.equal(raylet.statistics().entriesUsed, 0);
  });
});
