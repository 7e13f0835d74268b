// What the scripts share: where the package is, and how a step is run.
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The folder that holds package.json. */
export const packageRoot = fileURLToPath(new URL('../../', import.meta.url));

/**
 * The path of a program that an npm package brings, to be run with this very Node, found wherever npm has put the
 * package: below this one, or beside it in the program that depends on it.
 * @param {string} packageName
 * @param {string} [program] its name, where it is not the package's own
 */
export function programOf(packageName, program = packageName.replace(/^@.*\//, '')) {
  for (let folder = packageRoot; ; folder = dirname(folder)) {
    const home = join(folder, 'node_modules', packageName);
    if (existsSync(join(home, 'package.json'))) {
      const { bin } = JSON.parse(readFileSync(join(home, 'package.json'), 'utf8'));
      return join(home, typeof bin === 'string' ? bin : bin[program]);
    }
    if (folder === dirname(folder)) throw new Error(`the npm package ${packageName} is not installed`);
  }
}

/**
 * Runs a program in the package's folder, its output going where ours goes.
 * @param {string} command
 * @param {readonly string[]} args
 * @param {import('node:child_process').SpawnSyncOptions} [options]
 * @returns {boolean} whether it ended well
 */
export function run(command, args, options = {}) {
  const { status, error } = spawnSync(command, args, { cwd: packageRoot, stdio: 'inherit', ...options });
  if (error) throw error;
  return status === 0;
}

/**
 * Runs a program written for Node with this Node.
 * @param {readonly string[]} args
 * @param {import('node:child_process').SpawnSyncOptions} [options]
 */
export function runNode(args, options) {
  return run(process.execPath, args, options);
}
