import assert from 'node:assert/strict';
import * as mobula from '../../lib/index.js';
import { newBoard, openGate, waitAtGate } from '../integration/support/board.js';
import { failureOf, failureOfClass, PATIENT } from '../integration/support/processes.js';
import { errorOf, refuses } from './support.js';

describe('waiting', function () {
  this.timeout(60_000);

  before(() => mobula.init({ numCpus: 2, objectStoreMemory: 64 * 2 ** 20 }));
  after(() => mobula.shutdown());

  /** Gives back its argument once the gate of the board is open. */
  const gated = mobula.remote(
    { name: 'gated', numCpus: 0.1 },
    async (board: string, gate: string, value: number) => {
      await waitAtGate(board, gate);
      return value;
    },
  );
  const fail = mobula.remote((message: string): number => {
    throw new RangeError(message);
  });

  describe('get', () => {
    it('keeps the order, takes a ref twice, and nothing at all', async () => {
      const refs = [3, 1, 2].map((value) => mobula.put(value));
      assert.deepEqual(await mobula.get([...refs, refs[0]!]), [3, 1, 2, 3]);
      assert.deepEqual(await mobula.get([]), []);
      assert.deepEqual(mobula.getSync(refs), [3, 1, 2]);
      assert.equal(mobula.getSync(gated.remote(openBoard(), 'a', 5)), 5);
    });

    it('says after its timeout what it waits for, and may be called again', async () => {
      const board = newBoard();
      const ref = gated.remote(board, 'a', 1);
      const dependent = gated.remote(board, 'b', ref);
      for (const operation of [
        () => mobula.get([mobula.put(0), ref, dependent], { timeout: 30 }),
        () => mobula.get([ref, dependent], { timeout: 0 }),
      ]) {
        const error = await failureOfClass(mobula.GetTimeoutError, operation());
        assert.equal(error.code, 'ERR_MOBULA_GET_TIMEOUT');
        assert.deepEqual(
          error.waitingFor.map(({ objectId }) => objectId),
          [ref.id, dependent.id],
        );
        assert.match(error.waitingFor[1]!.state, /task 'gated' waits for 1 of its arguments/);
        assert.match(error.message, new RegExp(`ObjectRef\\(${ref.id}\\): task 'gated'`));
      }
      openGate(board, 'a');
      openGate(board, 'b');
      assert.deepEqual(await mobula.get([ref, dependent], PATIENT), [1, 1]);
      // What is there already is given whatever the timeout.
      assert.equal(await mobula.get(ref, { timeout: 0 }), 1);
      assert.equal(await mobula.get(ref, { timeout: Number.POSITIVE_INFINITY }), 1);
    });

    it('rejects with the reason of its signal, and the task goes on', async () => {
      const board = newBoard();
      const ref = gated.remote(board, 'a', 7);
      const reason = { any: 'value' };
      const controller = new AbortController();
      const pending = [
        mobula.get(ref, { signal: controller.signal }),
        mobula.get([mobula.put(1), ref], { signal: controller.signal }),
        mobula.wait([ref], { signal: controller.signal }),
        mobula.asCompleted([ref], { signal: controller.signal }).next(),
      ].map(failureOf);
      controller.abort(reason);
      for (const rejection of pending) assert.equal(await rejection, reason);
      for (const aborted of [
        () => mobula.get(ref, { signal: controller.signal }),
        () => mobula.get([ref], { signal: controller.signal }),
        () => mobula.wait([ref], { signal: controller.signal }),
        () => mobula.asCompleted([ref], { signal: controller.signal }).next(),
      ]) {
        assert.equal(await errorOf(aborted), reason);
      }
      const timedOut = await failureOf(mobula.get(ref, { signal: AbortSignal.timeout(20) }));
      assert.equal((timedOut as Error).name, 'TimeoutError');
      openGate(board, 'a');
      assert.equal(await mobula.get(ref, PATIENT), 7);
    });

    it('refuses wrong options', async () => {
      const ref = mobula.put(1);
      for (const timeout of [-1, Number.NaN, '5', 2 ** 31, null] as never[]) {
        await refuses(() => mobula.get(ref, { timeout }), /timeout must be/);
        await refuses(() => mobula.wait([ref], { timeout }), /timeout must be/);
        await refuses(() => mobula.asCompleted([ref], { timeout }).next(), /timeout must be/);
      }
      await refuses(() => mobula.get(ref, { signal: {} as never }), /signal must be an AbortSignal/);
      for (const force of [1, 'yes', null] as never[]) {
        await refuses(() => mobula.cancel(ref, { force }), /force must be true or false/);
        await refuses(() => mobula.cancel(ref, { recursive: force }), /recursive must be true or false/);
      }
    });
  });

  describe('wait', () => {
    it('gives back the very refs, in the order given', async () => {
      const board = newBoard();
      const refs = ['a', 'b', 'c', 'd'].map((gate, index) => gated.remote(board, gate, index));
      const [none, all] = await mobula.wait(refs, { timeout: 0 });
      assert.deepEqual([none.length, all.length], [0, 4]);
      for (const [index, ref] of all.entries()) assert.equal(ref, refs[index]);

      openGate(board, 'c');
      const [first, others] = await mobula.wait(refs);
      assert.equal(first.length, 1);
      assert.equal(first[0], refs[2]);
      assert.deepEqual(
        others.map((ref) => refs.indexOf(ref)),
        [0, 1, 3],
      );

      openGate(board, 'a');
      openGate(board, 'd');
      openGate(board, 'b');
      const [three, one] = await mobula.wait(refs, { numReturns: 4 });
      assert.deepEqual(
        three.map((ref) => refs.indexOf(ref)),
        [0, 1, 2, 3],
      );
      assert.deepEqual(one, []);
      // All are ready, and no more than are asked for are given as ready.
      const [two, rest] = await mobula.wait(refs, { numReturns: 2 });
      assert.deepEqual(
        [two, rest].map((list) => list.map((ref) => refs.indexOf(ref))),
        [
          [0, 1],
          [2, 3],
        ],
      );
    });

    it('gives what is ready when its time is over', async () => {
      const board = newBoard();
      const never = gated.remote(board, 'a', 1);
      const ready = mobula.put(2);
      const [done, left] = await mobula.wait([never, ready], { numReturns: 2, timeout: 20 });
      assert.ok(done.length === 1 && done[0] === ready);
      assert.ok(left.length === 1 && left[0] === never);
      openGate(board, 'a');
      await mobula.get(never, PATIENT);
    });

    it('counts a failed task as ready', async () => {
      const failed = fail.remote('x');
      const [ready] = await mobula.wait([failed]);
      assert.equal(ready[0], failed);
      await failureOfClass(mobula.TaskError, mobula.get(failed));
    });

    it('refuses to wait for more than it is given', async () => {
      const refs = [mobula.put(1), mobula.put(2)];
      for (const numReturns of [3, 0, -1, 1.5, '1'] as never[]) {
        await refuses(() => mobula.wait(refs, { numReturns }), /from 1 to the 2 refs given/);
      }
      await refuses(() => mobula.wait([], { numReturns: 1 }), /from 1 to the 0 refs given/);
    });

    it('of nothing is over at once', async () => {
      assert.deepEqual(await mobula.wait([]), [[], []]);
      assert.deepEqual(await mobula.wait([], { timeout: 5 }), [[], []]);
    });
  });

  describe('asCompleted', () => {
    it('gives the very refs in the order in which they are ready, with values and reasons', async () => {
      const board = newBoard();
      const slow = gated.remote(board, 'a', 1);
      const failed = fail.remote('deliberate');
      const refs = [slow, failed];
      const seen: unknown[] = [];
      for await (const completed of mobula.asCompleted(refs)) {
        seen.push(completed.ref);
        if (completed.status === 'rejected') {
          assert.ok(mobula.TaskError.is(completed.reason, RangeError));
          assert.equal(completed.reason.cause.message, 'deliberate');
          openGate(board, 'a');
        } else assert.equal(completed.value, 1);
      }
      assert.ok(seen.length === 2 && seen[0] === failed && seen[1] === slow);
    });

    it('takes any iterable, also an empty one', async () => {
      const values: number[] = [];
      for await (const { value } of mobula.asCompleted(new Set([mobula.put(1), mobula.put(2)]))) {
        values.push(value!);
      }
      assert.deepEqual(values.sort(), [1, 2]);
      for await (const _ of mobula.asCompleted([])) assert.fail();
    });

    it('has one timeout for the whole', async () => {
      const board = newBoard();
      const never = gated.remote(board, 'a', 1);
      const seen: unknown[] = [];
      const error = await errorOf(async () => {
        for await (const { ref } of mobula.asCompleted([never, mobula.put(2)], { timeout: 30 }))
          seen.push(ref);
      });
      assert.ok(error instanceof mobula.GetTimeoutError, String(error));
      assert.deepEqual(
        error.waitingFor.map(({ objectId }) => objectId),
        [never.id],
      );
      assert.equal(seen.length, 1);
      openGate(board, 'a');
      await mobula.get(never, PATIENT);
    });
  });

  function openBoard(): string {
    const board = newBoard();
    openGate(board, 'a');
    return board;
  }
});
