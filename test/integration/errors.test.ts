import assert from 'node:assert/strict';
import * as mobula from '../../lib/index.js';
import { newBoard, note, notes, openAllGates, openGate, waitAtGate } from './support/board.js';
import { failureOf, failureOfClass, PATIENT, taskErrorOf } from './support/processes.js';

/** Defined in the test: it travels by value, with the functions that throw it. */
class Refusal extends RangeError {
  readonly limit: number;
  override readonly name = 'Refusal';

  constructor(message: string, limit: number, options?: ErrorOptions) {
    super(message, options);
    this.limit = limit;
  }

  get excess(): number {
    return this.limit + 1;
  }
}

describe('errors of tasks', function () {
  this.timeout(90_000);

  before(() => mobula.init({ numCpus: 2 }));
  after(() => mobula.shutdown());
  afterEach(openAllGates);

  const identity = mobula.remote((value: unknown) => value);
  const explode = mobula.remote(function explode(message: string): number {
    throw new Error(message);
  });

  it('keep class, own properties, message and cause', async () => {
    const refuse = mobula.remote((limit: number) => {
      const cause = new TypeError('the first', { cause: { code: 17 } });
      throw Object.assign(new Refusal('too much', limit, { cause }), { path: ['a', 1], when: new Date(5) });
    });
    const error = await taskErrorOf(mobula.get(refuse.remote(3), PATIENT));
    assert.equal(error.code, 'ERR_MOBULA_TASK');
    assert.ok(error instanceof mobula.MobulaError);
    const cause = error.cause as Refusal & { path: unknown; when: Date };
    assert.ok(cause instanceof Refusal, 'an instance of the class of this very program');
    assert.ok(cause instanceof RangeError);
    assert.equal(cause.excess, 4);
    assert.equal(cause.message, 'too much');
    assert.equal(cause.name, 'Refusal');
    assert.deepEqual(cause.path, ['a', 1]);
    assert.deepEqual(cause.when, new Date(5));
    assert.ok(cause.cause instanceof TypeError);
    assert.equal(cause.cause.message, 'the first');
    assert.deepEqual(cause.cause.cause, { code: 17 });
    assert.match(error.message, /threw Refusal: too much/);
  });

  it('narrow by TaskError.is', async () => {
    const refuse = mobula.remote(() => {
      throw new Refusal('no', 1);
    });
    const error = await failureOf(mobula.get(refuse.remote(), PATIENT));
    assert.ok(mobula.TaskError.is(error));
    assert.ok(mobula.TaskError.is(error, Refusal));
    assert.equal(error.cause.limit, 1);
    assert.ok(mobula.TaskError.is(error, RangeError));
    assert.ok(!mobula.TaskError.is(error, TypeError));
    assert.ok(!mobula.TaskError.is(new Refusal('no', 1), Refusal));
  });

  it('show the stack in the worker, and the line of .remote()', async () => {
    const failing = mobula.remote(function outerInWorker() {
      function innerInWorker(): never {
        throw new Error('deep');
      }
      innerInWorker();
    });
    function theSubmitter() {
      return failing.remote();
    }
    const error = await taskErrorOf(mobula.get(theSubmitter(), PATIENT));
    const lines = error.stack!.split('\n');
    const lineOf = (text: string): number => lines.findIndex((line) => line.includes(text));
    assert.match(lines[0]!, /^TaskError: task 'outerInWorker' threw Error: deep/);
    assert.ok(lineOf('innerInWorker') > 0, error.stack);
    assert.ok(lineOf('outerInWorker') < lineOf('theSubmitter') || lineOf('theSubmitter') > 0, error.stack);
    assert.ok(
      lines.findIndex((line, at) => at > 0 && line.includes('outerInWorker')) < lineOf('theSubmitter'),
    );
    // Functions that travelled by value keep their file and line.
    assert.match(lines[lineOf('innerInWorker')]!, /errors\.test\.[jt]s:\d+:\d+/);
    assert.match(lines[lineOf('theSubmitter')]!, /errors\.test\.[jt]s:\d+:\d+/);
    assert.match((error.cause as Error).stack!, /innerInWorker/);
  });

  it('show the line of .remote() also when the driver is told of the error, and when it is retried', async () => {
    const retried = explode.options({ retryErrors: true, maxRetries: 1 });
    function theOtherSubmitter() {
      return retried.remote('again');
    }
    const error = await taskErrorOf(mobula.get(theOtherSubmitter(), PATIENT));
    assert.match(error.stack!, /theOtherSubmitter/);
  });

  it('may be anything that can be thrown', async () => {
    const throwIt = mobula.remote((value: unknown) => {
      throw value;
    });
    for (const value of [5, 'text', null, undefined, { plain: [1] }, 10n]) {
      const error = await taskErrorOf(mobula.get(throwIt.remote(value), PATIENT));
      assert.deepEqual(error.cause, value);
    }
    const unsendable = mobula.remote(() => {
      throw Object.assign(new Error('with luggage'), { map: new WeakMap() });
    });
    const error = await taskErrorOf(mobula.get(unsendable.remote(), PATIENT));
    assert.match(String(error.cause), /with luggage/);
  });

  it('of asynchronous functions are the same', async () => {
    const refuse = mobula.remote(async (limit: number) => {
      await null;
      throw new Refusal('later', limit);
    });
    const error = await failureOf(mobula.get(refuse.remote(2), PATIENT));
    assert.ok(mobula.TaskError.is(error, Refusal));
    assert.equal(error.cause.limit, 2);
    const rejects = mobula.remote(() => Promise.reject(new Refusal('promise', 3)));
    assert.ok(mobula.TaskError.is(await failureOf(mobula.get(rejects.remote(), PATIENT)), Refusal));
  });

  it('of an argument are the error of the task that takes it', async () => {
    const board = newBoard();
    const dependent = mobula.remote((value: unknown) => {
      note(board, 'ran');
      return value;
    });
    const failed = explode.remote('at the root');
    const chain = dependent.remote(dependent.remote(failed));
    const beside = dependent.remote([1, 2]);
    const error = await taskErrorOf(mobula.get(chain, PATIENT));
    assert.equal(error.functionName, 'explode');
    assert.ok(error.cause instanceof Error && !(error.cause instanceof mobula.TaskError));
    assert.equal(error.cause.message, 'at the root');
    // Also one that has failed before it is submitted, and one of several.
    const two = mobula.remote((a: unknown, b: unknown) => [a, b]);
    const later = await taskErrorOf(mobula.get(two.remote(beside, failed), PATIENT));
    assert.equal(later.functionName, 'explode');
    assert.deepEqual(notes(board), ['ran']);
  });

  it('of an argument come as they are, also those of ours', async () => {
    const crash = mobula.remote({ maxRetries: 0 }, () => process.exit(4));
    const error = await failureOfClass(
      mobula.WorkerCrashedError,
      mobula.get(identity.remote(crash.remote()), PATIENT),
    );
    assert.equal(error.exitCode, 4);
  });

  it('inside a task: get rejects with the same error, which the task may catch', async () => {
    const nested = mobula.remote(async () => {
      const refuse = mobula.remote(() => {
        throw new Refusal('inside', 6);
      });
      try {
        await mobula.get(refuse.remote());
      } catch (error) {
        if (mobula.TaskError.is(error, Refusal)) return error.cause.limit;
      }
      return 0;
    });
    assert.equal(await mobula.get(nested.remote(), PATIENT), 6);
  });

  it('of a child that a task lets through keep their class in the driver', async () => {
    const refuse = mobula.remote(() => {
      throw new Refusal('below', 7);
    });
    const parent = mobula.remote(async () => mobula.get(refuse.remote()));
    const error = await taskErrorOf(mobula.get(parent.remote(), PATIENT));
    const below = error.cause as mobula.TaskError<Refusal>;
    assert.ok(mobula.TaskError.is(below), 'the parent threw what its get rejected with');
    assert.equal(below.cause.limit, 7);
    assert.ok(below.cause instanceof Refusal);
  });

  it('of a result that cannot be sent name its path', async () => {
    const unsendable = mobula.remote(() => ({ rows: [1, { handle: new WeakMap() }] }));
    const error = await failureOfClass(mobula.SerializationError, mobula.get(unsendable.remote(), PATIENT));
    assert.match(error.path, /\.rows\[1\]\.handle$/);
    assert.match(error.message, /rows\[1\]\.handle/);
    // One bad value of several fails them all.
    const several = mobula.remote({ numReturns: 2 }, (): [number, unknown] => [1, new WeakMap()]);
    for (const ref of several.remote()) {
      await failureOfClass(mobula.SerializationError, mobula.get(ref, PATIENT));
    }
    assert.throws(() => identity.remote({ deep: new WeakMap() }), mobula.SerializationError);
  });

  it('of a wrong number of returns fail all of them', async () => {
    const wrong = mobula.remote({ numReturns: 3 }, () => [1, 2] as unknown as [number, number, number]);
    for (const ref of wrong.remote()) {
      const error = await failureOf(mobula.get(ref, PATIENT));
      assert.ok(mobula.TaskError.is(error, TypeError));
      assert.match(error.cause.message, /numReturns: 3 but returned 2 values/);
    }
    const none = mobula.remote({ numReturns: 2 }, () => 7 as unknown as [number, number]);
    const error = await failureOf(mobula.get(none.remote()[1], PATIENT));
    assert.match((error as Error).message, /numReturns: 2/);
  });

  it('of a generator that is to give the returns fail all of them', async () => {
    const failing = function* (): Generator<number> {
      yield process.pid;
      throw new RangeError('no second one');
    };
    const two = mobula.remote({ numReturns: 2 }, failing as unknown as () => [number, number]);
    for (const ref of two.remote()) {
      const error = await failureOf(mobula.get(ref, PATIENT));
      assert.ok(mobula.TaskError.is(error, RangeError));
      assert.equal(error.cause.message, 'no second one');
    }
  });

  it('of one of several refs reject the get at once, while others still run', async () => {
    const board = newBoard();
    const gated = mobula.remote(async () => {
      await waitAtGate(board);
      return 'open';
    });
    const slow = gated.remote();
    const error = await taskErrorOf(mobula.get([slow, explode.remote('first'), slow], PATIENT));
    assert.equal((error.cause as Error).message, 'first');
    const [ready] = await mobula.wait([slow], { timeout: 0 });
    assert.equal(ready.length, 0);
    openGate(board);
    assert.equal(await mobula.get(slow, PATIENT), 'open');
  });

  it('can be read again and again, by everybody', async () => {
    const failed = explode.remote('for all');
    const read = mobula.remote(async (box: { ref: mobula.ObjectRef<number> }) => {
      try {
        return `value ${await mobula.get(box.ref)}`;
      } catch (error) {
        return String((error as mobula.TaskError<Error>).cause.message);
      }
    });
    assert.equal(await mobula.get(read.remote({ ref: failed }), PATIENT), 'for all');
    for (let round = 0; round < 2; round++) {
      const error = await taskErrorOf(mobula.get(failed, PATIENT));
      assert.equal((error.cause as Error).message, 'for all');
      assert.equal(
        error.stack!.split('errors.test').length,
        (await stackOf(failed)).split('errors.test').length,
      );
    }
    assert.throws(() => mobula.getSync(failed), mobula.TaskError);
  });

  async function stackOf(ref: mobula.ObjectRef<unknown>): Promise<string> {
    return String(((await failureOf(mobula.get(ref, PATIENT))) as Error).stack);
  }
});
