import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { fixture, packageRoot } from '../support/paths.js';

const entries = fixture('test/functions/fixtures/entries');

/** The line, from 1, on which a text stands. */
function lineOf(name: string, text: string): number {
  return (
    readFileSync(join(entries, name), 'utf8')
      .split('\n')
      .findIndex((line) => line.includes(text)) + 1
  );
}

const run = promisify(execFile);
const harness = new URL('./harness.js', import.meta.url).href;

/** Runs a program and gives what it printed: it must have run once, in its own process alone. */
async function results(file: string, ...options: string[]): Promise<Record<string, unknown>> {
  const { stdout } = await run(process.execPath, [...options, file], {
    env: { ...process.env, HARNESS: harness },
    cwd: packageRoot,
  });
  const [first, last, ...more] = stdout.trim().split('\n');
  assert.equal(first, 'the program runs');
  assert.deepEqual(more, []);
  return JSON.parse(last!) as Record<string, unknown>;
}

describe('programs whose functions are shipped', () => {
  it('an ES module', async () => {
    assert.deepEqual(await results(join(entries, 'entry.mjs')), {
      exported: 6,
      local: 7,
      class: 1,
      imports: [2, 2, 8, '/', 'function', 42],
      state: [true, true, true],
      circular: `SerializationError: entry.mjs:${lineOf('entry.mjs', "check('circular'")} (anonymous) -> circularName -> circular.mjs -> circular-inner.mjs -> entry.mjs`,
      dynamic: `SerializationError: entry.mjs:${lineOf('entry.mjs', "import('./circular.mjs')")} (anonymous) -> ./circular.mjs -> circular.mjs -> circular-inner.mjs -> entry.mjs`,
      directly: `SerializationError: entry.mjs:${lineOf('entry.mjs', "import('./entry.mjs')")} (anonymous) -> ./entry.mjs -> entry.mjs`,
      this: [null, 'string'],
    });
  });

  it('a CommonJS module', async () => {
    assert.deepEqual(await results(join(entries, 'entry.cjs')), {
      exported: 6,
      local: 7,
      imports: ['function', '/', 'b', 2, 2, 3, 'ran'],
      packages: 2,
      state: true,
      dynamic: 8,
      require: [1, 'function', true, 'entry.cjs', false, 'entry.cjs'],
      byReference: 4,
      static: 9,
      circular: `SerializationError: entry.cjs:${lineOf('entry.cjs', "check('circular'")} (anonymous) -> circular -> circular.cjs -> entry.cjs`,
      requiresEntry: `SerializationError: entry.cjs:${lineOf('entry.cjs', "=> require('./circular.cjs')")} (anonymous) -> ./circular.cjs -> circular.cjs -> entry.cjs`,
      sloppy: 'object',
      sloppyArrow: true,
      strictArrow: true,
      strictClass: true,
      module: 9,
      this: 'object',
    });
  });

  for (const type of ['module', 'commonjs']) {
    it(`TypeScript under tsx, package type ${type}`, async () => {
      const folder = mkdtempSync(join(tmpdir(), 'loader-'));
      try {
        writeFileSync(join(folder, 'package.json'), JSON.stringify({ type }));
        for (const name of ['entry-loader.ts', 'loader-helper.ts'])
          copyFileSync(join(entries, name), join(folder, name));
        assert.deepEqual(await results(join(folder, 'entry-loader.ts'), '--import', 'tsx'), {
          named: 2,
          name: 'named',
          class: [2 * 3 * 2 + 5, 1],
          imports: 'b',
          reference: 8,
          dynamic: 7,
          weak: `SerializationError: entry-loader.ts:${lineOf('entry-loader.ts', "'weak'")} (anonymous) -> weak`,
          stack: `entry-loader.ts:${lineOf('entry-loader.ts', 'from TypeScript')}`,
        });
      } finally {
        rmSync(folder, { recursive: true });
      }
    });
  }
});
