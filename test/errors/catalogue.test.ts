import assert from 'node:assert/strict';
import * as errors from '../../lib/errors/index.js';
import { sampleErrors } from './samples.js';

const { ERROR_CATALOGUE, MobulaError } = errors;

type ErrorClass = (typeof ERROR_CATALOGUE)[number]['class'];

/** The exported classes of errors that a program can meet. */
function exportedClasses(): ErrorClass[] {
  return Object.values(errors as Record<string, unknown>).filter(
    (exported): exported is ErrorClass =>
      typeof exported === 'function' &&
      exported.prototype instanceof Error &&
      exported !== MobulaError &&
      exported !== errors.ModulesNotLoadedError,
  );
}

describe('the catalogue of errors', () => {
  it('names every exported class once, and exports every class it names', () => {
    assert.deepEqual(
      ERROR_CATALOGUE.map((entry) => entry.class.name).sort(),
      exportedClasses()
        .map((errorClass) => errorClass.name)
        .sort(),
    );
  });

  it('gives each class its own stable code', () => {
    const codes = ERROR_CATALOGUE.map((entry) => entry.code);
    assert.equal(new Set(codes).size, codes.length);
    for (const entry of ERROR_CATALOGUE) {
      assert.equal(entry.class.code, entry.code);
      // The code is the class's name in capitals, so that either can be found from the other.
      const words = entry.class.name.replace(/Error$/, '').replace(/(?<=[a-z])(?=[A-Z])/g, '_');
      assert.equal(entry.code, `ERR_MOBULA_${words.toUpperCase()}`);
    }
  });

  it('says of each when it comes and what to do, as sentences', () => {
    for (const { code, when, whatToDo } of ERROR_CATALOGUE) {
      assert.match(when, /^[A-Z`].*\.$/, code);
      assert.match(whatToDo, /^[A-Z`].*[.`]$/, code);
    }
  });

  it('is covered by the samples of these tests', () => {
    assert.deepEqual(
      sampleErrors().map((error) => error.code),
      ERROR_CATALOGUE.map((entry) => entry.code),
    );
  });
});

describe('each error', () => {
  for (const error of sampleErrors()) {
    it(`${error.constructor.name} knows its class, code and name`, () => {
      const { class: errorClass } = ERROR_CATALOGUE.find((entry) => entry.code === error.code)!;
      assert.ok(error instanceof errorClass);
      assert.ok(error instanceof MobulaError);
      assert.ok(error instanceof Error);
      assert.ok(errors.isMobulaError(error));
      assert.equal(error.name, errorClass.name);
      assert.equal(Object.getOwnPropertyDescriptor(error, 'code')?.enumerable, true);
      assert.ok(String(error.stack).startsWith(`${errorClass.name}: `), String(error.stack));
    });
  }

  it('says what happened and what to do next', () => {
    for (const error of sampleErrors()) {
      if (error instanceof errors.TaskError || error instanceof errors.InvalidArgumentError) continue;
      const [first] = error.message.split('\n');
      assert.ok(first!.split(/(?<=[.:;]) /).length >= 2, `${error.code}: ${first}`);
    }
  });
});

describe('MobulaError', () => {
  it('is what the errors of another copy of the package are too', () => {
    const foreign = Object.defineProperty(new Error('from elsewhere'), Symbol.for('mobula.error'), {
      value: true,
    });
    assert.ok(foreign instanceof MobulaError);
    assert.ok(!(foreign instanceof errors.TaskError));
  });

  it('is nothing else', () => {
    assert.ok(!(new Error('x') instanceof MobulaError));
    for (const value of [undefined, null, 1, 'x', {}, () => 1]) {
      assert.equal((value as unknown) instanceof MobulaError, false);
    }
  });

  it('can be extended by a program', () => {
    class OwnError extends errors.NotSupportedError {}
    const error = new OwnError('x', 'y.');
    assert.equal(error.name, 'OwnError');
    assert.ok(error instanceof errors.NotSupportedError);
    assert.ok(!(new errors.NotSupportedError('x', 'y.') instanceof OwnError));
  });

  it('InvalidArgumentError is a TypeError too', () => {
    assert.ok(new errors.InvalidArgumentError('x') instanceof TypeError);
  });

  it('OwnerDiedError is an ObjectLostError too', () => {
    assert.ok(new errors.OwnerDiedError('ab', 'x') instanceof errors.ObjectLostError);
  });
});
