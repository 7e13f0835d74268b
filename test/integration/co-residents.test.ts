import assert from 'node:assert/strict';
import * as mobula from '../../lib/index.js';
import { until } from '../support/poll.js';
import {
  count,
  killSelf,
  newBoard,
  note,
  notes,
  numbers,
  openAllGates,
  openGate,
  waitAtGate,
} from './support/board.js';
import { failureOfClass, PATIENT } from './support/processes.js';

/** A value whose object the test makes when it wants to: what a task waits for without a process of ours being busy. */
interface Later {
  readonly ref: mobula.ObjectRef<string>;
}

describe('the death of a process with suspended tasks in it', function () {
  this.timeout(90_000);

  // One CPU: whatever runs while a task is suspended runs in that task's process.
  before(() => mobula.init({ numCpus: 1 }));
  after(() => mobula.shutdown());
  afterEach(openAllGates);

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
    assert.equal(await mobula.get(suspended, PATIENT), 'later in attempt 1');
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
    assert.equal(count(board, 'child'), 4);
  });
});

describe('the death of a process in which several tasks wake up at once', function () {
  this.timeout(90_000);

  before(() => mobula.init({ numCpus: 1 }));
  after(() => mobula.shutdown());
  afterEach(openAllGates);

  const roles = ['left', 'killer', 'right'];
  const gates = ['first', 'second', 'third'];

  const gatedBy = mobula.remote({ numCpus: 0 }, async (path: string, gate: string) => {
    note(path, 'gate');
    await waitAtGate(path, gate);
    return gate;
  });

  /** Awaits another gate at each start. At the first two gates, one dies, and the others are not done before. */
  const waking = mobula.remote(
    async (path: string, role: string, refs: readonly mobula.ObjectRef<string>[]) => {
      note(path, `${role} in ${process.pid}`);
      const round = count(path, `${role} in`) - 1;
      const gate = await mobula.get(refs[round]!);
      if (round < 2 && role === 'killer') killSelf();
      if (round < 2) await waitAtGate(path, 'apart');
      return gate;
    },
  );

  /** Has two deaths charged to the killer, who has two retries; the others survive one charge. False: they did not meet. */
  async function dieTogether(): Promise<boolean> {
    const board = newBoard();
    const laters = gates.map((gate) => gatedBy.remote(board, gate));
    await until(() => count(board, 'gate') === 3, { what: 'the start of the tasks at the gates' });
    const results = roles.map((role) =>
      waking.options({ maxRetries: role === 'killer' ? 2 : 1 }).remote(board, role, laters),
    );
    for (const [round, gate] of gates.entries()) {
      const allAreIn = () => roles.every((role) => count(board, `${role} in`) === round + 1);
      const oneHasFailed = async () => (await mobula.wait(results, { timeout: 0 }))[0].length > 0;
      await until(async () => allAreIn() || (await oneHasFailed()), {
        what: () => `start ${round + 1} of all three: ${notes(board).join(', ')}`,
      });
      // Its error says more than that it has not started.
      if (!allAreIn()) break;
      const pids = roles.map((role) => numbers(board, `${role} in`).at(-1));
      if (round < 2 && new Set(pids).size > 1) {
        openGate(board, 'all');
        await Promise.allSettled(results.map((ref) => mobula.get(ref, PATIENT)));
        return false;
      }
      openGate(board, gate);
    }
    assert.deepEqual(await mobula.get(results, PATIENT), ['third', 'third', 'third']);
    return true;
  }

  it('is charged to the one that goes on and dies', async () => {
    // A process that happens to be idle is used first, so they may be in two.
    await until(dieTogether, { timeout: 80_000, what: 'three tasks in one process' });
  });

  /** Wakes two up: one ends at once, the other dies later, at each of its two attempts. False: they did not meet. */
  async function dieAfterTheOtherEnded(): Promise<boolean> {
    const board = newBoard();
    const other = mobula.remote(async (path: string, { ref }: Later) => {
      note(path, `other in ${process.pid}`);
      return mobula.get(ref);
    });
    const deadly = mobula.remote({ maxRetries: 1 }, async (path: string, { ref }: Later) => {
      note(path, `deadly in ${process.pid}`);
      await mobula.get(ref);
      await waitAtGate(path, 'other has ended');
      killSelf();
    });
    const later = { ref: gatedBy.remote(board, 'later') };
    await until(() => count(board, 'gate') === 1, { what: 'the start of the task at the gate' });
    const died = deadly.remote(board, later);
    await until(() => count(board, 'deadly') === 1, { what: 'the task that is to die' });
    const ended = other.remote(board, later);
    await until(() => count(board, 'other') === 1, { what: 'the task that is to end' });
    const together = numbers(board, 'other in')[0] === numbers(board, 'deadly in')[0];
    openGate(board, 'later');
    assert.equal(await mobula.get(ended, PATIENT), 'later');
    openGate(board, 'other has ended');
    const error = await failureOfClass(mobula.WorkerCrashedError, mobula.get(died, PATIENT));
    assert.equal(error.attempts, 2);
    assert.equal(count(board, 'deadly'), 2);
    return together;
  }

  it('is charged to the one that dies, also when another one of them has ended in between', async () => {
    await until(dieAfterTheOtherEnded, { timeout: 80_000, what: 'two tasks in one process' });
  });
});
