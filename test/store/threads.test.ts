import assert from 'node:assert/strict';
import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import {
  listenSocket,
  type NativeListener,
  type NativeSocket,
  type RayletStore,
} from '../../lib/store/native.js';
import { compiled } from '../support/paths.js';
import { bytesOf, collect, putView, socketPath, TestStores, view } from './support.js';

/** Each thread is an environment of its own, with a slot and mappings of its own, and may end at any time. */
describe('clients in threads', () => {
  const stores = new TestStores();
  const original = bytesOf(200_000, 3);
  let raylet: RayletStore;
  let listener: NativeListener;
  let path: string;
  let handle: number;
  const accepted: NativeSocket[] = [];

  beforeEach(() => {
    raylet = stores.raylet();
    handle = putView(raylet, original);
    path = socketPath();
    listener = listenSocket(path, (socket) => {
      accepted.push(socket);
      socket.sendStore(raylet, raylet.claimSlot(process.pid));
    });
  });
  afterEach(() => {
    for (const socket of accepted.splice(0)) socket.close();
    listener.close();
    assert.deepEqual(raylet.check(), []);
    stores.detachAll();
  });

  interface Hello {
    slot: number;
    view?: ArrayBuffer;
    draft?: ArrayBuffer;
  }

  async function start(mode: string): Promise<[Worker, Hello]> {
    const worker = new Worker(compiled('test/store/fixtures/thread.ts'), {
      workerData: { path, handle, mode },
    });
    const [hello] = (await once(worker, 'message')) as [Hello];
    return [worker, hello];
  }

  function checkNothingLeft(slots: number[]): void {
    // Ended in order: the slots are empty before they are reclaimed.
    for (const { slot } of raylet.holders()) assert.equal(slot, 0);
    for (const slot of slots) assert.equal(raylet.reclaimSlot(slot).length, 0);
    assert.equal(raylet.statistics().entriesUsed, 1);
    assert.deepEqual(view(raylet, handle), original);
  }

  it('give everything back when they end, with views, drafts and sockets in use', async () => {
    const [worker, hello] = await start('end');
    const [code] = await once(worker, 'exit');
    assert.equal(code, 0);
    checkNothingLeft([hello.slot]);
  });

  for (const mode of ['wait', 'loop']) {
    it(`give everything back when they are terminated: in a ${mode}`, async () => {
      const threads = await Promise.all([start(mode), start(mode)]);
      await Promise.all(threads.map(([worker]) => worker.terminate()));
      checkNothingLeft(threads.map(([, { slot }]) => slot));
    });
  }

  it('many, one after another', async function () {
    this.timeout(60_000);
    for (let round = 0; round < 10; round++) {
      const [worker, hello] = await start('loop');
      await worker.terminate();
      checkNothingLeft([hello.slot]);
    }
  });

  it('leave memory that moved to another thread as it is', async () => {
    let seen: { view: Uint8Array; draft: Uint8Array } | undefined;
    const [worker, hello] = await start('move');
    seen = { view: new Uint8Array(hello.view!), draft: new Uint8Array(hello.draft!) };
    const ended = once(worker, 'exit');
    await ended;
    raylet.reclaimSlot(hello.slot);
    raylet.release(handle);
    assert.equal(raylet.statistics().entriesUsed, 0);
    // Whatever takes the place of both shows up in neither, nor what is written there in it.
    const handles = Array.from({ length: 10 }, () => putView(raylet, new Uint8Array(300_000).fill(0xaa)));
    assert.deepEqual(seen.view, original);
    assert.equal(
      seen.draft.every((byte) => byte === 1),
      true,
    );
    seen.view.fill(0xbb);
    seen.draft.fill(0xcc);
    for (const each of handles) assert.equal(view(raylet, each).indexOf(0xaa - 1), -1);
    for (const each of handles) assert.ok(view(raylet, each).every((byte) => byte === 0xaa));
    seen = undefined;
    collect(raylet);
  });

  it('have sessions and slots of their own', async () => {
    const threads = await Promise.all([start('wait'), start('wait')]);
    assert.notEqual(threads[0][1].slot, threads[1][1].slot);
    assert.equal(raylet.statistics().clients, 3);
    await Promise.all(threads.map(([worker]) => worker.terminate()));
  });
});
