import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { Worker } from 'node:worker_threads';
import * as mobula from '../../lib/index.js';
import { failureOfClass, isAlive, PATIENT, taskErrorOf } from '../integration/support/processes.js';
import { compiled, packageRoot } from '../support/paths.js';
import { errorOf } from './support.js';

const SMALL: mobula.InitOptions = { numCpus: 1, objectStoreMemory: 16 * 2 ** 20 };

const add = mobula.remote({ name: 'add' }, (a: number, b: number) => a + b);
let kept: mobula.ObjectRef<number> | undefined;

/** Every operation that needs a session, by the name that its error gives. */
function operations(): [string, () => unknown][] {
  const refs = kept === undefined ? [] : [kept];
  const ref = kept as mobula.ObjectRef<number>;
  return [
    ['mobula.put', () => mobula.put(1)],
    ['mobula.get', () => mobula.get(ref)],
    ['mobula.get', () => mobula.get(refs)],
    ['mobula.getSync', () => mobula.getSync(ref)],
    ['mobula.wait', () => mobula.wait(refs)],
    ['mobula.asCompleted', () => mobula.asCompleted(refs).next()],
    ['mobula.free', () => mobula.free(refs)],
    ['mobula.cancel', () => mobula.cancel(ref)],
    ['mobula.allocate', () => mobula.allocate(Uint8Array, 1)],
    ['mobula.statistics', () => mobula.statistics()],
    ['mobula.nodes', () => mobula.nodes()],
    ['mobula.resources', () => mobula.resources()],
    ['add.remote', () => add.remote(1, 2)],
  ];
}

async function allNeedASession(): Promise<void> {
  for (const [name, operation] of operations()) {
    const error = await errorOf(operation);
    assert.ok(error instanceof mobula.NotInitializedError, `${name}: ${error}`);
    assert.equal(error.operation, name);
    assert.match(error.message, /await mobula\.init\(\)/);
  }
}

describe('a session', function () {
  this.timeout(60_000);

  afterEach(() => mobula.shutdown());

  it('is needed by all that is no declaration, before it begins and after it has ended', async () => {
    assert.equal(mobula.isInitialized(), false);
    assert.equal(mobula.currentTask(), undefined);
    await allNeedASession();
    await mobula.shutdown();

    const node = await mobula.init(SMALL);
    assert.equal(mobula.isInitialized(), true);
    assert.equal(node.numCpus, 1);
    assert.ok(node.objectStoreMemory >= 16 * 2 ** 20);
    assert.match(node.id, /^[0-9a-f]+$/);
    kept = add.remote(1, 2);
    assert.equal(await mobula.get(kept, PATIENT), 3);
    await mobula.shutdown();
    assert.equal(mobula.isInitialized(), false);
    assert.equal(isAlive(node.rayletPid), false);
    await allNeedASession();
    await mobula.shutdown();
  });

  it('is one at a time', async () => {
    const first = mobula.init(SMALL);
    await failureOfClass(mobula.AlreadyInitializedError, mobula.init(SMALL));
    await first;
    const error = await failureOfClass(mobula.AlreadyInitializedError, mobula.init());
    assert.equal(error.code, 'ERR_MOBULA_ALREADY_INITIALIZED');
    assert.match(error.message, /mobula\.shutdown\(\)/);
    assert.equal(await mobula.get(add.remote(3, 4), PATIENT), 7);
  });

  it('may follow another, with the same remote functions and captured refs of its own', async () => {
    await mobula.init(SMALL);
    const old = mobula.put('of the first session');
    const text = String(old);
    assert.equal(await mobula.get(add.remote(1, 1), PATIENT), 2);
    await mobula.shutdown();
    await mobula.init(SMALL);
    assert.equal(await mobula.get(add.remote(2, 2), PATIENT), 4);
    const fresh = mobula.put('of the second session');
    assert.notEqual(String(fresh), text);
    // A ref of the first must not name an object of the second.
    for (const use of [
      () => mobula.get(old),
      () => mobula.getSync(old),
      () => mobula.wait([old, fresh]),
      () => mobula.free(old),
      () => mobula.cancel(old),
      () => mobula.put([old]),
      () => mobula.remote((value: string) => value).remote(old),
    ]) {
      const error = await errorOf(use);
      assert.ok(error instanceof mobula.MobulaError, `${use}: ${error}`);
      assert.match(error.message, /session/);
    }
    assert.match(String(old), /^ObjectRef\(/);
    old[Symbol.dispose]();
    assert.equal(await mobula.get(fresh), 'of the second session');
  });

  it('ends with the block of `await using`', async () => {
    let raylet: number;
    {
      await using node = await mobula.init(SMALL);
      raylet = node.rayletPid;
      assert.equal(await mobula.get(add.remote(1, 2), PATIENT), 3);
    }
    assert.equal(mobula.isInitialized(), false);
    assert.equal(isAlive(raylet), false);
  });

  it('is ended once by shutdowns that overlap, and rejects what is pending', async () => {
    await mobula.init(SMALL);
    const never = mobula.remote(() => new Promise<void>(() => {}));
    const ref = never.remote();
    const got = failureOfClass(mobula.ShutdownError, mobula.get(ref));
    const waited = failureOfClass(mobula.ShutdownError, mobula.wait([ref]));
    await Promise.all([mobula.shutdown(), mobula.shutdown()]);
    for (const error of [await got, await waited]) assert.equal(error.code, 'ERR_MOBULA_SHUTDOWN');
  });

  it('leaves arrays that the program has as they are', async () => {
    await mobula.init(SMALL);
    const array = await mobula.get(mobula.put(Float64Array.from({ length: 100_000 }, (_, index) => index)));
    await mobula.shutdown();
    assert.equal(
      array.reduce((sum, value) => sum + value, 0),
      (100_000 * 99_999) / 2,
    );
  });

  it('is not begun or ended by a task', async () => {
    await mobula.init(SMALL);
    const begin = mobula.remote(async () => String(await mobula.init()));
    const end = mobula.remote(async () => String(await mobula.shutdown()));
    for (const [name, ref] of [
      ['mobula.init', begin.remote()],
      ['mobula.shutdown', end.remote()],
    ] as const) {
      const { cause } = await taskErrorOf(mobula.get(ref, PATIENT));
      assert.ok(cause instanceof mobula.InitInsideTaskError, String(cause));
      assert.equal(cause.operation, name);
    }
    const isInside = mobula.remote(() => mobula.isInitialized());
    assert.equal(await mobula.get(isInside.remote(), PATIENT), true);
  });

  it('can begin after an address at which there is no node', async () => {
    await failureOfClass(mobula.NodeNotFoundError, mobula.init({ address: 'auto' }));
    assert.equal(mobula.isInitialized(), false);
    await mobula.init(SMALL);
  });

  it('is told by its statistics', async () => {
    const node = await mobula.init({ ...SMALL, resources: { gpu: 1 } });
    const before = (await mobula.statistics()).store;
    const refs = Array.from({ length: 10 }, () => mobula.put('x'.repeat(1000)));
    const { store, holders, scheduler, workers } = await mobula.statistics();
    assert.equal(store.sealed.objects - before.sealed.objects, 10);
    assert.ok(store.sealed.bytes - before.sealed.bytes >= 10_000);
    assert.equal(store.own.puts - before.own.puts, 10);
    assert.equal(store.arenaBytes, node.objectStoreMemory);
    const own = holders.find(({ pid }) => pid === process.pid);
    assert.ok(own !== undefined && own.objects >= 10 && own.bytes >= 10_000, JSON.stringify(holders));
    assert.deepEqual(scheduler.total, { CPU: 1, gpu: 1 });
    assert.ok(Array.isArray(workers));
    assert.equal(refs.length, 10);
  });

  it('is shared by two copies of the package in a process', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'copy-'));
    try {
      mkdirSync(join(folder, 'build'));
      for (const part of ['build/lib', 'build/Release']) {
        cpSync(join(packageRoot, part), join(folder, part), { recursive: true });
      }
      cpSync(join(packageRoot, 'package.json'), join(folder, 'package.json'));
      symlinkSync(join(packageRoot, 'node_modules'), join(folder, 'node_modules'));
      const copy = (await import(pathToFileURL(join(folder, 'build/lib/index.js')).href)) as typeof mobula;
      assert.notEqual(copy.put, mobula.put);
      await copy.init(SMALL);
      assert.equal(mobula.isInitialized(), true);
      await failureOfClass(mobula.AlreadyInitializedError, mobula.init(SMALL));
      const ref = mobula.put({ a: 1 });
      assert.ok(copy.ObjectRef.is(ref) && mobula.ObjectRef.is(ref));
      assert.deepEqual(await copy.get(ref), { a: 1 });
      assert.equal(await copy.get(add.remote(1, copy.put(2)), PATIENT), 3);
      const [ready] = await mobula.wait([copy.remote((value: { a: number }) => value.a).remote(ref)]);
      assert.equal(mobula.getSync(ready[0]!), 1);
      const failure = await errorOf(() => copy.get(ref, { timeout: -1 }));
      assert.ok(failure instanceof mobula.MobulaError);
      await mobula.shutdown();
      assert.equal(copy.isInitialized(), false);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });

  it('is reached from CommonJS by import()', async () => {
    const { stdout } = await promisify(execFile)(process.execPath, [
      compiled('test/api/fixtures/common.cts'),
    ]);
    assert.deepEqual(JSON.parse(stdout), {
      type: 'undefined',
      sum: 6,
      helped: 42,
      code: 'ERR_MOBULA_NOT_INITIALIZED',
    });
  });

  it('may be begun by a program that node takes from its command line', async () => {
    const url = JSON.stringify(pathToFileURL(compiled('lib/index.ts')).href);
    const program = `
      import * as mobula from ${url};
      await mobula.init({ numCpus: 1, objectStoreMemory: 16e6 });
      console.log(await mobula.get(mobula.remote((a) => 2 * a).remote(21)));
      await mobula.shutdown();`;
    const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '-e', program]);
    assert.equal(stdout, '42\n');
  });

  it('belongs to its thread: another thread begins its own', async () => {
    await mobula.init(SMALL);
    const mine = mobula.put('mine');
    const thread = new Worker(compiled('test/api/fixtures/thread.ts'));
    const told = await new Promise((resolve, reject) => {
      thread.once('message', resolve);
      thread.once('error', reject);
    });
    await new Promise((resolve) => (thread.threadId === -1 ? resolve(0) : thread.once('exit', resolve)));
    assert.deepEqual(told, {
      before: 'ERR_MOBULA_NOT_INITIALIZED',
      value: 42,
      array: 1_000_000,
      after: false,
    });
    assert.equal(await mobula.get(mine), 'mine');
    assert.equal(await mobula.get(add.remote(1, 2), PATIENT), 3);
  });
});
