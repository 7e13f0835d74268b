import { existsSync, readdirSync } from 'node:fs';
import { join, relative } from 'node:path';
import { packageRoot } from './run.mjs';

/**
 * Paths, relative to the package's folder and sorted, of the files below `folder` whose names end in one of `endings`.
 * @param {string} folder
 * @param {readonly string[]} endings
 */
export function filesBelow(folder, endings) {
  const top = join(packageRoot, folder);
  if (!existsSync(top)) return [];
  return readdirSync(top, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && endings.some((ending) => entry.name.endsWith(ending)))
    .map((entry) => relative(packageRoot, join(entry.parentPath, entry.name)))
    .sort();
}
