import assert from 'node:assert/strict';
import * as mobula from '../../lib/index.js';
import { until } from '../support/poll.js';
import {
  blockAtGate,
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
import {
  failureOfClass,
  isAlive,
  killWorker,
  PATIENT,
  taskErrorOf,
  untilDead,
  workerPids,
} from './support/processes.js';
import { Random } from './support/random.js';

describe('the death of a worker', function () {
  this.timeout(90_000);

  before(() => mobula.init({ numCpus: 2 }));
  after(() => mobula.shutdown());
  afterEach(openAllGates);

  it('before its first task, and while it is idle, is noticed by nobody', async () => {
    const double = mobula.remote((x: number) => 2 * x);
    for (const pid of await workerPids(2)) await killWorker(pid);
    assert.equal(await mobula.get(double.remote(21), PATIENT), 42);

    const whoAmI = mobula.remote(() => process.pid);
    const idle = await mobula.get(whoAmI.remote(), PATIENT);
    await killWorker(idle);
    const next = await mobula.get(whoAmI.remote(), PATIENT);
    assert.notEqual(next, idle);
    // Not waited for: the driver may still hold a lease on the dead process.
    process.kill(next, 'SIGKILL');
    assert.equal(await mobula.get(double.remote(4), PATIENT), 8);
  });

  it('in the middle of a task: the result is right all the same', async () => {
    const board = newBoard();
    const add = mobula.remote((a: number, b: number) => {
      note(board, `start ${process.pid}`);
      if (count(board, 'start') === 1) blockAtGate(board, 'never');
      return a + b;
    });
    const sum = add.remote(1, mobula.put(2));
    await until(() => count(board, 'start') === 1, { what: 'the start of the task' });
    await killWorker(numbers(board, 'start')[0]!);
    assert.equal(await mobula.get(sum, PATIENT), 3);
    const starts = numbers(board, 'start');
    assert.equal(starts.length, 2);
    assert.notEqual(starts[0], starts[1]);
  });

  it('in the middle of an asynchronous task: the result is right all the same', async () => {
    const board = newBoard();
    const add = mobula.remote(async (a: number, b: number) => {
      note(board, `start ${process.pid}`);
      if (count(board, 'start') === 1) await waitAtGate(board, 'never');
      return a + b;
    });
    const sum = add.remote(1, 2);
    await until(() => count(board, 'start') === 1, { what: 'the start of the task' });
    await killWorker(numbers(board, 'start')[0]!);
    assert.equal(await mobula.get(sum, PATIENT), 3);
    assert.equal(count(board, 'start'), 2);
  });

  it('leaves the tasks of other workers alone', async () => {
    const board = newBoard();
    const survivor = mobula.remote(async () => {
      note(board, `survivor ${process.pid}`);
      await waitAtGate(board);
      return 'alive';
    });
    const victim = mobula.remote({ maxRetries: 0 }, () => {
      note(board, `victim ${process.pid}`);
      killSelf();
    });
    const alive = survivor.remote();
    await until(() => count(board, 'survivor') === 1, { what: 'the start of the survivor' });
    await failureOfClass(mobula.WorkerCrashedError, mobula.get(victim.remote(), PATIENT));
    openGate(board);
    assert.equal(await mobula.get(alive, PATIENT), 'alive');
    assert.equal(count(board, 'survivor'), 1);
    assert.notEqual(numbers(board, 'survivor')[0], numbers(board, 'victim')[0]);
  });

  it('ends a task of maxRetries: 0, with WorkerCrashedError that names pid and signal', async () => {
    const board = newBoard();
    const doomed = mobula.remote({ maxRetries: 0, name: 'doomed' }, () => {
      note(board, `start ${process.pid}`);
      blockAtGate(board, 'never');
    });
    const ref = doomed.remote();
    await until(() => count(board, 'start') === 1, { what: 'the start of the task' });
    const pid = numbers(board, 'start')[0]!;
    await killWorker(pid);
    const error = await failureOfClass(mobula.WorkerCrashedError, mobula.get(ref, PATIENT));
    assert.equal(error.code, 'ERR_MOBULA_WORKER_CRASHED');
    assert.equal(error.pid, pid);
    assert.equal(error.signal, 'SIGKILL');
    assert.equal(error.exitCode, undefined);
    assert.equal(error.functionName, 'doomed');
    assert.equal(error.attempts, 1);
    assert.match(error.message, new RegExp(`worker process ${pid} was killed by SIGKILL`));
    assert.equal(count(board, 'start'), 1);
  });

  it('by process.exit(3): the error names the exit code, and the last lines on stderr', async () => {
    const leave = mobula.remote({ maxRetries: 0 }, () => {
      console.error('the first of the last words');
      process.stderr.write('and no line break at the very end');
      process.exit(3);
    });
    const error = await failureOfClass(mobula.WorkerCrashedError, mobula.get(leave.remote(), PATIENT));
    assert.equal(error.exitCode, 3);
    assert.equal(error.signal, undefined);
    assert.match(error.message, /exited with code 3/);
    assert.match(error.stderr, /the first of the last words\n.*and no line break at the very end/s);
    assert.match(error.message, /and no line break at the very end/);
  });

  it('by an uncaught exception in a callback: the error shows what was thrown', async () => {
    const leave = mobula.remote({ maxRetries: 0 }, () => {
      setImmediate(() => {
        throw new RangeError('nobody catches this');
      });
      return new Promise<never>(() => {});
    });
    const error = await failureOfClass(mobula.WorkerCrashedError, mobula.get(leave.remote(), PATIENT));
    assert.notEqual(error.exitCode, 0);
    assert.match(error.stderr, /RangeError: nobody catches this/);
  });

  it('is retried as often as maxRetries says', async () => {
    const board = newBoard();
    const always = mobula.remote({ maxRetries: 2 }, () => {
      note(board, `start ${process.pid}`);
      killSelf();
    });
    const error = await failureOfClass(mobula.WorkerCrashedError, mobula.get(always.remote(), PATIENT));
    assert.equal(error.attempts, 3);
    const starts = numbers(board, 'start');
    assert.equal(new Set(starts).size, 3);
    assert.equal(error.pid, starts[2]);

    const atLast = mobula.remote({ maxRetries: 2 }, () => {
      note(board, 'once more');
      if (count(board, 'once more') < 3) killSelf();
      return mobula.currentTask()!.attempt;
    });
    assert.equal(await mobula.get(atLast.remote(), PATIENT), 3);
  });

  it('makes all returns of its task again, under their own refs', async () => {
    const board = newBoard();
    const three = mobula.remote({ numReturns: 3 }, () => {
      note(board, 'start');
      if (count(board, 'start') === 1) killSelf();
      return [1, new Float64Array(20_000).fill(2), { three: 3 }] as const;
    });
    const [one, two, last] = three.remote();
    const values = await mobula.get([one, two, last], PATIENT);
    assert.equal(values[0], 1);
    assert.ok(values[1].length === 20_000 && values[1].every((x) => x === 2));
    assert.deepEqual(values[2], { three: 3 });
  });

  it('takes the children of its tasks with it', async () => {
    const board = newBoard();
    const parent = mobula.remote({ maxRetries: 0 }, async () => {
      const { spawn } = await import('node:child_process');
      const child = spawn('sleep', ['1000'], { stdio: 'ignore' });
      note(board, `child ${child.pid}`);
      note(board, `worker ${process.pid}`);
      await waitAtGate(board, 'never');
    });
    const ref = parent.remote();
    await until(() => count(board, 'worker') === 1, { what: 'the start of the task' });
    const child = numbers(board, 'child')[0]!;
    assert.ok(isAlive(child));
    await killWorker(numbers(board, 'worker')[0]!);
    await failureOfClass(mobula.WorkerCrashedError, mobula.get(ref, PATIENT));
    await untilDead([child], "the task's child");
  });

  it('at random moments under load: each of 200 results is right', async () => {
    const random = new Random('the deaths under load');
    const kills = Array.from({ length: 8 }, () => random.below(180)).sort((a, b) => a - b);
    const work = mobula.remote({ maxRetries: 20 }, (x: number, data: Float64Array) => {
      const end = performance.now() + 2;
      let sum = 0;
      while (performance.now() < end) sum = data.reduce((left, right) => left + right, 0);
      return x * x + sum;
    });
    const data = mobula.put(new Float64Array(10_000).fill(1));
    const numberOf = new Map<mobula.ObjectRef, number>();
    for (let x = 0; x < 200; x++) numberOf.set(work.remote(x, data), x);
    let done = 0;
    let killed = 0;
    for await (const result of mobula.asCompleted(numberOf.keys(), { timeout: 50_000 })) {
      assert.equal(result.status, 'fulfilled', String(result.reason));
      const x = numberOf.get(result.ref)!;
      assert.equal(result.value, x * x + 10_000);
      done++;
      while (kills.length > 0 && kills[0]! <= done) {
        kills.shift();
        const pid = random.pick(await workerPids());
        // It may have died of the kill before: then nobody is hurt, and the next one counts.
        if (isAlive(pid)) process.kill(pid, 'SIGKILL');
        killed++;
      }
    }
    assert.equal(done, 200);
    assert.equal(killed, 8);
  });
});

describe('retryErrors', function () {
  this.timeout(90_000);

  class Unlucky extends Error {}
  class Broken extends Error {}

  before(() => mobula.init({ numCpus: 1 }));
  after(() => mobula.shutdown());
  afterEach(openAllGates);

  it('left out: a thrown error is not tried again', async () => {
    const board = newBoard();
    const fail = mobula.remote(() => {
      note(board, 'start');
      throw new Error('once');
    });
    await taskErrorOf(mobula.get(fail.remote(), PATIENT));
    assert.equal(count(board, 'start'), 1);
  });

  it('true: every error is, as often as maxRetries says', async () => {
    const board = newBoard();
    const fail = mobula.remote({ retryErrors: true, maxRetries: 2 }, (times: number) => {
      note(board, `start of ${times}`);
      if (count(board, `start of ${times}`) <= times) throw new Error(`failure of ${times}`);
      return 'at last';
    });
    assert.equal(await mobula.get(fail.remote(2), PATIENT), 'at last');
    assert.equal(count(board, 'start of 2'), 3);
    const error = await taskErrorOf(mobula.get(fail.remote(9), PATIENT));
    assert.equal((error.cause as Error).message, 'failure of 9');
    assert.equal(count(board, 'start of 9'), 3);
  });

  it('a list of classes: their errors alone', async () => {
    const board = newBoard();
    const fail = mobula.remote({ retryErrors: [Unlucky], maxRetries: 3 }, (kind: string) => {
      note(board, `start of ${kind}`);
      if (kind === 'broken') throw new Broken('for good');
      if (count(board, `start of ${kind}`) < 3) throw new Unlucky('this time');
      return kind;
    });
    assert.equal(await mobula.get(fail.remote('unlucky'), PATIENT), 'unlucky');
    assert.equal(count(board, 'start of unlucky'), 3);
    const error = await taskErrorOf(mobula.get(fail.remote('broken'), PATIENT));
    assert.ok(error.cause instanceof Broken);
    assert.equal(count(board, 'start of broken'), 1);
  });

  it('counts apart from deaths, and tells the task its attempt', async () => {
    const board = newBoard();
    const fail = mobula.remote({ retryErrors: true, maxRetries: 1 }, () => {
      note(board, `attempt ${mobula.currentTask()!.attempt}`);
      const times = notes(board).length;
      if (times === 1) throw new Error('thrown');
      if (times === 2) killSelf();
      return times;
    });
    assert.equal(await mobula.get(fail.remote(), PATIENT), 3);
    assert.deepEqual(numbers(board, 'attempt'), [1, 2, 3]);
  });
});
