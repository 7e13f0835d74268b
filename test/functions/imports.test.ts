import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { EventEmitter } from 'node:events';
import fs, { existsSync, readFileSync as read } from 'node:fs';
import { createRequire } from 'node:module';
import * as path from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import createArray from 'ndarray';
import libraryDefault, * as library from './fixtures/library.js';
import {
  addTen,
  counter,
  fail,
  failDeep,
  increment,
  LibraryError,
  Machine,
  makeHidden,
  makeScaler,
  pid,
  tools,
} from './fixtures/library.js';
import { InnerError } from './fixtures/library-inner.js';
import { Reviver } from './harness.js';

const require = createRequire(import.meta.url);

describe('imports of shipped functions', () => {
  let reviver: Reviver;
  before(() => {
    reviver = new Reviver();
  });
  after(() => reviver.close());

  it('go as the import they came from: built-in modules', async () => {
    const file = fileURLToPath(import.meta.url);
    const fn = (name: string) => [
      fs.existsSync(name),
      existsSync(name),
      read(name).length > 0,
      path.basename(name),
    ];
    assert.deepEqual(await reviver.call(fn, file), [true, true, true, path.basename(file)]);
    const emitted = () => {
      const emitter = new EventEmitter();
      const seen: number[] = [];
      emitter.on('x', (value: number) => seen.push(value));
      emitter.emit('x', 1);
      return seen;
    };
    assert.deepEqual(await reviver.call(emitted), [1]);
  });

  it('go as the import they came from: packages', async () => {
    const shape = await reviver.call(() => createArray(new Float64Array(6), [2, 3]).shape);
    assert.deepEqual([...shape], [2, 3]);
  });

  it('go as the import they came from: files, with their state in each process', async () => {
    assert.notEqual(await reviver.call(() => pid), process.pid);
    assert.notEqual(await reviver.call(() => library.pid), process.pid);
    assert.equal(await reviver.call(() => libraryDefault(1) + addTen(1)), 11);
  });

  it('see changes of what they import', async () => {
    const result = await reviver.call(() => {
      const before = counter;
      increment();
      const { a } = { a: counter };
      return [counter - before, a - before, [counter].length, ((): number => counter)() - before];
    });
    assert.deepEqual(result, [1, 1, 1, 1]);
    assert.equal(counter, 0);
  });

  it('functions that a module exports go by reference', async () => {
    for (const fn of [addTen, tools.triple, libraryDefault, Machine.run] as ((value: number) => number)[]) {
      const { payload } = reviver.capture(fn);
      assert.ok(!Buffer.from(payload).includes('=>') && !Buffer.from(payload).includes('return'), fn.name);
    }
    assert.equal(await reviver.call(addTen, 1), 11);
    assert.equal(await reviver.call(tools.triple, 2), 6);
    assert.equal(await reviver.call(libraryDefault, 3), 2);
    const run = Machine.run;
    assert.equal((await reviver.call(run)) + 1, await reviver.call(() => run()));
    const alias = addTen;
    assert.equal(await reviver.call(() => [1].map((value) => alias(value))[0]), 11);
  });

  it('functions of a module that it does not export go by value, and reach what it exports by reference', async () => {
    assert.equal(await reviver.call(makeHidden(), 1), 2);
    const scaler = makeScaler(2);
    assert.equal(await reviver.call(scaler, 1), 24);
    const payload = Buffer.from(reviver.capture(scaler).payload).toString();
    assert.ok(payload.includes('"addTen"') && payload.includes('hidden(value)'));
  });

  it('native functions go by where every process finds them', async () => {
    const { floor } = Math;
    const hasOwn = Object.prototype.hasOwnProperty;
    const { log } = console;
    const sizeOf = Object.getOwnPropertyDescriptor(Map.prototype, 'size')!.get!;
    const iterator: typeof Symbol.iterator = Symbol.iterator;
    const math = Math;
    const environment = process.env;
    const result = await reviver.call(() => [
      floor(1.5),
      hasOwn.call({ a: 1 }, 'a'),
      typeof log,
      sizeOf.call(new Map([[1, 1]])),
      [...new Set([1])[iterator]()],
      math.max(1, 2),
      environment.PATH === process.env.PATH,
      JSON.stringify({}),
      typeof structuredClone,
      typeof fetch,
    ]);
    assert.deepEqual(result, [1, true, 'function', 1, [1], 2, true, '{}', 'function', 'function']);
    assert.equal(await reviver.call(Math.sqrt, 9), 3);
    const typed = Object.getPrototypeOf(Int8Array) as { name: string };
    assert.equal(await reviver.call(() => typed.name), 'TypedArray');
  });

  it('promisified functions', async () => {
    const run = promisify(execFile);
    const callback = (value: number, done: (error: null, result: number) => void) => done(null, value * 2);
    const double = promisify(callback);
    assert.equal(
      await reviver.call(async () => (await run(process.execPath, ['-p', '1+1'])).stdout.trim()),
      '2',
    );
    assert.equal(await reviver.call(() => double(4)), 8);
  });

  it('dynamic imports resolve from the original file', async () => {
    const relative = async () => ((await import('./fixtures/library.js')) as typeof library).addTen(5);
    assert.equal(await reviver.call(relative), 15);
    const name = 'ndarray';
    const bare = async () => typeof ((await import(name)) as { default: unknown }).default;
    assert.equal(await reviver.call(bare), 'function');
    const failing = async () => import('./fixtures/no-such-file.js' as string);
    await assert.rejects(reviver.call(failing), { code: 'ERR_MODULE_NOT_FOUND' });
  });

  it('what was imported dynamically is an import too', async () => {
    const { addTen: dynamic } = await import('./fixtures/library.js');
    const namespace = await import('./fixtures/library.js');
    assert.notEqual(await reviver.call(() => namespace.pid), process.pid);
    assert.equal(await reviver.call(() => dynamic(1)), 11);
    const [first, second, third] = await Promise.all([
      import('./fixtures/library.js'),
      import('node:os'),
      import('ndarray'),
    ]);
    const found = () => [first.pid === process.pid, second.EOL, typeof third.default];
    assert.deepEqual(await reviver.call(found), [true, '\n', 'function']);
  });

  it('import.meta and require of the original file', async () => {
    const meta = () => [
      import.meta.url,
      import.meta.dirname,
      import.meta.filename,
      import.meta.resolve('./fixtures/library.js'),
    ];
    const here = fileURLToPath(import.meta.url);
    assert.deepEqual(await reviver.call(meta), [
      import.meta.url,
      path.dirname(here),
      here,
      new URL('./fixtures/library.js', import.meta.url).href,
    ]);
    assert.equal(await reviver.call(() => typeof require('ndarray')), 'function');
  });

  it('errors of classes that only a module knows come back as instances of them', async () => {
    const caught = (fn: () => unknown) => reviver.call(fn).catch((error: unknown) => error);
    const thrown = await caught(() => fail('here'));
    assert.ok(thrown instanceof LibraryError);
    assert.equal(thrown.detail, 'here');
    const own = await caught(() => {
      throw new LibraryError('thrown directly');
    });
    assert.ok(own instanceof LibraryError);
    const deep = await caught(() => failDeep());
    assert.ok(deep instanceof InnerError);
    assert.equal(deep.depth, 2);
    const builtin = await caught(() => assert.equal(1, 2));
    assert.ok(builtin instanceof assert.AssertionError);
  });

  it('globals of the program go by value', async () => {
    const globals = globalThis as unknown as { mobulaTestGlobal?: number };
    globals.mobulaTestGlobal = 42;
    try {
      // @ts-expect-error: a variable that TypeScript does not know
      const fn = () => mobulaTestGlobal + 1;
      assert.equal(await reviver.call(fn), 43);
      // @ts-expect-error: nobody has this one
      assert.equal(await reviver.call(() => typeof mobulaNowhere), 'undefined');
    } finally {
      delete globals.mobulaTestGlobal;
    }
  });
});
