import assert from 'node:assert/strict';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { Consumer, pack, readmeBlock } from '../package/consumer.js';

/** Compiling the addon takes minutes on a slow machine. */
const installTimeout = 600_000;

describe('the package installed from its tarball into an empty folder', function () {
  this.timeout(installTimeout);
  let consumer: Consumer;

  before(async () => {
    consumer = await Consumer.create();
    const tarball = await pack(consumer.folder);
    await consumer.run('npm', ['install', '--no-audit', '--no-fund', '--prefer-offline', tarball.path]);
  });

  after(async () => await consumer.remove());

  it("runs the README's first program", async () => {
    await consumer.write('first.mjs', await readmeBlock('A first program', 'js'));
    assert.equal(
      await consumer.run(process.execPath, ['first.mjs']),
      await readmeBlock('A first program', 'text'),
    );
  });

  it('is reached from CommonJS, and compiles its addon itself where npm has skipped the install script', async () => {
    await rm(join(consumer.folder, 'node_modules/mobula/build/Release'), { recursive: true });
    await consumer.write(
      'main.cjs',
      `import('mobula').then(async (mobula) => {
         await mobula.init({ numCpus: 1 });
         const twice = mobula.remote((n) => 2 * n);
         console.log(await mobula.get(twice.remote(21)));
         await mobula.shutdown();
       });`,
    );
    assert.equal(await consumer.run(process.execPath, ['main.cjs']), '42\n');
  });
});
