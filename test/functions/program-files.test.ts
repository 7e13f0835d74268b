import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  realpathSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { type CodeManifest, codeHash, type SentFile } from '../../lib/functions/code-manifest.js';
import { captureFunction } from '../../lib/functions/index.js';
import { type OpenPayload, readPayload } from '../../lib/functions/payload.js';
import type { AnyFunction } from '../../lib/functions/types.js';
import { compiled } from '../support/paths.js';
import { testSession } from './harness.js';

describe('the files of the program that a function takes along', () => {
  let folder: string;
  beforeEach(() => {
    folder = realpathSync(mkdtempSync(join(tmpdir(), 'files-')));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  const write = (path: string, content: string): void => {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), content);
  };

  /** What a function that a module of the folder exports takes along, and what was sent for it. */
  const captured = async (
    module: string,
    name: string,
  ): Promise<{ open: OpenPayload; manifest: CodeManifest; paths: string[]; sent: SentFile[] }> => {
    const sent: SentFile[] = [];
    const { capture } = testSession(folder, process.argv[1]);
    const context = { ...capture, code: { node: 'n', send: (file: SentFile) => void sent.push(file) } };
    const exports = (await import(pathToFileURL(join(folder, module)).href)) as Record<string, AnyFunction>;
    const open = readPayload(captureFunction(exports[name]!, context).payload);
    const manifest = open.unit.code!;
    const paths = manifest.files
      .filter(({ shipped }) => shipped)
      .map(({ path }) => path.slice(folder.length + 1));
    return { open, manifest, paths, sent };
  };

  it('are the graph of its imports, each sent once, and nothing that it only mentions', async () => {
    write('package.json', '{ "name": "own", "type": "module", "exports": "./self.js" }');
    write(
      'a.js',
      `
      import b from './b.js';
      import { self } from 'own';
      // import './mentioned.js'
      const text = "import './mentioned.js'";
      export const fn = async () => [b, self, text, await import('./c.js')];`,
    );
    write('b.js', "import './a.js'; import fs from 'node:fs'; export default typeof fs;");
    write('c.js', "export { default } from './d.cjs'; new URL('./table.bin', import.meta.url);");
    write('d.cjs', "module.exports = [require('./e'), require.resolve('./f.json')];");
    write('e/index.cjs', 'not found by require');
    write('e/index.js', 'module.exports = 1;');
    write('e/package.json', '{ "type": "commonjs" }');
    write('f.json', '{}');
    write('self.js', 'export const self = 1;');
    write('table.bin', 'bytes');
    write('mentioned.js', '');
    write('unrelated.js', '');
    const { paths, manifest, sent } = await captured('a.js', 'fn');
    const all = [
      'a.js',
      'b.js',
      'c.js',
      'd.cjs',
      'e/index.js',
      'e/package.json',
      'f.json',
      'package.json',
      'self.js',
      'table.bin',
    ];
    assert.deepEqual(paths, all);
    assert.deepEqual(manifest.packages, []);
    assert.equal(manifest.node, 'n');
    assert.deepEqual(
      sent.map(({ path }) => path).sort(),
      all.map((path) => join(folder, path)),
    );
    for (const { hash, content } of sent) assert.equal(hash, codeHash(content));
  });

  it('name the packages that they import, with their versions, and send nothing of them', async () => {
    write('package.json', '{ "type": "module" }');
    write(
      'node_modules/one/package.json',
      '{ "name": "one", "version": "1.0.1", "exports": { "./sub": "./sub.mjs" } }',
    );
    write('node_modules/one/sub.mjs', 'export const sub = () => 1;');
    write('node_modules/@s/two/package.json', '{ "name": "@s/two", "version": "2.0.2", "main": "main.js" }');
    write('node_modules/@s/two/main.js', 'module.exports = 2;');
    write(
      'a.js',
      "import { sub } from 'one/sub'; export { sub }; export const fn = async () => [sub, await import('@s/two')];",
    );
    const { paths, manifest } = await captured('a.js', 'fn');
    assert.deepEqual(paths, ['a.js', 'package.json']);
    const from = join(folder, 'a.js');
    assert.deepEqual(manifest.packages, [
      { name: '@s/two', version: '2.0.2', from, optional: true },
      { name: 'one', version: '1.0.1', from, optional: false },
    ]);
    // A package's own function is named by the package.
    const other = await captured('a.js', 'sub');
    assert.deepEqual(other.paths, []);
    assert.deepEqual(
      other.manifest.packages.map(({ name, version }) => `${name}@${version}`),
      ['one@1.0.1'],
    );
  });

  it('are bounded', async () => {
    write('package.json', '{ "type": "module" }');
    write('a.js', "export const fn = () => new URL('./large.bin', import.meta.url);");
    write('large.bin', '');
    truncateSync(join(folder, 'large.bin'), 256 * 1024 ** 2);
    await assert.rejects(captured('a.js', 'fn'), {
      code: 'ERR_MOBULA_SERIALIZATION',
      message: /large\.bin .*more than 256 MiB of files, the limit/,
    });
  });

  it('do not go along on a node that stands alone', async () => {
    write('a.mjs', 'export const fn = () => 1;');
    const { fn } = (await import(pathToFileURL(join(folder, 'a.mjs')).href)) as { fn: AnyFunction };
    const { unit } = readPayload(captureFunction(fn, testSession(folder, process.argv[1]).capture).payload);
    assert.equal(unit.code, undefined);
  });

  it('are written below the job folder alone, and only with the content that was promised', () => {
    const content = 'export const fn = () => 1;';
    const attempt = (path: string, sent = content, mobulaEntries: string[] = []): string => {
      const files = [{ path, hash: codeHash(Buffer.from(content)), shipped: true }];
      const code: CodeManifest = { node: 'n', mobula: '/nowhere', mobulaEntries, files, packages: [] };
      // A process of its own: where it finds programs is for all of it.
      const script = `
        import { loadCode } from ${JSON.stringify(pathToFileURL(compiled('lib/functions/provided-code.ts')).href)};
        const receiver = {
          node: 'here', folder: ${JSON.stringify(join(folder, 'job'))}, packageFolders: [],
          fetch: async () => Buffer.from(${JSON.stringify(sent)}),
        };
        const open = { hash: 'h', unit: { modules: [], code: ${JSON.stringify(code)} } };
        await loadCode(open, receiver).then(() => console.log('done'), (error) => console.log(error.message));`;
      return execFileSync(process.execPath, ['--input-type=module', '-e', script], {
        encoding: 'utf8',
      }).trim();
    };
    for (const path of [
      '/../../escaped.js',
      '/a/../../escaped.js',
      'escaped.js',
      '/a//escaped.js',
      '/a\0b.js',
      '/node_modules/x/escaped.js',
    ]) {
      assert.match(attempt(path), /it is no path of a program/, JSON.stringify(path));
      assert.match(attempt('/b.js', content, [path]), /it is no path of a program/, JSON.stringify(path));
    }
    assert.match(attempt('/prog/a.js', 'something else'), /what arrived of it is something else/);
    assert.deepEqual(readdirSync(join(folder, 'job', 'code')), []);
    assert.equal(attempt('/prog/a.js'), 'done');
    assert.deepEqual(readdirSync(join(folder, 'job', 'code', 'prog')), ['a.js']);
    assert.equal(attempt('/prog/a.js', 'not asked for again'), 'done');
    writeFileSync(join(folder, 'job', 'code', 'prog', 'a.js'), 'changed');
    assert.match(attempt('/prog/a.js'), /was changed while the job ran/);
    assert.deepEqual(readdirSync(folder), ['job']);
  });
});
