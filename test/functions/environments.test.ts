import assert from 'node:assert/strict';
import { runInNewContext } from 'node:vm';
import { type MessagePort, Worker } from 'node:worker_threads';
import { Reviver } from './harness.js';

describe('where functions are captured and revived', () => {
  let reviver: Reviver;
  before(() => {
    reviver = new Reviver();
  });
  after(() => reviver.close());

  it('a process that only revives loads neither parser nor inspector', async () => {
    const loaded = () => {
      const { moduleLoadList } = process as unknown as { moduleLoadList: string[] };
      const { cache } = process.getBuiltinModule('node:module').createRequire('/');
      return [
        moduleLoadList.includes('NativeModule inspector'),
        Object.keys(cache).some((file) => /node_modules.acorn/.test(file)),
      ];
    };
    if (process.getBuiltinModule === undefined) return;
    const fresh = new Reviver();
    try {
      const error = await fresh
        .call(() => {
          throw new RangeError('a class that every process has');
        })
        .catch((thrown: unknown) => thrown);
      assert.ok(error instanceof RangeError);
      assert.deepEqual(await fresh.call(loaded), [false, false]);
    } finally {
      await fresh.close();
    }
  });

  it('functions of other contexts', async () => {
    const fn = runInNewContext('const k = 4; (a) => a + k') as (a: number) => number;
    assert.equal(await reviver.call(fn, 1), 5);
  });

  it('a thread', async () => {
    const worker = new Worker(new URL('./fixtures/thread.js', import.meta.url), { argv: [process.argv[1]!] });
    try {
      const shipped = await new Promise<{ hash: string; payload: Uint8Array }>((resolve, reject) => {
        (worker as unknown as MessagePort).once('message', resolve);
        worker.once('error', reject);
      });
      assert.equal(await reviver.callShipped({ ...shipped, name: 'fn', held: [] }, 2), 42);
    } finally {
      await worker.terminate();
    }
  });
});
