import assert from 'node:assert/strict';
import * as mobula from '../../lib/index.js';
import { errorOf } from '../api/support.js';
import { newBoard, note, notes, openGate, waitAtGate } from '../integration/support/board.js';
import { failureOf, failureOfClass, PATIENT } from '../integration/support/processes.js';
import { until } from '../support/poll.js';
import { big, heldMebibytes, MIB, untilHeld } from './support.js';

/** Everything here must be over by then, a store's own patience of ten seconds included. */
const WATCHDOG = 30_000;
const STORE = 64 * MIB;

/** Puts until the store is full, keeps all, and throws what the last put threw. */
const fill = mobula.remote({ numCpus: 1, maxRetries: 0 }, async (board: string, mebibytes: number) => {
  note(board, `pid ${process.pid}`);
  await waitAtGate(board);
  const kept: mobula.ObjectRef<unknown>[] = [];
  for (let index = 0; index < 1000; index++) kept.push(mobula.put(new Uint8Array(mebibytes * 2 ** 20)));
  return kept.length;
});

describe('a full store', function () {
  this.timeout(WATCHDOG);

  before(() => mobula.init({ numCpus: 2, objectStoreMemory: STORE }));
  after(() => mobula.shutdown());
  afterEach(() => untilHeld(0, 'nothing is left of the test'));

  function checkFull(error: unknown, pids: readonly number[]): asserts error is mobula.ObjectStoreFullError {
    assert.ok(error instanceof mobula.ObjectStoreFullError, String(error));
    assert.ok(error.message.includes('It is held by:'), error.message);
    for (const pid of pids) {
      const holder = error.holders.find((each) => each.pid === pid);
      assert.ok(holder !== undefined, `process ${pid} is not among the holders: ${error.message}`);
      assert.ok(holder.bytes > MIB && holder.objects > 0, error.message);
      assert.ok(error.message.includes(`process ${pid} (${holder.name})`), error.message);
    }
  }

  it('throws at once when a value can never fit', async () => {
    const error = await errorOf(() => mobula.put(new Uint8Array(2 * STORE)));
    assert.ok(error instanceof mobula.ObjectStoreFullError);
    assert.match(error.message, /can never fit into the object store/);
    assert.ok(
      (await errorOf(() => mobula.allocate(Uint8Array, 2 * STORE))) instanceof mobula.ObjectStoreFullError,
    );
    const take = mobula.remote((array: Uint8Array) => array.length);
    assert.ok(
      (await errorOf(() => take.remote(new Uint8Array(2 * STORE)))) instanceof mobula.ObjectStoreFullError,
    );
    const make = mobula.remote({ maxRetries: 0 }, (length: number) => new Uint8Array(length));
    const failed = await failureOf(mobula.get(make.remote(2 * STORE), PATIENT));
    const cause = failed instanceof mobula.TaskError ? failed.cause : failed;
    assert.ok(cause instanceof mobula.ObjectStoreFullError, String(failed));
  });

  it('ends a driver that fills it with the error that says who holds what', async () => {
    const kept: mobula.ObjectRef<unknown>[] = [];
    const error = await errorOf(() => {
      for (let index = 0; index < 1000; index++) kept.push(mobula.put(big()));
    });
    checkFull(error, [process.pid]);
    assert.equal(error.holders[0]!.name, 'driver');
    assert.ok(kept.length >= 32, `only ${kept.length} MiB fitted`);
    assert.match(error.message, /after waiting \d+ (ms|s)/);
    for (const ref of kept) ref[Symbol.dispose]();
    assert.equal(await mobula.get(mobula.put('there is room again')), 'there is room again');
  });

  it('ends a worker that fills it', async () => {
    const board = newBoard();
    openGate(board);
    const error = await failureOfClass(
      mobula.TaskError,
      mobula.get(fill.remote(board, 1), { timeout: WATCHDOG }),
    );
    checkFull(error.cause, [Number(notes(board)[0]!.split(' ')[1])]);
  });

  it('ends two workers that fill it at once', async () => {
    const board = newBoard();
    const refs = [fill.remote(board, 1), fill.remote(board, 2)];
    await until(() => notes(board).length === 2, { what: 'the start of both' });
    const pids = notes(board).map((line) => Number(line.split(' ')[1]));
    assert.notEqual(pids[0], pids[1]);
    openGate(board);
    // The second may find room, and end well only in that it is full later.
    const errors = await Promise.all(
      refs.map((ref) => failureOfClass(mobula.TaskError, mobula.get(ref, { timeout: WATCHDOG }))),
    );
    checkFull(errors[0]!.cause, []);
    checkFull(errors[1]!.cause, []);
    assert.ok(
      errors.some(({ cause }) =>
        (cause as mobula.ObjectStoreFullError).holders.some(({ pid }) => pids.includes(pid)),
      ),
    );
  });

  it('waits for what another process is about to free', async () => {
    const board = newBoard();
    const holder = mobula.remote({ maxRetries: 0 }, async (path: string) => {
      const refs = Array.from({ length: 40 }, () => mobula.put(new Uint8Array(2 ** 20)));
      note(path, 'full');
      await waitAtGate(path);
      mobula.free(refs);
      return refs.length;
    });
    const result = holder.remote(board);
    await until(() => notes(board).includes('full'), { what: 'a task that has filled the store' });
    const writer = mobula.remote({ maxRetries: 0 }, (path: string) => {
      note(path, 'putting');
      return mobula.getSync(mobula.put(new Uint8Array(40 * 2 ** 20))).length;
    });
    const written = writer.remote(board);
    await until(() => notes(board).includes('putting'), { what: 'a put that must wait' });
    openGate(board);
    assert.equal(await mobula.get(written, PATIENT), 40 * MIB);
    assert.equal(await mobula.get(result, PATIENT), 40);
  });

  it('collects what this process dropped, without being asked', async () => {
    for (let index = 0; index < 1000; index++) mobula.put(big());
    assert.ok((await heldMebibytes()) <= 64);
  });

  it('waits for what the garbage of a worker holds', async () => {
    const drop = mobula.remote(() => {
      for (let index = 0; index < 40; index++) mobula.put(new Uint8Array(2 ** 20));
      return 'dropped';
    });
    assert.equal(await mobula.get(drop.remote(), PATIENT), 'dropped');
    using ref = mobula.put(big(40));
    assert.equal((await mobula.get(ref)).length, 40 * MIB);
  });
});
