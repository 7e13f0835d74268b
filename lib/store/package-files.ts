import { existsSync } from 'node:fs';
import { dirname, join, sep } from 'node:path';
import { fileURLToPath } from 'node:url';

/** This module, or the chunk of the bundle that it became a part of. */
const here = dirname(fileURLToPath(import.meta.url));

/** The folder of the package: the nearest one above that has a package.json. */
export const packageRoot = findRoot(here);

/** The compiled modules one by one, or the same bundled into few files, which load several times faster. */
const compiled = join(
  packageRoot,
  'build',
  here.startsWith(join(packageRoot, 'build', 'bundle') + sep) || here === join(packageRoot, 'build', 'bundle')
    ? 'bundle'
    : 'lib',
);

/** The program of a process that Mobula starts: of the same form as the code that starts it. */
export function programFile(process: 'raylet' | 'worker' | 'gateway'): string {
  return join(compiled, process, 'main.js');
}

function findRoot(folder: string): string {
  return existsSync(join(folder, 'package.json')) || folder === dirname(folder)
    ? folder
    : findRoot(dirname(folder));
}
