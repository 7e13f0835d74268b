import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { ModuleGraph } from '../../lib/functions/module-graph.js';
import { compiled } from '../support/paths.js';

describe('what a file imports of its own package', () => {
  let folder: string;
  before(() => {
    folder = realpathSync(mkdtempSync(join(tmpdir(), 'own-')));
  });
  after(() => rmSync(folder, { recursive: true }));

  const write = (path: string, content: string): void => {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), content);
  };

  /** All files that a package below exports: `require` finds only what there is. */
  const FILES = ['a', 'b', 'c', 'special', 'x/one', 'x/deep/one', 'sync', 'one.end'];
  const PACKAGES: Record<string, { manifest: object; specifiers: string[] }> = {
    sugar: { manifest: { exports: './a.js' }, specifiers: ['sugar', 'sugar/a.js', 'sugary'] },
    conditions: {
      manifest: { exports: { types: './a.d.ts', import: './a.js', require: './b.js' } },
      specifiers: ['conditions'],
    },
    '@scope/name': {
      manifest: {
        exports: {
          '.': { custom: './c.js', other: './a.js', node: { nothing: './a.js' }, default: './b.js' },
          './sync': { 'module-sync': './sync.js', default: './a.js' },
          './addons': { 'node-addons': './a.js', default: './b.js' },
          './list': [null, { never: './a.js' }, './b.js'],
          './x/*': './x/*.js',
          './x/special': './special.js',
          './x/hidden*': null,
          './*.end': './*.end.js',
          './hidden': null,
        },
      },
      specifiers: [
        '@scope/name',
        '@scope/name/sync',
        '@scope/name/addons',
        '@scope/name/list',
        '@scope/name/x/one',
        '@scope/name/x/deep/one',
        '@scope/name/x/special',
        '@scope/name/x/hidden-one',
        '@scope/name/one.end',
        '@scope/name/hidden',
        '@scope/name/absent',
        '@scope/other',
      ],
    },
    inner: {
      manifest: {
        exports: { '.': './a.js' },
        imports: {
          '#a': './a.js',
          '#x/*': { import: './x/*.js', default: './b.js' },
          '#self': 'inner',
          '#none': null,
        },
      },
      specifiers: ['#a', '#x/one', '#self', '#none', '#absent'],
    },
    nameless: { manifest: {}, specifiers: ['nameless', '#a'] },
  };

  for (const flags of [[], ['-C', 'custom', '--no-addons'], ['--conditions=other']]) {
    it(`is what Node.js says${flags.length === 0 ? '' : `, with ${flags.join(' ')}`}`, () => {
      for (const [name, { manifest, specifiers }] of Object.entries(PACKAGES)) {
        write(`${name}/package.json`, JSON.stringify({ name, type: 'module', ...manifest }));
        for (const file of FILES) write(`${name}/${file}.js`, '');
        // Node resolves from where the code stands.
        write(
          `${name}/in/side.js`,
          `
          import { createRequire } from 'node:module';
          import { fileURLToPath } from 'node:url';
          import { ownImport } from ${JSON.stringify(pathToFileURL(compiled('lib/functions/own-imports.ts')).href)};
          const attempt = (resolve) => { try { return resolve(); } catch { return null; } };
          const path = fileURLToPath(import.meta.url);
          console.log(JSON.stringify(${JSON.stringify(specifiers)}.map((specifier) => [
            specifier,
            attempt(() => fileURLToPath(import.meta.resolve(specifier))),
            ownImport(specifier, path, 'import')?.file ?? null,
            attempt(() => createRequire(path).resolve(specifier)),
            ownImport(specifier, path, 'require')?.file ?? null,
          ])));`,
        );
        const output = execFileSync(process.execPath, [...flags, join(folder, name, 'in/side.js')], {
          encoding: 'utf8',
        });
        for (const [specifier, imported, foundImport, required, foundRequire] of JSON.parse(
          output,
        ) as string[][]) {
          assert.equal(foundImport, imported, `import '${specifier}'`);
          assert.equal(foundRequire, required, `require('${specifier}')`);
        }
      }
    });
  }

  it('is seen to be the entry script, which no worker may load, also where only `import` finds it', () => {
    write('program/package.json', '{ "name": "program", "exports": { "import": "./main.mjs" } }');
    write('program/main.mjs', '');
    const graph = new ModuleGraph(join(folder, 'program/main.mjs'));
    const url = graph.resolve('program', join(folder, 'program/helper.mjs'));
    assert.equal(url, pathToFileURL(join(folder, 'program/main.mjs')).href);
    assert.deepEqual(graph.chainToEntry(url!), ['main.mjs']);
  });
});
