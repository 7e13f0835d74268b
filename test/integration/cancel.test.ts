import assert from 'node:assert/strict';
import * as mobula from '../../lib/index.js';
import { until } from '../support/poll.js';
import {
  blockAtGate,
  blockUntil,
  count,
  newBoard,
  note,
  notes,
  numbers,
  openAllGates,
  openGate,
  waitAtGate,
} from './support/board.js';
import { failureOfClass, isAlive, PATIENT, taskErrorOf, untilDead } from './support/processes.js';

const CASES = [
  { force: false, recursive: true },
  { force: false, recursive: false },
  { force: true, recursive: true },
  { force: true, recursive: false },
];

/** One CPU: what is queued behind a running task stays queued. */
describe('cancel', function () {
  this.timeout(90_000);

  before(() => mobula.init({ numCpus: 1 }));
  after(() => mobula.shutdown());
  afterEach(openAllGates);

  const cancelled = (ref: mobula.ObjectRef<unknown>) =>
    failureOfClass(mobula.TaskCancelledError, mobula.get(ref, PATIENT));

  const started = (board: string, text: string, times = 1) =>
    until(() => count(board, text) >= times, { what: `the note '${text}'` });

  /** Runs through all queues once: what was to come before it has come. */
  async function settle(): Promise<void> {
    const nothing = mobula.remote(() => 0);
    await mobula.get(
      Array.from({ length: 10 }, () => nothing.remote()),
      PATIENT,
    );
  }

  /** Occupies the CPU until the gate is open. */
  const blocker = mobula.remote((board: string) => {
    note(board, `blocker ${process.pid}`);
    blockAtGate(board);
    return 'through';
  });

  const target = mobula.remote({ name: 'target' }, (board: string, _argument?: unknown) => {
    note(board, 'target ran');
    return 'ran';
  });

  for (const options of CASES) {
    const { force, recursive } = options;

    describe(`with force: ${force}, recursive: ${recursive}`, () => {
      it('of a task that waits for its arguments: it never runs', async () => {
        const board = newBoard();
        const argument = blocker.remote(board);
        const ref = target.remote(board, argument);
        const dependent = target.remote(board, ref);
        await started(board, 'blocker');
        mobula.cancel(ref, options);
        const error = await cancelled(ref);
        assert.equal(error.functionName, 'target');
        assert.equal(error.code, 'ERR_MOBULA_TASK_CANCELLED');
        // A task whose argument was cancelled fails with that.
        await cancelled(dependent);
        openGate(board);
        assert.equal(await mobula.get(argument, PATIENT), 'through');
        await settle();
        assert.equal(count(board, 'target ran'), 0);
      });

      it('of a queued task: it never runs', async () => {
        const board = newBoard();
        const before = blocker.remote(board);
        await started(board, 'blocker');
        const refs = Array.from({ length: 20 }, () => target.remote(board));
        for (const ref of refs.slice(0, 19)) mobula.cancel(ref, options);
        await Promise.all(refs.slice(0, 19).map(cancelled));
        openGate(board);
        assert.equal(await mobula.get(refs[19]!, PATIENT), 'ran');
        assert.equal(await mobula.get(before, PATIENT), 'through');
        await settle();
        assert.equal(count(board, 'target ran'), 1);
      });

      it('of a task in the hands of a worker that has not started it: it never runs', async () => {
        const board = newBoard();
        const work = mobula.remote((path: string, what: string) => {
          if (what !== 'quick') note(path, `${what} ran`);
          if (what === 'blocker') blockAtGate(path);
          return what;
        });
        // It is known to be quick: the worker gets many at once.
        for (let round = 0; round < 3; round++) {
          await mobula.get(
            Array.from({ length: 50 }, () => work.remote(board, 'quick')),
            PATIENT,
          );
        }
        const before = work.remote(board, 'blocker');
        const refs = Array.from({ length: 10 }, () => work.remote(board, 'target'));
        // At the end of the microtasks they are sent; as long as this thread is blocked, none is taken back.
        await null;
        await null;
        blockUntil(() => count(board, 'blocker ran') === 1, 'the start of the blocker');
        for (const ref of refs) mobula.cancel(ref, options);
        await Promise.all(refs.map(cancelled));
        openGate(board);
        assert.equal(await mobula.get(before, PATIENT), 'blocker');
        await settle();
        assert.equal(count(board, 'target ran'), 0);
      });

      it('of a task that is suspended: its pending get rejects', async () => {
        const board = newBoard();
        const child = mobula.remote(async (path: string) => {
          note(path, 'child started');
          mobula.currentTask()!.signal.addEventListener('abort', () => note(path, 'child aborted'));
          await waitAtGate(path);
          note(path, 'child ended');
        });
        const parent = mobula.remote({ maxRetries: 5, retryErrors: true }, async (path: string) => {
          note(path, 'parent started');
          note(path, `process ${process.pid}`);
          try {
            await mobula.get(child.remote(path));
          } catch (error) {
            note(path, `parent got ${(error as mobula.MobulaError).code}`);
            throw error;
          }
          note(path, 'parent ended');
        });
        const ref = parent.remote(board);
        await started(board, 'child started');
        mobula.cancel(ref, options);
        await cancelled(ref);
        // With force its process may be killed instead, and the child with it.
        const [pid] = numbers(board, 'process');
        await until(
          () => count(board, 'parent got ERR_MOBULA_TASK_CANCELLED') === 1 || (force && !isAlive(pid!)),
          { what: 'the word of the cancelling at the worker' },
        );
        if (!force && recursive) await started(board, 'child aborted');
        openGate(board);
        if (!force) await started(board, 'child ended');
        await settle();
        if (!recursive && !force) assert.equal(count(board, 'child aborted'), 0);
        assert.equal(count(board, 'parent ended'), 0);
        assert.equal(count(board, 'parent started'), 1);
        await cancelled(ref);
      });

      it('of a task that runs and does not let go of its thread', async () => {
        const board = newBoard();
        const running = mobula.remote({ maxRetries: 5, retryErrors: true }, (path: string) => {
          note(path, `running ${process.pid}`);
          blockAtGate(path);
          note(path, 'ended');
          return 'late';
        });
        const ref = running.remote(board);
        await started(board, 'running');
        const pid = numbers(board, 'running')[0]!;
        mobula.cancel(ref, options);
        // At once: its process still blocks, unless it is killed.
        await cancelled(ref);
        assert.equal(count(board, 'ended'), 0);
        if (force) await untilDead([pid], 'the worker of the cancelled task');
        openGate(board);
        await settle();
        assert.equal(count(board, 'running'), 1);
        assert.equal(count(board, 'ended'), force ? 0 : 1);
        if (!force) assert.ok(isAlive(pid));
        await cancelled(ref);
      });

      it('of a task that runs asynchronously: its signal aborts', async () => {
        const board = newBoard();
        const child = mobula.remote({ numCpus: 0 }, async (path: string) => {
          note(path, 'child started');
          mobula.currentTask()!.signal.addEventListener('abort', () => note(path, 'child aborted'));
          await waitAtGate(path);
          note(path, 'child ended');
        });
        const running = mobula.remote({ maxRetries: 5, retryErrors: true }, async (path: string) => {
          const { signal } = mobula.currentTask()!;
          const kept = child.remote(path);
          note(path, `running ${process.pid}`);
          signal.addEventListener('abort', () => note(path, `aborted by ${signal.reason.code}`));
          await waitAtGate(path);
          note(path, `ended, with ${kept === undefined ? 'nothing' : 'its child'}`);
          throw new Error('late');
        });
        const ref = running.remote(board);
        await started(board, 'running');
        await started(board, 'child started');
        const pid = numbers(board, 'running')[0]!;
        mobula.cancel(ref, options);
        await cancelled(ref);
        if (force) await untilDead([pid], 'the worker of the cancelled task');
        else {
          await started(board, 'aborted by ERR_MOBULA_TASK_CANCELLED');
          if (recursive) await started(board, 'child aborted');
        }
        openGate(board);
        if (!force) await started(board, 'child ended');
        await settle();
        assert.equal(count(board, 'running'), 1);
        assert.equal(count(board, 'ended'), force ? 0 : 1);
        if (!force && !recursive) assert.equal(count(board, 'child aborted'), 0);
        await cancelled(ref);
      });

      it('of a task that is done does nothing', async () => {
        const board = newBoard();
        const ref = target.remote(board);
        assert.equal(await mobula.get(ref, PATIENT), 'ran');
        mobula.cancel(ref, options);
        assert.equal(await mobula.get(ref, PATIENT), 'ran');
        const failed = mobula.remote(() => {
          throw new Error('before');
        });
        const error = failed.remote();
        await taskErrorOf(mobula.get(error, PATIENT));
        mobula.cancel(error, options);
        await taskErrorOf(mobula.get(error, PATIENT));
      });

      it('of an object that was put does nothing', async () => {
        const ref = mobula.put([1, 2]);
        mobula.cancel(ref, options);
        assert.deepEqual(await mobula.get(ref, PATIENT), [1, 2]);
      });
    });
  }

  it('by force, of a task beside which others are suspended: they run again free', async () => {
    const board = newBoard();
    const gated = mobula.remote({ numCpus: 0 }, async () => {
      await waitAtGate(board);
      return 'later';
    });
    const suspended = mobula.remote({ maxRetries: 1 }, async (later: { ref: mobula.ObjectRef<string> }) => {
      note(board, `suspended in ${process.pid}`);
      return mobula.get(later.ref);
    });
    const result = suspended.remote({ ref: gated.remote() });
    await started(board, 'suspended');
    // Three deaths, and one retry is all it has.
    for (let round = 1; round <= 3; round++) {
      const running = mobula.remote(() => {
        note(board, `running in ${process.pid}`);
        blockAtGate(board, 'never');
      });
      const ref = running.remote();
      await started(board, 'running', round);
      const pid = numbers(board, 'running').at(-1)!;
      assert.equal(numbers(board, 'suspended').at(-1), pid, 'both are in one process');
      mobula.cancel(ref, { force: true });
      await cancelled(ref);
      await untilDead([pid], 'the worker of the cancelled task');
      await started(board, 'suspended', round + 1);
    }
    openGate(board);
    assert.equal(await mobula.get(result, PATIENT), 'later');
    assert.equal(count(board, 'running'), 3);
  });

  it('by another task, of a ref that it was given', async () => {
    const board = newBoard();
    const running = mobula.remote({ numCpus: 0 }, async () => {
      note(board, 'running');
      mobula.currentTask()!.signal.addEventListener('abort', () => note(board, 'aborted'));
      await waitAtGate(board);
    });
    const ref = running.remote();
    const queued = target.remote(board, ref);
    await started(board, 'running');
    const canceller = mobula.remote((refs: readonly mobula.ObjectRef<unknown>[]) => {
      for (const each of refs) mobula.cancel(each);
    });
    await mobula.get(canceller.remote([queued, ref]), PATIENT);
    await cancelled(ref);
    await cancelled(queued);
    await started(board, 'aborted');
    openGate(board);
    await settle();
    assert.equal(count(board, 'target ran'), 0);
  });

  it('reaches the children of children', async () => {
    const board = newBoard();
    const descend = mobula.remote(async (path: string, depth: number): Promise<void> => {
      note(path, `started ${depth}`);
      mobula.currentTask()!.signal.addEventListener('abort', () => note(path, `aborted ${depth}`));
      if (depth === 3) await waitAtGate(path);
      else await mobula.get(descend.remote(path, depth + 1));
      note(path, `ended ${depth}`);
    });
    const ref = descend.remote(board, 0);
    await started(board, 'started 3');
    mobula.cancel(ref);
    await cancelled(ref);
    await started(board, 'aborted', 4);
    openGate(board);
    await settle();
    assert.deepEqual(numbers(board, 'aborted').sort(), [0, 1, 2, 3]);
    // Only the one that did not await a ref goes on to its end, as nobody can stop it.
    await until(() => count(board, 'ended') > 0, { what: 'the end of the deepest' });
    assert.deepEqual(numbers(board, 'ended'), [3]);
  });

  it('of a task with several returns rejects them all; a second cancel does nothing', async () => {
    const board = newBoard();
    const before = blocker.remote(board);
    const several = mobula.remote({ numReturns: 3 }, () => {
      note(board, 'several ran');
      return [1, 2, 3] as const;
    });
    const refs = several.remote();
    mobula.cancel(refs[1]);
    mobula.cancel(refs[0], { force: true });
    for (const ref of refs) await cancelled(ref);
    openGate(board);
    await mobula.get(before, PATIENT);
    await settle();
    assert.deepEqual(
      notes(board).filter((line) => line === 'several ran'),
      [],
    );
  });
});
