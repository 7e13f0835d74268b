import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The folder that holds package.json; this module runs from build/test/support. */
export const packageRoot = fileURLToPath(new URL('../../../', import.meta.url));

/** Absolute path of a file of the source tree, such as `test/functions/fixtures/entry.cjs`, which tsc does not copy. */
export function fixture(path: string): string {
  return join(packageRoot, path);
}

/** Absolute path of the compiled form of a source file: `test/store/fixtures/child.ts` gives build/test/store/fixtures/child.js. */
export function compiled(path: string): string {
  return join(packageRoot, 'build', path.replace(/\.([mc]?)ts$/, '.$1js'));
}
