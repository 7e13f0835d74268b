import assert from 'node:assert/strict';
import { Reviver } from './harness.js';

let moduleCount = 0;

function addToModule(by: number): number {
  moduleCount += by;
  return moduleCount;
}

const readModule = (): number => moduleCount;

function makeCounter() {
  let count = 0;
  return {
    increment: () => ++count,
    read: () => count,
    reset() {
      ({ count } = { count: 0 });
    },
  };
}

describe('what shipped functions share', () => {
  let reviver: Reviver;
  before(() => {
    reviver = new Reviver();
  });
  after(() => reviver.close());

  it('objects, by identity and across all functions that go along', async () => {
    const shared = { value: 1 };
    const write = (value: number) => {
      shared.value = value;
    };
    const read = () => shared.value;
    const result = await reviver.call(() => {
      write(5);
      return [read(), shared.value];
    });
    assert.deepEqual(result, [5, 5]);
    assert.equal(shared.value, 1);
  });

  it('variables of a module', async () => {
    moduleCount = 7;
    const result = await reviver.call(() => {
      addToModule(3);
      moduleCount++;
      return [readModule(), moduleCount];
    });
    assert.deepEqual(result, [11, 11]);
    assert.equal(moduleCount, 7);
  });

  it('variables of one call of a function, and not those of another call', async () => {
    const first = makeCounter();
    const second = makeCounter();
    const result = await reviver.call(() => {
      first.increment();
      first.increment();
      second.increment();
      const before = [first.read(), second.read()];
      first.reset();
      return [...before, first.read(), second.read()];
    });
    assert.deepEqual(result, [2, 1, 0, 1]);
    assert.equal(first.read(), 0);
  });

  it('variables that hold different values already', async () => {
    const first = makeCounter();
    const second = makeCounter();
    first.increment();
    const result = await reviver.call(() => [
      first.increment(),
      second.increment(),
      first.read(),
      second.read(),
    ]);
    assert.deepEqual(result, [2, 1, 2, 1]);
  });

  it('variables of one round of a loop', async () => {
    const counters: (() => number)[] = [];
    const readers: (() => number)[] = [];
    for (let index = 0; index < 2; index++) {
      let count = 0;
      counters.push(() => ++count);
      readers.push(() => count);
    }
    const result = await reviver.call(() => {
      counters[0]!();
      counters[0]!();
      counters[1]!();
      return readers.map((read) => read());
    });
    assert.deepEqual(result, [2, 1]);
  });

  it('functions in variables that change', async () => {
    let handler = (value: number): number => value;
    const install = (next: (value: number) => number) => {
      handler = next;
    };
    const tagged = { tag: (strings: TemplateStringsArray, ..._values: number[]) => strings.join() };
    let { tag } = tagged;
    const run = (value: number) => {
      const before = value;
      handler(value);
      void tag`x`;
      return [before, handler(value), typeof handler, tag`a${1}b`];
    };
    const change = () => {
      install((value) => value * 2);
      tag = () => 'changed';
    };
    const result = await reviver.call(() => {
      change();
      return run(21);
    });
    assert.deepEqual(result, [21, 42, 'function', 'changed']);
  });

  it('symbols of their own', async () => {
    const key = Symbol('key');
    const write = (object: Record<symbol, number>) => {
      object[key] = 1;
      return object;
    };
    const read = (object: Record<symbol, number>) => object[key];
    assert.deepEqual(await reviver.call(() => [read(write({})), key.description]), [1, 'key']);
  });

  it('nothing between functions that are shipped one by one', async () => {
    const counter = makeCounter();
    assert.equal(await reviver.call(counter.increment), 1);
    assert.equal(await reviver.call(counter.increment), 2);
    assert.equal(await reviver.call(counter.read), 0);
  });
});
