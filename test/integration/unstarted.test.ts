import assert from 'node:assert/strict';
import * as mobula from '../../lib/index.js';
import { until } from '../support/poll.js';
import { slowlyLoaded } from './fixtures/slow-module.js';
import {
  blockUntil,
  count,
  newBoard,
  note,
  numbers,
  openAllGates,
  openGate,
  pollUntil,
  waitAtGate,
} from './support/board.js';
import { PATIENT } from './support/processes.js';

/** Tasks in the hands of a process that does not get to them, while another one is free. */
describe('a task that cannot start where it is', function () {
  this.timeout(90_000);

  let board: string;

  before(() => {
    board = newBoard();
    process.env.MOBULA_SLOW_MODULE_BOARD = board;
    return mobula.init({ numCpus: 2, resources: { other: 1 } });
  });
  after(() => {
    delete process.env.MOBULA_SLOW_MODULE_BOARD;
    return mobula.shutdown();
  });
  afterEach(openAllGates);

  it('because its process went on with what was suspended: it runs in another one', async () => {
    const gated = mobula.remote(async (gate: string) => {
      note(board, `at the gate ${gate}`);
      await waitAtGate(board, gate);
    });
    const later = { ref: gated.options({ numCpus: 0 }).remote('later') };
    const busy = gated.remote('busy');
    await until(() => count(board, 'at the gate') === 2, { what: 'the tasks at their gates' });

    // Idle processes are used first: when these are suspended, there is a suspended one in each that has room.
    const waking = mobula.remote(async (box: typeof later) => {
      note(board, `suspended in ${process.pid}`);
      await mobula.get(box.ref);
      note(board, `goes on in ${process.pid}`);
      blockUntil(() => count(board, 'other ran') === 1, 'the other task');
      return 'went on';
    });
    const first = Array.from({ length: 5 }, () => waking.remote(later));
    await until(() => count(board, 'suspended') === 5, { what: 'the suspended tasks' });
    const other = mobula.remote(() => {
      note(board, `other ran in ${process.pid}`);
      return slowlyLoaded;
    });
    const second = other.remote();
    await until(() => count(board, 'loading') === 1, { what: 'the loading of the other task' });
    const pid = numbers(board, 'loading in')[0]!;
    assert.ok(numbers(board, 'suspended in').includes(pid));

    // Before the other task is ready, those that were suspended go on, and hold their threads.
    openGate(board, 'later');
    await until(() => numbers(board, 'goes on in').includes(pid), { what: 'the suspended task' });
    openGate(board, 'module');
    openGate(board, 'busy');
    assert.equal(await mobula.get(second, PATIENT), 'loaded at last');
    assert.deepEqual(await mobula.get(first, PATIENT), Array(5).fill('went on'));
    await mobula.get(busy, PATIENT);
  });

  it('because a long one runs there: several leases on one process are no other place', async () => {
    const gated = mobula.remote(async (path: string, gate: string) => {
      note(path, `at the gate ${gate}`);
      await waitAtGate(path, gate);
    });
    const path = newBoard();
    const later = { ref: gated.options({ numCpus: 0 }).remote(path, 'later') };
    const busy = gated.options({ resources: { other: 1 } }).remote(path, 'busy');
    await until(() => count(path, 'at the gate') === 2, { what: 'the tasks at their gates' });
    // Each of them is suspended, and the next one comes under a lease of its own.
    const waking = mobula.remote(async (box: typeof later) => {
      note(path, `suspended in ${process.pid}`);
      await mobula.get(box.ref);
    });
    const suspended = Array.from({ length: 5 }, () => waking.remote(later));
    await until(() => count(path, 'suspended') === 5, { what: 'the suspended tasks' });
    openGate(path, 'later');
    openGate(path, 'busy');
    await mobula.get([busy, ...suspended], PATIENT);

    const work = mobula.remote((x: number) => {
      if (x === 20) blockUntil(() => count(path, 'short') === 100, 'the short tasks');
      else note(path, `short ${x}`);
      return x;
    });
    const refs = Array.from({ length: 101 }, (_, x) => work.remote(x));
    assert.deepEqual(await mobula.get(refs, PATIENT), [...Array(101).keys()]);
  });

  it('because its process gets no time: others run it', async () => {
    const path = newBoard();
    const meet = mobula.remote(async () => {
      note(path, `here ${process.pid}`);
      await pollUntil(() => count(path, 'here') >= 2, 'two tasks at once');
      return process.pid;
    });
    const [stopped, other] = await mobula.get([meet.remote(), meet.remote()], PATIENT);
    assert.notEqual(stopped, other);
    const work = mobula.remote((x: number) => ({ x, pid: process.pid }));
    await mobula.get(work.remote(0), PATIENT);
    process.kill(stopped, 'SIGSTOP');
    try {
      const refs = Array.from({ length: 500 }, (_, x) => work.remote(x));
      const results = await mobula.get(refs, PATIENT);
      assert.deepEqual(
        results.map(({ x }) => x),
        [...Array(500).keys()],
      );
      assert.ok(!results.some(({ pid }) => pid === stopped));
    } finally {
      process.kill(stopped, 'SIGCONT');
    }
  });
});
