import { spawnSync } from 'node:child_process';
import { join } from 'node:path';

/**
 * Compiles the addon where npm has not: npm 12 skips the install scripts that its user has not allowed. Blocks for a
 * minute or so, once per installation; several programs that need it at once wait for each other.
 * @returns whether it is there now; why not, the compiler has written to stderr
 */
export function compileAddon(packageRoot: string): boolean {
  process.stderr.write('mobula: compiling the addon, once, because npm did not run the install script ...\n');
  const script = join(packageRoot, 'scripts/install.mjs');
  // Whatever it prints goes to stderr, because a program's stdout may be read by another one.
  const { status } = spawnSync(process.execPath, [script], { stdio: ['ignore', 2, 2] });
  return status === 0;
}
