import assert from 'node:assert/strict';
import { inspect } from 'node:util';
import { TaskCancelledError, TaskError } from '../../lib/errors/index.js';

class QuotaError extends Error {
  constructor(readonly limit: number) {
    super(`over ${limit}`);
  }
}

describe('TaskError', () => {
  it('holds what was thrown', () => {
    const cause = new QuotaError(5);
    const error = new TaskError('spend', cause);
    assert.equal(error.cause, cause);
    assert.equal(error.functionName, 'spend');
    assert.equal(error.message, "task 'spend' threw Error: over 5");
  });

  it('describes anything that can be thrown', () => {
    const messageOf = (thrown: unknown) => new TaskError('f', thrown).message;
    assert.equal(messageOf(5), "task 'f' threw 5");
    assert.equal(messageOf(undefined), "task 'f' threw undefined");
    assert.equal(messageOf('text'), "task 'f' threw 'text'");
    assert.equal(messageOf(new TypeError('')), "task 'f' threw TypeError");
    const unprintable = {
      [inspect.custom]() {
        throw new Error('no');
      },
    };
    assert.equal(messageOf(unprintable), "task 'f' threw a value that cannot be printed");
  });

  it("shows the worker's frames, then the caller's, and none of its own making", () => {
    const cause = new Error('boom');
    cause.stack = 'Error: boom\n    at work (/job/work.js:3:9)\n    at run (/job/work.js:9:1)';
    const error = new TaskError('work', cause, '    at main (/job/main.js:20:5)\n');
    assert.equal(
      error.stack,
      "TaskError: task 'work' threw Error: boom\n" +
        '    at work (/job/work.js:3:9)\n    at run (/job/work.js:9:1)\n    at main (/job/main.js:20:5)',
    );
    error.appendCaller('    at outer (/job/main.js:30:5)');
    assert.ok(error.stack?.endsWith('main.js:20:5)\n    at outer (/job/main.js:30:5)'));
    assert.equal(Object.keys(error).includes('stack'), false);
  });

  it('keeps the whole message of a cause of several lines out of its frames', () => {
    const cause = new Error('first\nsecond');
    const error = new TaskError('f', cause);
    assert.ok(error.stack?.startsWith("TaskError: task 'f' threw Error: first\nsecond\n    at "));
  });

  it('leaves the limit of stack traces as it was', () => {
    const before = Error.stackTraceLimit;
    new TaskError('f', new Error('x'));
    assert.equal(Error.stackTraceLimit, before);
  });

  it('TaskError.is tells what caused it', () => {
    const error: unknown = new TaskError('spend', new QuotaError(5));
    assert.ok(TaskError.is(error));
    assert.ok(TaskError.is(error, QuotaError));
    const limit: number = error.cause.limit; // the type is narrowed
    assert.equal(limit, 5);
    assert.ok(TaskError.is(error, Error));
    assert.ok(!TaskError.is(error, TypeError));
    assert.ok(!TaskError.is(new QuotaError(1), QuotaError));
    assert.ok(!TaskError.is(new TaskCancelledError('spend')));
    assert.ok(!TaskError.is(undefined));
  });
});
