import assert from 'node:assert/strict';
import { mkdir, readFile, symlink } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fixture, packageRoot } from '../support/paths.js';
import { Consumer, pack } from './consumer.js';

/** What `npm install` would put beside the package, taken from our own folder. */
async function linkDependencies(consumer: Consumer): Promise<void> {
  const manifest = JSON.parse(await readFile(join(packageRoot, 'package.json'), 'utf8')) as {
    dependencies: Record<string, string>;
  };
  for (const name of [...Object.keys(manifest.dependencies), '@types/node', 'undici-types']) {
    const link = join(consumer.folder, 'node_modules', name);
    await mkdir(dirname(link), { recursive: true });
    await symlink(join(packageRoot, 'node_modules', name), link);
  }
}

describe('the package as npm packs it', function () {
  this.timeout(120_000);
  let consumer: Consumer;
  let files: string[];

  before(async () => {
    consumer = await Consumer.create();
    const tarball = await pack(consumer.folder);
    files = tarball.files;
    const home = join(consumer.folder, 'node_modules', 'mobula');
    await mkdir(home, { recursive: true });
    await consumer.run('tar', ['-xzf', tarball.path, '--strip-components=1', '-C', home]);
    await linkDependencies(consumer);
    for (const name of ['consumer.ts', 'consumer.cts']) {
      await consumer.write(name, await readFile(fixture(`test/package/fixtures/${name}`), 'utf8'));
    }
  });

  after(async () => await consumer.remove());

  it('holds the compiled library, its types, and what the addon is compiled from', () => {
    for (const needed of [
      'build/bundle/index.js',
      'build/lib/index.d.ts',
      'native/layout.h',
      'CMakeLists.txt',
      'binding.gyp',
      'scripts/install.mjs',
      'scripts/support/run.mjs',
      'README.md',
      'LICENSE',
    ]) {
      assert.ok(files.includes(needed), `${needed} is missing`);
    }
  });

  it('holds neither tests nor what the machine that packed it compiled', () => {
    const wanted = /^(build\/bundle|build\/lib|docs|native|scripts)\/|^[^/]+$/;
    assert.deepEqual(
      files.filter((path) => !wanted.test(path) || /^native\/test\/|\.(node|o|tsbuildinfo)$/.test(path)),
      [],
    );
  });

  it('exports every module that its own manifest names', async () => {
    const manifest = JSON.parse(await readFile(join(packageRoot, 'package.json'), 'utf8')) as {
      exports: Record<string, string | Record<string, string>>;
    };
    const targets = Object.values(manifest.exports).flatMap((entry) =>
      typeof entry === 'string' ? [entry] : Object.values(entry),
    );
    assert.deepEqual(
      targets.filter((target) => !files.includes(target.replace(/^\.\//, ''))),
      [],
    );
  });

  it('has the command that its manifest names', async () => {
    const manifest = JSON.parse(await readFile(join(packageRoot, 'package.json'), 'utf8')) as {
      bin: { mobula: string };
      version: string;
    };
    const program = join(consumer.folder, 'node_modules', 'mobula', manifest.bin.mobula);
    assert.match(await readFile(program, 'utf8'), /^#!\/usr\/bin\/env node\n/);
    assert.equal((await consumer.run(process.execPath, [program, '--version'])).trim(), manifest.version);
  });

  const settings = [
    { module: 'node16', moduleResolution: 'node16', files: ['consumer.ts', 'consumer.cts'] },
    { module: 'nodenext', moduleResolution: 'nodenext', files: ['consumer.ts', 'consumer.cts'] },
    { module: 'esnext', moduleResolution: 'bundler', files: ['consumer.ts'] },
  ];
  for (const { module, moduleResolution, files: sources } of settings) {
    it(`has types that a strict program accepts under ${moduleResolution}`, async () => {
      const compilerOptions = {
        module,
        moduleResolution,
        target: 'es2022',
        types: ['node'],
        noEmit: true,
        strict: true,
        exactOptionalPropertyTypes: true,
        noUncheckedIndexedAccess: true,
        skipLibCheck: false,
      };
      await consumer.write(
        'package.json',
        JSON.stringify({ name: 'consumer', private: true, type: 'module' }),
      );
      await consumer.write('tsconfig.json', JSON.stringify({ compilerOptions, files: sources }));
      await consumer.run(process.execPath, [join(packageRoot, 'node_modules/typescript/bin/tsc'), '-p', '.']);
    });
  }
});
