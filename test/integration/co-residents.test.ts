import assert from 'node:assert/strict';
import * as mobula from '../../lib/index.js';
import { until } from '../support/poll.js';
import { count, killSelf, newBoard, note, numbers, openGate, waitAtGate } from './support/board.js';
import { failureOfClass, PATIENT } from './support/processes.js';

/** A value whose object the test makes when it wants to: what a task waits for without a process of ours being busy. */
interface Later {
  readonly ref: mobula.ObjectRef<string>;
}

describe('the death of a process with suspended tasks in it', function () {
  this.timeout(60_000);

  // One CPU: whatever runs while a task is suspended runs in that task's process.
  before(() => mobula.init({ numCpus: 1 }));
  after(() => mobula.shutdown());

  /** A task in a process of its own, which takes no CPU, and ends when the gate is open. */
  const gated = mobula.remote({ numCpus: 0 }, async (path: string) => {
    await waitAtGate(path);
    return 'later';
  });

  /** Suspends itself in `get`, and notes where. */
  const suspending = mobula.remote(
    { maxRetries: 1, name: 'suspending' },
    async (path: string, later: Later) => {
      note(path, `suspended in ${process.pid}`);
      return `${await mobula.get(later.ref)} in attempt ${mobula.currentTask()!.attempt}`;
    },
  );

  it('charges the one on the stack alone: the suspended one runs again free', async () => {
    const board = newBoard();
    const deadly = mobula.remote({ maxRetries: 3 }, () => {
      note(board, `deadly in ${process.pid}`);
      if (count(board, 'deadly') <= 3) killSelf();
      return 'survived';
    });
    const later = { ref: gated.remote(board) };
    const suspended = suspending.remote(board, later);
    await until(() => count(board, 'suspended') === 1, { what: 'the start of the task that is suspended' });
    const survived = deadly.remote();
    // Three deaths, and one retry would be all that the suspended task has.
    assert.equal(await mobula.get(survived, PATIENT), 'survived');
    openGate(board);
    assert.match(await mobula.get(suspended, PATIENT), /^later in attempt/);
    const shared = numbers(board, 'suspended').filter((pid) => numbers(board, 'deadly').includes(pid));
    assert.ok(shared.length >= 2, `they met in ${shared.length} processes that died`);
  });

  it('ends a task of maxRetries: 0 without harm to the suspended one', async () => {
    const board = newBoard();
    const later = { ref: gated.remote(board) };
    const suspended = suspending.remote(board, later);
    await until(() => count(board, 'suspended') === 1, { what: 'the start of the task that is suspended' });
    const doomed = mobula.remote({ maxRetries: 0 }, () => killSelf());
    await failureOfClass(mobula.WorkerCrashedError, mobula.get(doomed.remote(), PATIENT));
    openGate(board);
    assert.match(await mobula.get(suspended, PATIENT), /^later/);
    // It shares its process with nobody, so the suspended one was not even run again.
    assert.equal(count(board, 'suspended'), 1);
  });

  it('runs the children of the suspended one again with it', async () => {
    const board = newBoard();
    const child = mobula.remote((path: string) => {
      note(path, `child in ${process.pid}`);
      if (count(path, 'child') <= 3) killSelf();
      return 'child';
    });
    const parent = mobula.remote({ maxRetries: 1 }, async (path: string) => {
      note(path, `parent in ${process.pid}`);
      return `${await mobula.get(child.remote(path))} and parent`;
    });
    assert.equal(await mobula.get(parent.remote(board), PATIENT), 'child and parent');
    assert.equal(count(board, 'parent'), count(board, 'child'));
  });

  it('charges the one that goes on, when several wake up at once', async () => {
    const board = newBoard();
    const waking = mobula.remote({ maxRetries: 4 }, async (path: string, later: Later, kills: boolean) => {
      note(path, `${kills ? 'killer' : 'bystander'} in ${process.pid}`);
      const value = await mobula.get(later.ref);
      if (kills && count(path, 'killer') <= 3) killSelf();
      return value;
    });
    const bystander = waking.options({ maxRetries: 1 });
    const later = { ref: gated.remote(board) };
    const before = bystander.remote(board, later, false);
    const killer = waking.remote(board, later, true);
    const behind = bystander.remote(board, later, false);
    await until(() => count(board, 'bystander') === 2 && count(board, 'killer') === 1, {
      what: 'the start of all three',
    });
    openGate(board);
    assert.deepEqual(await mobula.get([before, killer, behind], PATIENT), ['later', 'later', 'later']);
  });

  it('charges a task that dies after it awaited, when another has ended in between', async () => {
    const board = newBoard();
    const other = mobula.remote(async (path: string, later: Later) => {
      note(path, 'other is suspended');
      await mobula.get(later.ref);
      note(path, 'other goes on');
      return 'other';
    });
    const deadly = mobula.remote({ maxRetries: 1 }, async (path: string, later: Later) => {
      note(path, 'deadly is suspended');
      await mobula.get(later.ref);
      // The other one ends; this one is still here.
      await waitAtGate(path, 'other has ended');
      note(path, 'deadly dies');
      killSelf();
    });
    const later = { ref: gated.remote(board) };
    const first = deadly.remote(board, later);
    const second = other.remote(board, later);
    await until(() => count(board, 'deadly is') === 1 && count(board, 'other is') === 1, {
      what: 'the start of both',
    });
    openGate(board);
    assert.equal(await mobula.get(second, PATIENT), 'other');
    openGate(board, 'other has ended');
    const error = await failureOfClass(mobula.WorkerCrashedError, mobula.get(first, PATIENT));
    assert.equal(error.attempts, 2);
    assert.equal(count(board, 'deadly dies'), 2);
  });
});
