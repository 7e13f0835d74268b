import assert from 'node:assert/strict';
import * as mobula from '../../lib/index.js';
import { newBoard, note, notes, openGate, waitAtGate } from '../integration/support/board.js';
import { failureOf, killWorker, PATIENT, workerPids } from '../integration/support/processes.js';
import { until } from '../support/poll.js';
import { big, heldMebibytes, inFrame, untilHeld } from './support.js';

/** Where tasks keep things beyond their end. */
const drawer = globalThis as { kept?: unknown };

/** Takes refs inside a value, and keeps them in its process. */
const keep = mobula.remote((box: unknown) => {
  (globalThis as { kept?: unknown }).kept = box;
  return process.pid;
});
const forget = mobula.remote(() => {
  delete (globalThis as { kept?: unknown }).kept;
  globalThis.gc!();
});
const lengthAfterGate = mobula.remote({ numCpus: 0.5 }, async (board: string, array: Uint8Array) => {
  note(board, 'started');
  await waitAtGate(board);
  return array.length;
});
const gate = mobula.remote({ numCpus: 0.5 }, (board: string) => waitAtGate(board));

describe('an object lives', function () {
  this.timeout(60_000);

  before(() => mobula.init({ numCpus: 1, objectStoreMemory: 128 * 2 ** 20 }));
  after(() => mobula.shutdown());

  afterEach(async () => {
    delete drawer.kept;
    await untilHeld(0, 'nothing is left of the test');
  });

  it('while a ref to it can be reached, and is freed after the collector found that none can', async () => {
    await inFrame(() => {
      drawer.kept = mobula.put(big());
    });
    globalThis.gc!();
    assert.equal(await heldMebibytes(), 1);
    assert.equal((await mobula.get(drawer.kept as mobula.ObjectRef<Uint8Array>))[0], 1);
    delete drawer.kept;
    await untilHeld(0, 'a dropped ref');
  });

  it('until the end of the block of `using`', async () => {
    {
      using ref = mobula.put(big());
      assert.equal(await heldMebibytes(), 1);
      assert.match(String(ref), /ObjectRef/);
    }
    assert.equal(await heldMebibytes(), 0);
  });

  it('until it is freed, though refs to it are left', async () => {
    const ref = mobula.put(big());
    mobula.free(ref);
    assert.equal(await heldMebibytes(), 0);
    assert.ok((await failureOf(mobula.get(ref))) instanceof mobula.ObjectFreedError);
  });

  it('while a stored object contains it, and is freed with the last that does', async () => {
    const boxes = await inFrame(() => {
      const inner = mobula.put(big());
      return [mobula.put({ inner }), mobula.put([inner, inner])] as const;
    });
    await untilHeld(1, 'the inner object');
    boxes[0][Symbol.dispose]();
    globalThis.gc!();
    assert.equal(await heldMebibytes(), 1);
    mobula.free(boxes[1]);
    await untilHeld(0, 'what was contained');
  });

  it('while any of 10,000 objects, each inside the next, leads to it', async () => {
    const before = (await mobula.statistics()).store.entriesUsed;
    let outer: mobula.ObjectRef<unknown> = mobula.put(big());
    for (let depth = 0; depth < 10_000; depth++) {
      const inner = outer;
      outer = mobula.put({ inner });
      inner[Symbol.dispose]();
    }
    assert.equal(await heldMebibytes(), 1);
    outer[Symbol.dispose]();
    await until(async () => (await mobula.statistics()).store.entriesUsed <= before, {
      what: 'the end of all 10,000 containers',
    });
    assert.equal(await heldMebibytes(), 0);
  });

  it('while a pending task takes it, and no longer', async () => {
    const board = newBoard();
    const refs = await inFrame(() => {
      using array = mobula.put(big());
      // One that has started, and one that still waits for another argument.
      const dependent = mobula.remote((_: unknown, value: Uint8Array) => value.length);
      return [lengthAfterGate.remote(board, array), dependent.remote(gate.remote(board), array)];
    });
    await until(() => notes(board).includes('started'), { what: 'the start of the task' });
    globalThis.gc!();
    assert.equal(await heldMebibytes(), 1);
    openGate(board);
    assert.deepEqual(await mobula.get(refs, PATIENT), [2 ** 20, 2 ** 20]);
    await untilHeld(0, 'the argument of tasks that are done');
  });

  it('while a pending task takes a value that contains it', async () => {
    const board = newBoard();
    const read = mobula.remote(async (path: string, box: { ref: mobula.ObjectRef<Uint8Array> }) => {
      await waitAtGate(path);
      return (await mobula.get(box.ref)).length;
    });
    const result = await inFrame(() => {
      using ref = mobula.put(big());
      return read.remote(board, { ref });
    });
    globalThis.gc!();
    assert.equal(await heldMebibytes(), 1);
    openGate(board);
    assert.equal(await mobula.get(result, PATIENT), 2 ** 20);
    await untilHeld(0, 'what a task that is done was given inside a value, though its worker is idle');
  });

  it('as an argument by value until the task is done', async () => {
    const board = newBoard();
    const result = lengthAfterGate.remote(board, big(3));
    assert.equal(await heldMebibytes(), 3);
    openGate(board);
    assert.equal(await mobula.get(result, PATIENT), 3 * 2 ** 20);
    await untilHeld(0, 'an argument by value');
  });

  it('as a result while there is a ref to it, read or not', async () => {
    const make = mobula.remote((mebibytes: number) => new Uint8Array(mebibytes * 2 ** 20));
    const ref = make.remote(2);
    await mobula.wait([ref]);
    await untilHeld(2, 'a result that was never read');
    ref[Symbol.dispose]();
    await untilHeld(0, 'a result that was never read, and dropped');
    // Dropped before there was one.
    await inFrame(() => make.remote(4)[Symbol.dispose]());
    assert.equal((await mobula.get(make.remote(1), PATIENT)).length, 2 ** 20);
    await untilHeld(0, 'a result that nobody waited for');
  });

  it('as a ref that a task returned, alone or inside a value', async () => {
    const make = mobula.remote(() => mobula.put(new Uint8Array(2 ** 20)));
    const wrap = mobula.remote(() => ({ list: [mobula.put(new Uint8Array(2 ** 20))] }));
    const outer = [make.remote(), wrap.remote()] as const;
    await mobula.wait([...outer], { numReturns: 2 });
    await untilHeld(2, 'what the results contain');
    const [alone, wrapped] = await mobula.get(outer, PATIENT);
    for (const ref of outer) ref[Symbol.dispose]();
    globalThis.gc!();
    assert.deepEqual(
      (await mobula.get([alone, wrapped.list[0]!])).map((array) => array.length),
      [2 ** 20, 2 ** 20],
    );
    alone[Symbol.dispose]();
    wrapped.list[0]![Symbol.dispose]();
    await untilHeld(0, 'what the results contained');
  });

  it('while a worker keeps a ref in a global', async () => {
    await inFrame(async () => {
      using ref = mobula.put(big());
      await mobula.get(keep.remote({ ref }), PATIENT);
    });
    const read = mobula.remote(async () => {
      const { kept } = globalThis as unknown as { kept: { ref: mobula.ObjectRef<Uint8Array> } };
      return (await mobula.get(kept.ref)).length;
    });
    globalThis.gc!();
    assert.equal(await heldMebibytes(), 1);
    assert.equal(await mobula.get(read.remote(), PATIENT), 2 ** 20);
    await mobula.get(forget.remote(), PATIENT);
    await untilHeld(0, 'what a worker kept');
  });

  it('until the worker that kept a ref, or a view, is killed', async () => {
    const pid = await inFrame(async () => {
      using ref = mobula.put(big());
      using array = mobula.put(big(2));
      const both = mobula.remote(async (box: { ref: unknown }, view: Uint8Array) => {
        (globalThis as { kept?: unknown }).kept = { box, view };
        return process.pid;
      });
      return await mobula.get(both.remote({ ref }, array), PATIENT);
    });
    globalThis.gc!();
    assert.equal(await heldMebibytes(), 3);
    assert.ok((await workerPids()).includes(pid));
    await killWorker(pid);
    await untilHeld(0, 'what a killed worker held');
  });

  it('while a view of it is in use, and the view stays as it is', async () => {
    const view = await inFrame(async () => {
      using ref = mobula.put(big(2));
      return mobula.get(ref);
    });
    globalThis.gc!();
    assert.ok(view.every((value) => value === 2));
    assert.equal(view.length, 2 * 2 ** 20);
  });
});

describe('an object whose ref a shipped function captured', function () {
  this.timeout(60_000);

  before(() => mobula.init({ numCpus: 1, objectStoreMemory: 128 * 2 ** 20 }));
  after(() => mobula.shutdown());

  it('lives until the job ends', async () => {
    const ref = mobula.put(big());
    const length = mobula.remote(async () => (await mobula.get(ref)).length);
    assert.equal(await mobula.get(length.remote(), PATIENT), 2 ** 20);
    ref[Symbol.dispose]();
    globalThis.gc!();
    await mobula.statistics();
    assert.equal(await heldMebibytes(), 1);
    assert.equal(await mobula.get(length.remote(), PATIENT), 2 ** 20);
  });
});
