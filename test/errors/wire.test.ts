import assert from 'node:assert/strict';
import {
  errorClassOf,
  fromWire,
  MobulaError,
  ObjectStoreFullError,
  TaskError,
  toWire,
} from '../../lib/errors/index.js';
import { sampleErrors } from './samples.js';

/** Through the form that is plain data: a cause stays what it is, the rest is copied. */
function throughWire(error: MobulaError): MobulaError {
  const { cause, ...data } = toWire(error);
  return fromWire({ ...structuredClone(data), cause });
}

describe('our own errors in other processes', () => {
  for (const error of sampleErrors()) {
    it(`${error.constructor.name} comes back as an instance of its class, with its fields`, () => {
      const copy = throughWire(error);
      assert.notEqual(copy, error);
      assert.equal(Object.getPrototypeOf(copy), Object.getPrototypeOf(error));
      assert.equal(copy.stack, error.stack);
      assert.equal(copy.message, error.message);
      assert.equal(copy.cause, error.cause);
      assert.deepEqual(Object.entries(copy), Object.entries(error));
      assert.ok(Error.prototype.toString.call(copy).startsWith(error.name));
      assert.equal(errorClassOf(error.code), error.constructor);
    });
  }

  it('keeps a cause that is undefined apart from none', () => {
    assert.ok(Object.hasOwn(throughWire(new TaskError('f', undefined)), 'cause'));
    assert.ok(!Object.hasOwn(throughWire(new MobulaError('ERR_MOBULA_X', 'x')), 'cause'));
  });

  it('keeps methods that need no constructor', () => {
    const copy = throughWire(new TaskError('f', new Error('x')));
    assert.ok(copy instanceof TaskError);
    copy.appendCaller('    at main (main.js:1:1)');
    assert.ok(copy.stack?.endsWith('main.js:1:1)'));
  });

  it('gives a code that this version does not know to the base class', () => {
    const copy = fromWire({
      code: 'ERR_MOBULA_LATER',
      message: 'm',
      stack: 's',
      fields: { extra: 1 },
      cause: [],
    });
    assert.equal(Object.getPrototypeOf(copy), MobulaError.prototype);
    assert.equal(copy.code, 'ERR_MOBULA_LATER');
    assert.equal((copy as unknown as { extra: number }).extra, 1);
  });

  it('does not let a field become the prototype', () => {
    const fields = JSON.parse('{ "__proto__": { "polluted": true } }') as Record<string, unknown>;
    const copy = fromWire({ code: ObjectStoreFullError.code, message: 'm', stack: 's', fields, cause: [] });
    assert.equal((copy as unknown as { polluted?: boolean }).polluted, undefined);
    assert.ok(copy instanceof ObjectStoreFullError);
  });
});
