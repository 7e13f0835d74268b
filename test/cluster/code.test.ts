import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import {
  copyFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { Machine } from '../support/machine.js';
import { packageRoot } from '../support/paths.js';
import { until } from '../support/poll.js';
import { RedisServer } from '../support/redis.js';

/** A task's result, or how it failed. */
type Outcome = { value: unknown } | { message: string; stack: string; cause: string; causeStack: string };

/** Bytes of a module that exports nothing. */
const EMPTY_WASM = Buffer.from('0061736d01000000', 'hex');

/**
 * The beginning of each program: `run` calls remote functions on the other node, which has the only `gpu`, moves the
 * program's folder away before anything can have got there, and prints how each ended.
 */
const PROGRAM = `
import { renameSync } from 'node:fs';
import { dirname } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import * as mobula from 'mobula';

const folder = dirname(fileURLToPath(import.meta.url));
const at = (resource, fn) => mobula.remote({ resources: { [resource]: 1 }, maxRetries: 0 }, fn);
const there = (fn) => at('gpu', fn);
function outcomeOf({ status, value, reason }) {
  if (status === 'fulfilled') return { value };
  const { message, stack, cause } = reason;
  return { message, stack, cause: String(cause?.message), causeStack: String(cause?.stack) };
}
async function run(calls, move = true) {
  await mobula.init({ address: 'auto:a' });
  const refs = Object.entries(calls).map(([name, call]) => [name, call()]);
  if (move) renameSync(folder, folder + '-away');
  const results = await Promise.allSettled(refs.map(([, ref]) => mobula.get(ref)));
  const again = [];
  for (const [name, call] of Object.entries(calls)) again.push((await Promise.allSettled([mobula.get(call())]))[0]);
  const all = refs.map(([name], index) => [name, [outcomeOf(results[index]), outcomeOf(again[index])]]);
  console.log(JSON.stringify(Object.fromEntries(all)));
  for await (const _ of createInterface({ input: process.stdin })) break;
  await mobula.shutdown();
}
`;

describe("a program's code on a machine that does not have the program", function () {
  this.timeout(120_000);
  let redis: RedisServer;
  let folder: string;
  let common: string[];
  const first = new Machine();
  const second = new Machine();
  const third = new Machine();
  const children: ChildProcess[] = [];

  const write = (path: string, content: string | Uint8Array): void => {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), content);
  };
  const writePackage = (at: string, name: string, version: string): void => {
    write(
      `${at}/node_modules/${name}/package.json`,
      JSON.stringify({ name, version, type: 'module', exports: './index.js' }),
    );
    write(
      `${at}/node_modules/${name}/index.js`,
      `export const version = '${version}'; export const double = (x) => 2 * x;`,
    );
  };
  const program = (name: string, files: Record<string, string | Uint8Array>): void => {
    for (const [path, content] of Object.entries(files)) write(`${name}/${path}`, content);
    mkdirSync(join(folder, name, 'node_modules'), { recursive: true });
    symlinkSync(packageRoot, join(folder, name, 'node_modules', 'mobula'));
  };
  /** Runs a program to the end of its calls; `end` lets it leave. */
  const run = async (
    name: string,
    main = 'main.js',
    flags: string[] = [],
  ): Promise<{ outcomes: Record<string, [Outcome, Outcome]>; end: () => Promise<void> }> => {
    const child = spawn(process.execPath, [...flags, join(folder, name, main)], {
      cwd: packageRoot,
      env: first.environment,
      stdio: ['pipe', 'pipe', 'pipe'],
    });
    children.push(child);
    let stdout = '';
    let stderr = '';
    child.stdout.on('data', (chunk: Buffer) => {
      stdout += chunk;
    });
    child.stderr.on('data', (chunk: Buffer) => {
      stderr += chunk;
    });
    const ended = (): boolean => child.exitCode !== null || child.signalCode !== null;
    await until(() => stdout.includes('\n') || ended(), {
      timeout: 60_000,
      what: () => `the outcomes; the program printed:\n${stdout}${stderr}`,
    });
    assert.ok(stdout.startsWith('{'), stdout + stderr);
    return {
      outcomes: JSON.parse(stdout) as Record<string, [Outcome, Outcome]>,
      end: async () => {
        child.stdin.end();
        await until(ended, { what: () => `the end of the program, which printed:\n${stderr}` });
      },
    };
  };
  /** Folders of jobs' files on the second node. */
  const codeFolders = (): string[] => {
    const nodes = readdirSync(second.stateFolder, { withFileTypes: true }).filter((entry) =>
      entry.isDirectory(),
    );
    return nodes.flatMap(({ name }) => {
      const code = join(second.stateFolder, name, 'code');
      return existsSync(code) ? readdirSync(code).map((job) => join(code, job)) : [];
    });
  };

  before(async () => {
    redis = await RedisServer.start();
    folder = realpathSync(mkdtempSync(join(tmpdir(), 'code-')));
    writePackage('site', 'tiny', '1.2.3');
    writePackage('site', 'other', '2.0.0');
    const secret = join(folder, 'secret');
    common = [
      '--redis',
      redis.url,
      '--address',
      '127.0.0.1',
      '--object-store-memory',
      '32MiB',
      '--secret-file',
      secret,
    ];
    await first.json('start', '--head', '--name', 'a', '--num-cpus', '1', ...common);
    second.workingFolder = join(folder, 'site');
    await second.json('start', '--name', 'b', '--num-cpus', '2', '--resources', '{"gpu":1}', ...common);
  });

  after(async () => {
    for (const child of children)
      if (child.exitCode === null && child.signalCode === null) child.kill('SIGKILL');
    await third.remove();
    await second.remove();
    await first.remove();
    await redis.close();
    rmSync(folder, { recursive: true, force: true });
  });

  it('comes along: the files that functions import, through helpers, with their package.json', async () => {
    program('whole', {
      'package.json': JSON.stringify({
        name: 'whole',
        type: 'module',
        imports: { '#inner': './lib/inner.js' },
      }),
      'main.js': `${PROGRAM}
        import { version } from 'tiny';
        import { describe, fail, exported } from './lib/helper.js';
        import old from './lib/old.cjs';
        const helper = there(() => describe());
        const common = there(() => old.answer());
        const dynamic = there(async () => (await import('./lib/late.js')).late);
        const bare = there(() => version);
        const whole = there(exported);
        const meta = there(() => new URL('./lib/empty.wasm', import.meta.url).pathname.endsWith('/whole/lib/empty.wasm'));
        const failing = there(() => fail('oh'));
        const inner = mobula.remote(() => describe().deep);
        const nested = there(async () => mobula.get([inner.remote(), mobula.remote(exported).remote(5)]));
        const apply = there((fn) => fn(4));
        const pid = there(() => process.pid);
        await run({
          helper: () => helper.remote(),
          common: () => common.remote(),
          dynamic: () => dynamic.remote(),
          bare: () => bare.remote(),
          whole: () => whole.remote(20),
          meta: () => meta.remote(),
          failing: () => failing.remote(),
          nested: () => nested.remote(),
          inValue: () => apply.remote((x) => exported(x) + 1),
        });`,
      'lib/helper.js': `
        import { readFileSync } from 'node:fs';
        import { double } from 'tiny';
        import data from './data.json' with { type: 'json' };
        import { deep } from './deeper/deep.js';
        import { inner } from '#inner';
        let loads = 0;
        loads++;
        export const describe = () => {
          const bytes = readFileSync(new URL('./empty.wasm', import.meta.url));
          new WebAssembly.Module(bytes);
          return { data: data.text, deep: deep(), inner, doubled: double(21), loads, wasm: bytes.length };
        };
        export const exported = (x) => double(x);
        export function fail(text) {
          throw new RangeError(text);
        }`,
      'lib/inner.js': "export const inner = 'inner';",
      'lib/late.js': "export const late = 'late';",
      'lib/deeper/deep.js': "export { upper as deep } from '../upper.js';",
      'lib/upper.js': "export const upper = () => 'upper';",
      'lib/data.json': '{ "text": "data" }',
      'lib/empty.wasm': EMPTY_WASM,
      'lib/old.cjs':
        "const part = require('./part'); exports.answer = () => part.six * require('./seven.json');",
      'lib/part.js': 'not loaded',
      'lib/part/index.js': 'not loaded',
      'lib/seven.json': '7',
    });
    rmSync(join(folder, 'whole/lib/part.js'));
    write('whole/lib/part/package.json', '{ "type": "commonjs" }');
    write('whole/lib/part/index.js', 'exports.six = 6;');
    writePackage('whole', 'tiny', '1.2.3');

    const { outcomes, end } = await run('whole');
    const value = (name: string): unknown => {
      for (const outcome of outcomes[name]!) assert.ok('value' in outcome, JSON.stringify(outcome, null, 2));
      return (outcomes[name]![1] as { value: unknown }).value;
    };
    assert.deepEqual(value('helper'), {
      data: 'data',
      deep: 'upper',
      inner: 'inner',
      doubled: 42,
      loads: 1,
      wasm: 8,
    });
    assert.equal(value('common'), 42);
    assert.equal(value('dynamic'), 'late');
    assert.equal(value('bare'), '1.2.3');
    assert.equal(value('whole'), 40);
    assert.equal(value('meta'), true);
    assert.equal(value('inValue'), 9);
    assert.deepEqual(value('nested'), ['upper', 10]);
    // The stack names the file as its author knows it.
    const [failed] = outcomes.failing! as [Extract<Outcome, { message: string }>, Outcome];
    assert.match(failed.causeStack, /RangeError: oh\n {4}at fail \(file:\/\//);
    assert.ok(failed.causeStack.includes(`file://${folder}/whole/lib/helper.js:`), failed.causeStack);
    assert.ok(!failed.causeStack.includes(second.folder), failed.causeStack);
    // What came is gone with the job.
    assert.equal(codeFolders().length, 1);
    await end();
    await until(() => codeFolders().length === 0, { what: () => `the end of ${codeFolders().join()}` });
  });

  it('may import its own package by name', async () => {
    // What a package exports may be something else for `require`, which runs nowhere here.
    const own = (name: string): object => ({ import: `./lib/${name}.js`, require: `./lib/${name}.cjs` });
    program('self', {
      'package.json': JSON.stringify({
        name: '@own/self',
        type: 'module',
        exports: { '.': own('main'), './parts/*': own('parts/*'), './old': './lib/old.cjs' },
        imports: { '#part/*': own('parts/*'), '#tiny': 'tiny' },
      }),
      'main.js': `${PROGRAM}
        import { whole } from '@own/self';
        import { one } from '@own/self/parts/one';
        import { helper } from './lib/helper.js';
        const direct = there(() => whole());
        const part = there(() => one);
        const through = there(helper);
        const later = there(async () => (await import('@own/self/parts/two')).two);
        const resolved = there(() => import.meta.resolve('@own/self').endsWith('/self/lib/main.js'));
        await run({
          direct: () => direct.remote(),
          part: () => part.remote(),
          through: () => through.remote(),
          later: () => later.remote(),
          resolved: () => resolved.remote(),
        });`,
      'lib/main.js': `
        import { one } from '@own/self/parts/one';
        import { sum } from './sum.js';
        export const whole = () => sum(one, 10);`,
      'lib/sum.js': 'export const sum = (a, b) => a + b;',
      'lib/helper.js': `
        import { double } from '#tiny';
        import { one } from '#part/one';
        import old from '@own/self/old';
        export const helper = () => [double(one), old];`,
      'lib/old.cjs': "module.exports = require('@own/self/parts/three');",
      'lib/parts/one.js': 'export const one = 1;',
      'lib/parts/two.js': 'export const two = 2;',
      'lib/parts/three.cjs': 'module.exports = 3;',
    });
    writePackage('self', 'tiny', '1.2.3');
    const { outcomes, end } = await run('self');
    const expected = { direct: 11, part: 1, through: [2, 3], later: 2, resolved: true };
    for (const [name, value] of Object.entries(expected))
      assert.deepEqual(outcomes[name], [{ value }, { value }], name);
    await end();
  });

  it("may stand inside Mobula's package, whose part the node's own Mobula takes", async () => {
    // A checkout, like the one of which the examples are run in place.
    for (const path of ['package.json', 'build/Release/mobula.node']) {
      mkdirSync(dirname(join(folder, 'checkout', path)), { recursive: true });
      copyFileSync(join(packageRoot, path), join(folder, 'checkout', path));
    }
    cpSync(join(packageRoot, 'build/bundle'), join(folder, 'checkout/build/bundle'), { recursive: true });
    symlinkSync(join(packageRoot, 'node_modules'), join(folder, 'checkout/node_modules'));
    write(
      'checkout/build/examples/main.js',
      `${PROGRAM}
        import { add, library } from './part.js';
        const direct = there(async () => mobula.get(mobula.remote(() => 1).remote()));
        const through = there(async () => add(mobula.put(20), 22));
        const same = there(async () => library.remote === mobula.remote && mobula === (await import('mobula')));
        const where = there(() => [import.meta.resolve('mobula'), new URL('.', import.meta.url).pathname]);
        await run({
          direct: () => direct.remote(),
          through: () => through.remote(),
          same: () => same.remote(),
          where: () => where.remote(),
        });`,
    );
    write(
      'checkout/build/examples/part.js',
      `import * as mobula from 'mobula';
      export { mobula as library };
      export const add = async (ref, more) => (await mobula.get(ref)) + more;`,
    );
    const { outcomes, end } = await run('checkout/build/examples');
    for (const [name, value] of Object.entries({ direct: 1, through: 42, same: true }))
      assert.deepEqual(outcomes[name], [{ value }, { value }], name);
    for (const outcome of outcomes.where!) {
      assert.ok('value' in outcome, JSON.stringify(outcome));
      const [library, code] = outcome.value as [string, string];
      assert.equal(library, pathToFileURL(join(packageRoot, 'build/bundle/index.js')).href);
      assert.ok(code.startsWith(second.folder), code);
    }
    await end();
  });

  it('fails where a package is missing or of another version, and says what to do', async () => {
    program('packages', {
      'package.json': '{ "type": "module" }',
      'main.js': `${PROGRAM}
        import { version as tiny } from 'tiny';
        import { version as other } from 'other';
        import { version as absent } from 'absent';
        const same = there(() => tiny);
        const different = there(() => other);
        const missing = there(() => absent);
        await run({ same: () => same.remote(), different: () => different.remote(), missing: () => missing.remote() });`,
    });
    writePackage('packages', 'tiny', '1.2.3');
    writePackage('packages', 'other', '1.0.7');
    writePackage('packages', 'absent', '3.1.4');
    const { outcomes, end } = await run('packages');
    for (const outcome of outcomes.same!) assert.deepEqual(outcome, { value: '1.2.3' });
    for (const outcome of outcomes.different!) {
      assert.ok('message' in outcome);
      assert.match(
        outcome.message,
        /'other'.*node [0-9a-f]{8} on \S+ has version 2\.0\.0 of the package, node [0-9a-f]{8} on \S+ of the driver 1\.0\.7/s,
      );
    }
    for (const outcome of outcomes.missing!) {
      assert.ok('message' in outcome);
      assert.match(outcome.message, /node [0-9a-f]{8} on \S+ does not have.*npm install absent@3\.1\.4/s);
    }
    await end();
  });

  it('must be JavaScript, or the node needs the loader', async () => {
    program('typed', {
      'package.json': '{ "type": "module" }',
      'main.js': `${PROGRAM}
        import { Colour } from './colours.js';
        const read = () => Colour.Red;
        const colour = there(read);
        const loaded = at('loader', read);
        await run({ colour: () => colour.remote(), loaded: () => loaded.remote() });`,
      // Not even a Node that strips types compiles this.
      'colours.ts': 'export enum Colour { Red = 1 }',
    });
    third.workingFolder = packageRoot; // whose packages include the loader
    const child = third.spawn(
      ['start', '--name', 'c', '--num-cpus', '1', '--resources', '{"loader":1}', ...common],
      { NODE_OPTIONS: '--import tsx' },
    );
    await until(() => child.exitCode !== null, { what: () => 'the start of the third node' });
    assert.equal(child.exitCode, 0);
    const { outcomes, end } = await run('typed', 'main.js', ['--import', 'tsx']);
    for (const outcome of outcomes.colour!) {
      assert.ok('message' in outcome);
      assert.match(
        outcome.message,
        /cannot load .*colours\.ts: .*Compile the program, or start the nodes with the loader/s,
      );
    }
    for (const outcome of outcomes.loaded!) assert.deepEqual(outcome, { value: 1 });
    await end();
  });

  it("is the program's own where that is the same on the machine", async () => {
    program('present', {
      'package.json': '{ "type": "module" }',
      'main.js': `${PROGRAM}
        import { url } from './where.js';
        const where = there(() => url);
        await run({ where: () => where.remote() }, false);`,
      'where.js': 'export const url = import.meta.url;',
    });
    const { outcomes, end } = await run('present');
    for (const outcome of outcomes.where!)
      assert.deepEqual(outcome, { value: `file://${folder}/present/where.js` });
    assert.deepEqual(codeFolders(), []);
    await end();
  });
});
