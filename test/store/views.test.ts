import assert from 'node:assert/strict';
import { MessageChannel } from 'node:worker_threads';
import type { NativeStore, RayletStore } from '../../lib/store/native.js';
import { bytesOf, collect, MiB, put, putView, TestStores, view } from './support.js';

const hasTransfer = 'transfer' in ArrayBuffer.prototype;

describe('views', () => {
  const stores = new TestStores();
  let raylet: RayletStore;
  let client: NativeStore;
  const original = bytesOf(100_000, 7);

  beforeEach(() => {
    raylet = stores.raylet();
    client = stores.client(raylet);
  });
  afterEach(() => {
    assert.deepEqual(raylet.check(), []);
    stores.detachAll();
  });

  const isOriginal = (bytes: Uint8Array): void =>
    assert.ok(Buffer.from(bytes.buffer).equals(original), 'changed');
  const viewCount = (store: NativeStore = client): number => store.statistics().views.objects;

  it('show the object from its first byte to its last', () => {
    const handle = put(raylet, bytesOf(5, 1), [bytesOf(17_000, 2), original, bytesOf(17_001, 3)]);
    const { buffers } = client.open(handle, 0)!;
    assert.deepEqual(
      buffers.map((buffer) => buffer.byteLength),
      [17_000, 100_000, 17_001],
    );
    isOriginal(new Uint8Array(buffers[1]!));
  });

  it('are the program’s to write into, and nobody else sees it', () => {
    const handle = putView(raylet, original);
    const mine = view(client, handle);
    mine.fill(1);
    isOriginal(view(raylet, handle));
    assert.equal(mine[99_999], 1);
    const third = stores.client(raylet);
    isOriginal(view(third, handle));
  });

  it('keep their object while any buffer of it is used, also through subarray and buffer', () => {
    const handle = put(raylet, bytesOf(5, 1), [bytesOf(20_000, 2), original]);
    const kept = (() => new Uint8Array(client.open(handle, 0)!.buffers[1]!).subarray(50_000, 50_001))();
    raylet.release(handle);
    collect(client);
    assert.equal(raylet.statistics().sealed.objects, 1);
    assert.equal(viewCount(), 1, 'the other buffer was let go of');
    churn();
    assert.equal(kept[0], original[50_000]);
    isOriginal(new Uint8Array(kept.buffer));
    drop(() => kept);
  });

  it('let go of their object when they are collected, without the event loop', () => {
    const handle = putView(raylet, original);
    drop(() => view(client, handle)[0]);
    raylet.release(handle);
    assert.equal(raylet.statistics().sealed.objects, 1);
    collect(client);
    assert.equal(raylet.statistics().entriesUsed, 0);
    assert.equal(viewCount(), 0);
  });

  it('keep what is freed', () => {
    const handle = putView(raylet, original);
    const mine = view(client, handle);
    raylet.free(handle);
    raylet.release(handle);
    churn();
    isOriginal(mine);
    assert.throws(() => client.open(handle, 0), { code: 'ERR_MOBULA_OBJECT_FREED' });
  });

  it('show nothing of what was written into an earlier view of the same memory', () => {
    const first = putView(raylet, original);
    drop(() => view(client, first).fill(0xff));
    raylet.release(first);
    collect(client);
    const { entriesUsed } = raylet.statistics();
    assert.equal(entriesUsed, 0);
    const second = putView(raylet, original);
    isOriginal(view(client, second));
  });

  describe('and tasks', () => {
    it('two unfinished ones never share a view', () => {
      const handle = putView(raylet, original);
      const first = view(client, handle, 1);
      first.fill(1);
      const second = view(client, handle, 2);
      assert.notEqual(first.buffer, second.buffer);
      isOriginal(second);
      second.fill(2);
      isOriginal(view(client, handle, 3));
      assert.equal(first[0], 1);
      assert.equal(viewCount(), 3);
    });

    it('one gets the same view twice', () => {
      const handle = putView(raylet, original);
      assert.equal(view(client, handle, 1).buffer, view(client, handle, 1).buffer);
    });

    it('a later one gets the view of a finished one that did not write', () => {
      const handle = putView(raylet, original);
      const first = view(client, handle, 1);
      client.taskFinished(1);
      client.checkViews();
      const second = view(client, handle, 2);
      assert.equal(first.buffer, second.buffer);
      client.taskFinished(2);
      // Without checkViews the looking is done when the view is asked for.
      assert.equal(view(client, handle, 3).buffer, first.buffer);
      assert.equal(viewCount(), 1);
    });

    for (const [when, offset] of [
      ['at its beginning', 0],
      ['at its end', 99_999],
    ] as const) {
      for (const checked of [true, false]) {
        it(`a later one never gets the view of one that wrote ${when}, ${checked ? '' : 'not '}checked before`, () => {
          const handle = putView(raylet, original);
          const first = view(client, handle, 1);
          first[offset]! ^= 0xff;
          client.taskFinished(1);
          if (checked) client.checkViews();
          const second = view(client, handle, 2);
          assert.notEqual(first.buffer, second.buffer);
          isOriginal(second);
        });
      }
    }

    it('what task 0 was given, tasks do not get, and the other way round', () => {
      const handle = putView(raylet, original);
      const driver = view(client, handle, 0);
      driver.fill(9);
      isOriginal(view(client, handle, 1));
      const other = putView(raylet, original);
      view(client, other, 1).fill(9);
      isOriginal(view(client, other, 0));
      assert.equal(view(client, handle, 0).buffer, driver.buffer);
    });

    it('finishing an unknown task does nothing', () => {
      client.taskFinished(12_345);
      client.checkViews();
    });

    it('a loop of tasks over one array uses one view', () => {
      const handle = putView(raylet, original);
      for (let task = 1; task <= 1000; task++) {
        drop(() => isOriginal(view(client, handle, task)));
        client.taskFinished(task);
        client.checkViews();
      }
      assert.ok(viewCount() <= 2);
    });
  });

  describe('whose memory moves elsewhere', () => {
    /** The memory of an object that nobody else holds any more, under another ArrayBuffer. */
    function check(move: (buffer: ArrayBuffer) => ArrayBuffer): void {
      const handle = putView(raylet, original);
      const moved = (() => move(view(client, handle).buffer as ArrayBuffer))();
      raylet.release(handle);
      // The ArrayBuffer that was handed out is collected; its memory is in use all the same.
      collect(client);
      churn();
      isOriginal(new Uint8Array(moved));
      assert.equal(raylet.statistics().sealed.objects, 1);
      drop(() => moved);
    }

    if (hasTransfer) {
      const transfer = (buffer: ArrayBufferLike): ArrayBuffer =>
        (buffer as ArrayBuffer & { transfer(): ArrayBuffer }).transfer();

      it('by transfer() stays as it is', () => check(transfer));

      it('by transfer() is given back when the new ArrayBuffer is collected', () => {
        const handle = putView(raylet, original);
        drop(() => transfer(view(client, handle).buffer));
        raylet.release(handle);
        collect(client);
        assert.equal(raylet.statistics().entriesUsed, 0);
      });
    }

    it('into a stream of bytes stays as it is', async () => {
      const handle = putView(raylet, original);
      const stream = (() => {
        const bytes = view(client, handle);
        return new ReadableStream({
          type: 'bytes',
          start: (controller) => controller.enqueue(bytes),
        });
      })();
      raylet.release(handle);
      collect(client);
      churn();
      const { value } = await stream.getReader().read();
      isOriginal(value as Uint8Array);
    });

    it('is not handed out again', () => {
      const handle = putView(raylet, original);
      const first = view(client, handle, 1);
      const channel = new MessageChannel();
      channel.port1.postMessage(first.buffer, [first.buffer as ArrayBuffer]);
      channel.port1.close();
      assert.equal(first.length, 0, 'it moved');
      isOriginal(view(client, handle, 1));
    });
  });

  it('keep their content when the store is detached', () => {
    const raylet = stores.raylet();
    const client = stores.client(raylet);
    const handle = putView(raylet, original);
    const untouched = view(client, handle, 1);
    const written = view(client, handle, 2);
    written[0]! ^= 0xff;
    const small = new Uint8Array(client.open(put(raylet, bytesOf(1, 1), [bytesOf(100, 9)]), 0)!.buffers[0]!);
    client.detach();
    raylet.reclaimSlot(client.slot);
    raylet.release(handle);
    assert.equal(raylet.statistics().sealed.objects, 1, 'the small one');
    churn(raylet);
    isOriginal(untouched);
    assert.equal(written[0], original[0]! ^ 0xff);
    assert.deepEqual(written.subarray(1), original.subarray(1));
    assert.deepEqual(small, bytesOf(100, 9));
    untouched.fill(1);
    raylet.detach();
    assert.equal(untouched[99_999], 1);
  });

  it('fill the store no more than what can be reached: 2,000 views of different MiB in 64 MB, synchronously', function () {
    this.timeout(120_000);
    const big = stores.raylet(64 * MiB);
    const other = stores.client(big);
    const megabyte = bytesOf(MiB, 1);
    for (let index = 0; index < 2000; index++) {
      const handle = putView(big, megabyte);
      assert.notEqual(handle, 0, `put ${index}`);
      assert.equal(view(other, handle, index + 1)[12_345], megabyte[12_345]);
      other.taskFinished(index + 1);
      big.release(handle);
    }
    assert.ok(big.statistics().bytesTouched <= 48 * MiB);
  });

  it('do not weigh on V8', () => {
    const big = stores.raylet(256 * MiB);
    const handle = putView(big, new Uint8Array(128 * MiB));
    const before = process.memoryUsage();
    const views = Array.from({ length: 10 }, (_, task) => view(big, handle, task));
    const after = process.memoryUsage();
    assert.ok(after.external - before.external < 128 * MiB);
    assert.equal(views.length, 10);
  });

  /** Runs in a frame of its own, so that the caller keeps nothing of it alive. */
  function drop(make: () => unknown): void {
    make();
  }

  /** Puts other things wherever there is room. */
  function churn(target = raylet): void {
    const other = stores.client(target);
    const handles: number[] = [];
    for (;;) {
      const handle = putView(other, new Uint8Array(100_000).fill(0xaa));
      if (handle === 0) break;
      handles.push(handle);
    }
    for (const handle of handles) other.release(handle);
  }
});
