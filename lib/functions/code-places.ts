import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { packageRoot } from '../store/package-files.js';

/**
 * Where this process has the files of a program that is not installed on this machine: below a folder, under the paths
 * that they have on theirs. Undefined while the program's own files are used.
 */
let base: { readonly folder: string; readonly url: string } | undefined;
/** The folder of Mobula's package on the machine of the driver. */
let library = packageRoot;

const PACKAGES = '/node_modules/';

/** From now on what is imported for shipped functions comes from there. What was imported stays. */
export function relocateTo(folder: string, mobula: string): void {
  library = mobula;
  base = { folder, url: pathToFileURL(folder).href };
}

export function isRelocated(): boolean {
  return base !== undefined;
}

/** Path of a file here, given its path or URL on the machine of the driver. */
export function placeOf(file: string): string {
  const path = file.startsWith('file:') ? fileURLToPath(file) : file;
  if (base === undefined || !path.startsWith('/') || path.startsWith(`${base.folder}/`)) return path;
  if (isOfMobula(path, library)) return join(packageRoot, path.slice(library.length));
  return packagePlace(path, base.folder) ?? join(base.folder, path);
}

/** Where a relocated process has the copy of a program's file, if it has one, given its path on the machine of the driver. */
export function copyOf(path: string): string {
  if (base === undefined) throw new Error('copies of files are for relocated processes');
  return path.startsWith(`${base.folder}/`) ? path : join(base.folder, path);
}

/** Whether a file is of the installed Mobula, which is on each node. */
export function isOfMobula(path: string, root = packageRoot): boolean {
  return path.startsWith(join(root, 'build/lib/')) || path.startsWith(join(root, 'build/bundle/'));
}

/** The package that a file is of, and the folder from which it is found; undefined for a file of the program. */
export function packageOf(path: string): { name: string; from: string; inside: string } | undefined {
  const at = path.lastIndexOf(PACKAGES);
  const [, name, inside = ''] = /^((?:@[^/]+\/)?[^/]+)(\/.*)?$/.exec(path.slice(at + PACKAGES.length)) ?? [];
  return at < 0 || name === undefined ? undefined : { name, from: path.slice(0, at) || '/', inside };
}

/** A file of a package, in the package that this node has. */
function packagePlace(path: string, root: string): string | undefined {
  const known = packageOf(path);
  if (known === undefined) return undefined;
  for (let folder = join(root, known.from); folder !== dirname(folder); folder = dirname(folder)) {
    const candidate = join(folder, PACKAGES, known.name);
    if (existsSync(candidate)) return join(candidate, known.inside);
  }
  return undefined;
}

/** Path or URL of a file on the machine of the driver, given the one here. */
export function originalOf(file: string): string {
  if (base === undefined) return file;
  if (file.startsWith(`${base.folder}/`)) return file.slice(base.folder.length);
  return file.startsWith(`${base.url}/`) ? `file://${file.slice(base.url.length)}` : file;
}

/** A text, such as a stack trace, with the paths that its reader knows. */
function withOriginalPaths(text: string): string {
  if (base === undefined) return text;
  return text.replaceAll(`${base.url}/`, 'file:///').replaceAll(`${base.folder}/`, '/');
}

/** Gives an error, its causes and what it gathers the paths of the driver's machine in their stack traces. */
export function restorePaths(error: unknown, seen = new Set<unknown>()): void {
  if (base === undefined || !(error instanceof Error) || seen.has(error)) return;
  seen.add(error);
  try {
    if (typeof error.stack === 'string') error.stack = withOriginalPaths(error.stack);
  } catch {
    // A frozen one stays as it is.
  }
  restorePaths(error.cause, seen);
  const { errors } = error as { errors?: unknown };
  if (Array.isArray(errors)) for (const inner of errors) restorePaths(inner, seen);
}
