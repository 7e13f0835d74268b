import assert from 'node:assert/strict';
import { inspect } from 'node:util';
import { runInNewContext } from 'node:vm';
import { TaskError, WorkerCrashedError } from '../../lib/errors/index.js';
import { type AnyClass, createCodec } from '../../lib/values/index.js';
import { sampleErrors } from '../errors/samples.js';
import { load, roundTrip, store } from './support.js';

const codec = createCodec();

class QuotaError extends RangeError {
  constructor(readonly limit: number) {
    super(`over ${limit}`);
    constructed++;
  }

  get twice(): number {
    return this.limit * 2;
  }
}
let constructed = 0;

class NamedError extends Error {
  override name = 'NamedError';
}

/** Own properties with their values (newer versions of V8 have an accessor for `stack`). */
function ownProperties(error: Error): [key: PropertyKey, enumerable: boolean, value: unknown][] {
  return Reflect.ownKeys(error)
    .sort()
    .map((key) => [key, Object.prototype.propertyIsEnumerable.call(error, key), Reflect.get(error, key)]);
}

describe('errors as values', () => {
  it('keep class, message, stack and whether properties are enumerable', () => {
    for (const ErrorClass of [
      Error,
      EvalError,
      RangeError,
      ReferenceError,
      SyntaxError,
      TypeError,
      URIError,
    ]) {
      const error = new ErrorClass('wrong');
      const copy = roundTrip(codec, error);
      assert.equal(Object.getPrototypeOf(copy), ErrorClass.prototype);
      assert.deepEqual(ownProperties(copy), ownProperties(structuredClone(error)));
      assert.ok(Object.prototype.toString.call(copy) === '[object Error]' && inspect(copy).includes('wrong'));
    }
  });

  it('keep causes, to any depth and in circles', () => {
    const error = new Error('outer', { cause: new TypeError('middle', { cause: { code: 5 } }) });
    const copy = roundTrip(codec, error);
    assert.ok(copy.cause instanceof TypeError);
    assert.deepEqual(copy.cause.cause, { code: 5 });
    const circle = new Error('circle');
    circle.cause = { errors: [circle] };
    const round = roundTrip(codec, circle);
    assert.equal((round.cause as { errors: unknown[] }).errors[0], round);
    assert.ok(!Object.hasOwn(roundTrip(codec, new Error('none')), 'cause'));
    assert.ok(Object.hasOwn(roundTrip(codec, new Error('one', { cause: undefined })), 'cause'));
  });

  it('keep own enumerable properties', () => {
    const error = Object.assign(new Error('ENOENT: no such file'), {
      code: 'ENOENT',
      errno: -2,
      path: '/x',
      details: { n: 1 },
    });
    const copy = roundTrip(codec, error);
    assert.deepEqual({ ...copy }, { ...error });
    assert.deepEqual(copy, error);
  });

  it('keep the errors of an AggregateError', () => {
    const shared = new TypeError('shared');
    const copy = roundTrip(codec, { all: new AggregateError([shared, 5], 'several'), shared });
    assert.ok(copy.all instanceof AggregateError);
    assert.equal(copy.all.message, 'several');
    assert.equal(copy.all.errors[0], copy.shared);
    assert.equal(copy.all.errors[1], 5);
    assert.equal(Object.getOwnPropertyDescriptor(copy.all, 'errors')?.enumerable, false);
  });

  it('keep DOMExceptions', () => {
    const error = Object.assign(new DOMException('stop', 'AbortError'), { cause: new Error('why') });
    const copy = roundTrip(codec, error);
    assert.ok(copy instanceof DOMException);
    assert.deepEqual(
      [copy.name, copy.message, copy.code, copy.stack],
      ['AbortError', 'stop', 20, error.stack],
    );
    assert.equal((copy.cause as Error).message, 'why');
    const custom = roundTrip(codec, new DOMException('x', 'QuotaOwnError'));
    assert.deepEqual([custom.name, custom.code], ['QuotaOwnError', 0]);
  });

  it('of a class that the receiver does not know are of its built-in base, under the same name', () => {
    const copy = roundTrip(codec, new QuotaError(5));
    assert.equal(Object.getPrototypeOf(copy), RangeError.prototype);
    assert.equal(copy.limit, 5);
    assert.equal(copy.message, 'over 5');
    const named = roundTrip(codec, new NamedError('x'));
    assert.equal(named.name, 'NamedError');
    assert.equal(Object.getPrototypeOf(named), Error.prototype);
    class Inherited extends Error {}
    Inherited.prototype.name = 'InheritedName';
    assert.equal(roundTrip(codec, new Inherited('x')).name, 'InheritedName');
    assert.equal(String(roundTrip(codec, new Inherited('x'))), 'InheritedName: x');
  });

  it('of another realm become errors of this one', () => {
    const foreign = runInNewContext("Object.assign(new TypeError('far'), { own: 1 })") as TypeError & {
      own: number;
    };
    assert.notEqual(Object.getPrototypeOf(foreign), TypeError.prototype);
    const copy = roundTrip(codec, foreign);
    assert.equal(Object.getPrototypeOf(copy), TypeError.prototype);
    assert.deepEqual([copy.message, copy.own], ['far', 1]);
  });

  it('leave the limit of stack traces as it was', () => {
    const limit = Error.stackTraceLimit;
    roundTrip(codec, new Error('x'));
    assert.equal(Error.stackTraceLimit, limit);
    assert.ok(new Error('y').stack!.includes('errors.test'));
  });

  for (const error of sampleErrors()) {
    it(`${error.constructor.name} of our own comes back as itself`, () => {
      const copy = roundTrip(codec, { error, again: error });
      assert.equal(copy.error, copy.again);
      assert.equal(Object.getPrototypeOf(copy.error), Object.getPrototypeOf(error));
      assert.deepEqual(ownProperties(copy.error), ownProperties(error));
    });
  }
});

describe('classes of errors that both sides know', () => {
  const classes = new Map<string, AnyClass>([['QuotaError', QuotaError]]);
  const knowing = createCodec({
    classReference: (errorClass) =>
      classes.has(errorClass.name) ? { of: 'the test', name: errorClass.name } : undefined,
    classFromReference: (reference) => classes.get((reference as { name: string }).name),
  });

  it('give instances of them, without calling their constructors', () => {
    const error = new QuotaError(5);
    const before = constructed;
    const copy = roundTrip(knowing, { error, again: [error] });
    assert.ok(copy.error instanceof QuotaError);
    assert.equal(copy.error, copy.again[0]);
    assert.equal(copy.error.twice, 10);
    assert.equal(copy.error.message, 'over 5');
    assert.equal(copy.error.stack, error.stack);
    assert.equal(constructed, before);
  });

  it('are found behind a TaskError', () => {
    const copy = roundTrip(knowing, new TaskError('spend', new QuotaError(7)));
    assert.ok(TaskError.is(copy, QuotaError));
    assert.equal(copy.cause.limit, 7);
  });

  it('fall back to the base when the receiver does not know the class after all', () => {
    const stored = store(knowing.encode(new QuotaError(5)));
    const copy = load(codec, stored) as Error;
    assert.equal(Object.getPrototypeOf(copy), RangeError.prototype);
  });
});

describe('what a task throws', () => {
  const thrown = <T>(value: T) => load(codec, store(codec.encodeThrown(value))) as T;

  it('may be anything that can be sent', () => {
    for (const value of [5, undefined, null, 'text', { a: 1 }, [1]]) assert.deepEqual(thrown(value), value);
    const error = Object.assign(new TypeError('x'), { detail: [1] });
    assert.deepEqual(thrown(error), error);
  });

  it('keeps of an error what can be sent, and says what cannot', () => {
    const error = Object.assign(
      new TypeError('request failed', {
        cause: Object.assign(new Error('inner'), { pending: Promise.resolve() }),
      }),
      {
        status: 500,
        response: { body: Promise.resolve() },
      },
    );
    const copy = thrown(error);
    assert.ok(copy instanceof TypeError);
    assert.equal(copy.message, 'request failed');
    assert.equal(copy.stack, error.stack);
    assert.equal(copy.status, 500);
    assert.match(String(copy.response), /^\[Object\] \(it cannot be sent\)$/);
    assert.equal((copy.cause as Error).message, 'inner');
    assert.match(String((copy.cause as { pending?: unknown }).pending), /cannot be sent/);
  });

  it('stays what it was behind a TaskError', () => {
    const copy = thrown(
      new TaskError('f', Object.assign(new RangeError('r'), { keep: 1, drop: new WeakMap() })),
    );
    assert.ok(TaskError.is(copy, RangeError));
    assert.equal(copy.functionName, 'f');
    assert.match(copy.message, /RangeError: r/);
    assert.equal((copy.cause as { keep?: number }).keep, 1);
    const crash = new WorkerCrashedError({ functionName: 'f', pid: 1, attempts: 1 });
    assert.ok(thrown(crash) instanceof WorkerCrashedError);
  });

  it('never fails, and ends, whatever is thrown', () => {
    const knot = Object.assign(new Error('knot'), {
      drop: () => 1,
      self: undefined as unknown,
      other: undefined as unknown,
    });
    knot.self = knot;
    knot.other = Object.assign(new Error('other'), { knot, again: knot, drop: () => 1 });
    const copy = thrown(knot);
    assert.equal(copy.self, copy);
    assert.equal((copy.other as typeof knot & { knot: unknown }).knot, copy);

    const hostile = new Error('hostile');
    Object.defineProperty(hostile, 'trap', {
      enumerable: true,
      get() {
        throw new Error('caught you');
      },
    });
    assert.match(
      String((thrown(hostile) as Error & { trap?: unknown }).trap),
      /its getter threw Error: caught you/,
    );

    const worse = new Error('worse');
    Object.defineProperty(worse, 'message', {
      get() {
        throw new Error('no message');
      },
    });
    assert.ok((thrown(worse) as unknown) instanceof Error);
    assert.equal(typeof thrown(() => 1), 'string');
    assert.match(String(thrown(Promise.resolve(1))), /Promise/);
    assert.match(String(thrown(Symbol('s'))), /Symbol\(s\)/);
  });
});
