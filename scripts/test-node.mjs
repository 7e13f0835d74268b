// npm run test:node -- VERSION [mocha's arguments]: runs the tests, as they are built, on another version of Node,
// which npm brings as a package.
import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { packageRoot, run } from './support/run.mjs';

const [version, ...mochaArguments] = process.argv.slice(2);
if (version === undefined || !/^\d+(\.\d+){0,2}$/.test(version)) {
  console.error('usage: npm run test:node -- VERSION, such as 24');
  process.exit(2);
}

const home = join(packageRoot, 'build', `node-${version}`);
const packageName = `node-${process.platform}-${process.arch}`;
const binaries = join(home, 'node_modules', packageName, 'bin');
const node = join(binaries, 'node');

if (!existsSync(node)) {
  const install = [
    'install',
    '--prefix',
    home,
    '--no-save',
    '--no-audit',
    '--no-fund',
    `${packageName}@${version}`,
  ];
  if (!run('npm', install)) process.exit(1);
}
console.log(`the tests on Node ${version}`);
// Processes that the tests start by the name `node` must be of that version too.
const environment = { ...process.env, PATH: `${binaries}${delimiter}${process.env.PATH}` };
if (!run(node, ['--version'])) process.exit(1);
if (!run(node, ['scripts/test.mjs', '--no-checks', ...mochaArguments], { env: environment }))
  process.exitCode = 1;
