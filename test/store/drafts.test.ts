import assert from 'node:assert/strict';
import type { NativeStore, RayletStore } from '../../lib/store/native.js';
import { until } from '../support/poll.js';
import {
  bytesOf,
  collect,
  MiB,
  nextCounter,
  statisticsAfterCollection,
  TestStores,
  view,
} from './support.js';

describe('allocated arrays', () => {
  const stores = new TestStores();
  let raylet: RayletStore;
  let client: NativeStore;
  const meta = bytesOf(40, 1);

  beforeEach(() => {
    raylet = stores.raylet();
    client = stores.client(raylet);
  });
  afterEach(() => {
    assert.deepEqual(raylet.check(), []);
    stores.detachAll();
  });

  const drafts = (): number => raylet.statistics().drafts.objects;

  it('are written in place and sealed without a copy', () => {
    for (const length of [1, 100, 16_383, 16_384, MiB + 1]) {
      const { draft, buffer } = client.allocate(length)!;
      assert.equal(buffer.byteLength, length);
      const bytes = new Uint8Array(buffer);
      bytes.set(bytesOf(length, 5));
      const copied = client.statistics().own.bytesCopiedIn;
      client.finishAllocated(draft, meta, 0, 40, 0);
      const handle = client.sealDraft(draft);
      assert.equal(client.statistics().own.bytesCopiedIn - copied, 40);
      assert.equal(bytes.length, 0);
      assert.equal(buffer.byteLength, 0);
      const opened = raylet.open(handle, 0)!;
      assert.deepEqual(opened.meta, meta);
      assert.deepEqual(new Uint8Array(opened.buffers[0]!), bytesOf(length, 5));
      client.release(handle);
    }
    assert.equal(drafts(), 0);
  });

  it('can be empty', () => {
    const { draft, buffer } = client.allocate(0)!;
    assert.equal(buffer.byteLength, 0);
    client.finishAllocated(draft, meta, 0, 40, 0);
    assert.equal(raylet.open(client.sealDraft(draft), 0)!.buffers[0]!.byteLength, 0);
  });

  it('can be a task’s result', () => {
    const target = client.createPending(nextCounter(), 0);
    const { draft, buffer } = client.allocate(50_000)!;
    new Uint8Array(buffer).set(bytesOf(50_000, 3));
    client.finishAllocated(draft, meta, 0, 40, 0);
    assert.equal(client.complete(target, draft, 0), 0);
    assert.deepEqual(view(raylet, target), bytesOf(50_000, 3));
  });

  it('cannot be published while they can be written into', () => {
    const { draft, buffer } = client.allocate(100)!;
    assert.throws(() => client.sealDraft(draft), TypeError);
    assert.throws(() => client.complete(client.createPending(nextCounter(), 0), draft, 0), TypeError);
    assert.throws(() => client.finishAllocated(draft, new Uint8Array(513), 0, 513, 0), TypeError);
    assert.equal(buffer.byteLength, 100, 'still there');
    client.finishAllocated(draft, new Uint8Array(512), 0, 512, 0);
    assert.notEqual(client.sealDraft(draft), 0);
  });

  it('are given back by abort, and are empty afterwards', () => {
    const { draft, buffer } = client.allocate(MiB)!;
    client.abort(draft);
    assert.equal(buffer.byteLength, 0);
    assert.equal(drafts(), 0);
    client.abort(draft);
    assert.throws(() => client.finishAllocated(draft, meta, 0, 40, 0), TypeError);
  });

  it('are given back when they are collected unsealed', () => {
    (() => {
      new Uint8Array(client.allocate(MiB)!.buffer)[0] = 1;
    })();
    assert.equal(drafts(), 1);
    collect(client);
    assert.equal(drafts(), 0);
  });

  it('stay as long as a view of them is used', () => {
    const bytes = (() => new Uint8Array(client.allocate(MiB)!.buffer).subarray(10, 20))();
    collect(client);
    assert.equal(drafts(), 1);
    bytes[0] = 1;
  });

  it('cannot be published when their memory was moved elsewhere, and go with it', async () => {
    (() => {
      const { draft, buffer } = client.allocate(50_000)!;
      // Moves it on every Node; transfer() is there from 22 on.
      const moved = structuredClone(buffer, { transfer: [buffer] });
      assert.equal(buffer.byteLength, 0);
      assert.throws(() => client.finishAllocated(draft, meta, 0, 40, 0), TypeError);
      assert.throws(() => client.sealDraft(draft), TypeError);
      client.abort(draft);
      collect(client);
      assert.equal(drafts(), 1, 'somebody can still write there');
      new Uint8Array(moved).fill(1);
    })();
    // structuredClone itself lets go of it in the event loop only.
    await until(() => statisticsAfterCollection(client).drafts.objects === 0, {
      what: 'the end of the moved memory',
    });
  });

  it('fill the store no more than what can be reached, in a synchronous loop', () => {
    for (let index = 0; index < 1000; index++) {
      const allocated = client.allocate(MiB);
      assert.ok(allocated !== undefined, `allocation ${index}`);
      new Uint8Array(allocated.buffer)[index] = 1;
    }
  });

  it('are emptied when the store is detached', () => {
    const { buffer } = client.allocate(MiB)!;
    const small = client.allocate(10)!.buffer;
    client.detach();
    assert.equal(buffer.byteLength, 0);
    assert.equal(small.byteLength, 0);
    assert.equal(drafts(), 0);
  });

  it('whose memory was moved elsewhere reach nobody after the store is detached', () => {
    const { buffer } = client.allocate(20_000)!;
    new Uint8Array(buffer).fill(1);
    const moved = new Uint8Array(structuredClone(buffer, { transfer: [buffer] }));
    client.detach();
    assert.equal(drafts(), 0);
    const { draft, buffer: other } = raylet.allocate(20_000)!;
    new Uint8Array(other).fill(2);
    moved.fill(3);
    assert.equal(new Uint8Array(other).indexOf(3), -1);
    assert.equal(moved[0], 3);
    raylet.abort(draft);
  });
});
