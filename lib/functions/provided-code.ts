import { existsSync, mkdirSync, readFileSync, symlinkSync } from 'node:fs';
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { basename, dirname, isAbsolute, join, normalize } from 'node:path';
import { ModulesNotLoadedError, SerializationError } from '../errors/index.js';
import { packageRoot } from '../store/package-files.js';
import { type CodeFile, type CodeManifest, codeHash, type PackageUse } from './code-manifest.js';
import { copyOf, isRelocated, placeOf, relocateTo } from './code-places.js';
import { loadModules, requireLoaded } from './modules.js';
import type { ModuleRecord, OpenPayload } from './payload.js';
import { compiledFiles, NO_FILE, versionFrom } from './program-files.js';
import type { CodeReceiver } from './types.js';

/** How many files are fetched at a time. */
const FETCHES = 16;
/** How an import fails whose file, or whose loader, is not there. */
const NOT_FOUND = /^(ERR_MODULE_NOT_FOUND|MODULE_NOT_FOUND)$/;
const NOT_COMPILED = /^(ERR_MODULE_NOT_FOUND|MODULE_NOT_FOUND|ERR_UNKNOWN_FILE_EXTENSION|ERR_.*TYPE.*)$/;

/**
 * Payloads whose files are at hand, and those for which they are fetched; by hash, and whether the process is relocated: what
 * was there before is asked again.
 */
const provided = new Map<string, Promise<boolean> | 'done'>();
/** Drafts made by this process, which have a name each. */
let drafts = 0;
/** Whether a file of the driver's machine is here, with the same content; by path and hash. */
const same = new Map<string, boolean>();

/** Makes sure that what a payload imports can be imported, and imports it. */
export async function loadCode(open: OpenPayload, receiver: CodeReceiver | undefined): Promise<void> {
  // While one payload's files are fetched, another one's may have relocated the process.
  while (!isProvided(open, receiver)) await provide(open, receiver);
  const { code, modules } = open.unit;
  await explained(modules, code, receiver, () => loadModules(modules));
}

/** Throws ModulesNotLoadedError unless {@link loadCode} has done its work. */
export function requireCode(open: OpenPayload, receiver: CodeReceiver | undefined): void {
  const { modules } = open.unit;
  if (!isProvided(open, receiver)) {
    const names = modules.map(({ specifier }) => specifier);
    throw new ModulesNotLoadedError(names, () => loadCode(open, receiver));
  }
  requireLoaded(modules);
}

function isProvided({ hash, unit }: OpenPayload, receiver: CodeReceiver | undefined): boolean {
  return receiver === undefined || unit.code === undefined || provided.get(keyOf(hash)) === 'done';
}

function keyOf(hash: string, relocated = isRelocated()): string {
  return `${hash} ${relocated}`;
}

async function provide({ hash, unit }: OpenPayload, receiver: CodeReceiver | undefined): Promise<void> {
  const { code } = unit;
  if (receiver === undefined || code === undefined) return;
  const key = keyOf(hash);
  let work = provided.get(key);
  if (work === 'done') return;
  if (work === undefined) {
    work = provideFiles(code, receiver).then((relocated) => {
      checkPackages(code, receiver);
      return relocated;
    });
    provided.set(key, work);
  }
  try {
    const relocated = await work;
    provided.delete(key);
    provided.set(keyOf(hash, relocated), 'done');
  } catch (error) {
    // The next task tries again.
    provided.delete(key);
    throw error;
  }
}

/**
 * The program's own files serve where they are as they were on the machine of the driver. Once some are not, no more of
 * them are loaded: a process has a program in one place.
 *
 * @returns whether copies were made, for a process that is relocated
 */
async function provideFiles(code: CodeManifest, receiver: CodeReceiver): Promise<boolean> {
  if (!isRelocated()) {
    if (code.files.every(isSame)) return false;
    relocateTo(makeCodeFolder(receiver), code.mobula);
  }
  for (const path of code.mobulaEntries) linkMobula(path);
  const wanted = code.files.filter(({ shipped }) => shipped).values();
  const fetchers = Array.from({ length: FETCHES }, async () => {
    for (const file of wanted) await place(file, receiver);
  });
  await Promise.all(fetchers);
  return true;
}

function isSame({ path, hash }: CodeFile): boolean {
  // Code of the command line is at home in the driver's folder; other sources nobody could read.
  if (hash === '')
    return basename(path) === NO_FILE ? process.cwd() === dirname(path) : existsSync(dirname(path));
  const key = `${path} ${hash}`;
  let known = same.get(key);
  if (known === undefined) {
    try {
      known = codeHash(readFileSync(path)) === hash;
    } catch {
      known = false;
    }
    same.set(key, known);
  }
  return known;
}

/**
 * Makes the folder below which the program's files are, so that imports of packages find those of the node: folders
 * within each other, each with a link to one folder of packages.
 */
function makeCodeFolder({ folder, packageFolders }: CodeReceiver): string {
  mkdirSync(join(folder, 'node_modules'), { recursive: true, mode: 0o700 });
  link(packageRoot, join(folder, 'node_modules', 'mobula'));
  let at = folder;
  for (const packages of [...packageFolders].reverse()) {
    at = join(at, 'p');
    mkdirSync(at, { recursive: true, mode: 0o700 });
    link(packages, join(at, 'node_modules'));
  }
  const root = join(at, 'code');
  mkdirSync(root, { recursive: true, mode: 0o700 });
  return root;
}

/**
 * By the package.json of its own package a program there does not get to the folders of packages when it imports Mobula. A link
 * in the place of the file that it gets leads on to the Mobula that those folders have: a process has one, whoever asks.
 */
function linkMobula(path: string): void {
  checkPath(path);
  const place = copyOf(path);
  mkdirSync(dirname(place), { recursive: true, mode: 0o700 });
  link(createRequire(import.meta.url).resolve('mobula'), place);
}

function link(target: string, path: string): void {
  try {
    symlinkSync(target, path);
  } catch (error) {
    if ((error as { code?: string }).code !== 'EEXIST') throw error;
  }
}

/** Whatever a payload says, nothing is written but below the folder of the job. */
function checkPath(path: string): void {
  if (!isAbsolute(path) || normalize(path) !== path || path.includes('\0') || path.includes('/node_modules/'))
    throw refused(path, 'it is no path of a program.');
}

/** Writes a file to its place, unless another process of the node has done so. */
async function place({ path, hash }: CodeFile, receiver: CodeReceiver): Promise<void> {
  checkPath(path);
  const target = copyOf(path);
  if (existsSync(target)) {
    if (codeHash(await readFile(target)) === hash) return;
    throw refused(path, 'it was changed while the job ran. Start the program again.');
  }
  const content = await receiver.fetch(hash);
  if (codeHash(content) !== hash) throw refused(path, 'what arrived of it is something else.');
  await mkdir(dirname(target), { recursive: true, mode: 0o700 });
  const draft = `${target}.${process.pid}-${drafts++}`;
  await writeFile(draft, content, { mode: 0o600 });
  await rename(draft, target);
}

function checkPackages({ packages, node }: CodeManifest, receiver: CodeReceiver): void {
  for (const use of packages) {
    const version = versionFrom(use.name, dirname(placeOf(use.from)));
    if (version === use.version) continue;
    if (version !== undefined) throw wrongPackage(use, node, receiver.node, version);
    if (!use.optional) throw missingPackage(use, receiver.node);
  }
}

function missingPackage({ name, version, from }: PackageUse, node: string): SerializationError {
  const what = version === '' ? name : `${name}@${version}`;
  return new SerializationError({
    path: `the import of '${name}'`,
    reason: `node ${node} does not have the package. Run \`npm install ${what}\` where that node was started.`,
    file: from,
  });
}

function wrongPackage(use: PackageUse, driver: string, node: string, found: string): SerializationError {
  const { name, version, from } = use;
  return new SerializationError({
    path: `the import of '${name}'`,
    reason:
      `node ${node} has ${found === '' ? 'one without a version' : `version ${found}`} of the package, ` +
      `node ${driver} of the driver ${version || 'one without a version'}. ` +
      (version === ''
        ? `Put the driver's where node ${node} was started.`
        : `Run \`npm install ${name}@${version}\` where node ${node} was started.`),
    file: from,
  });
}

function refused(path: string, reason: string): SerializationError {
  return new SerializationError({ path: `the program's file ${path}`, reason, file: path });
}

/** Says more of an import that fails on a machine without the program. */
async function explained(
  modules: readonly ModuleRecord[],
  code: CodeManifest | undefined,
  receiver: CodeReceiver | undefined,
  load: () => Promise<void>,
): Promise<void> {
  try {
    await load();
  } catch (error) {
    if (code === undefined || receiver === undefined || !isRelocated()) throw error;
    const { code: kind = '', message } = error as { code?: string; message: string };
    const sources = compiledFiles(code);
    if (sources.length > 0 && (NOT_COMPILED.test(kind) || error instanceof SyntaxError)) {
      throw new SerializationError(
        {
          path: `the import of ${modules.map(({ specifier }) => `'${specifier}'`).join(', ')}`,
          reason:
            `node ${receiver.node} cannot load ${sources[0]}: it is no JavaScript, and the node has no loader for it. ` +
            'Compile the program, or start the nodes with the loader, such as ' +
            "NODE_OPTIONS='--import tsx' mobula start ....",
          file: sources[0],
        },
        { cause: error },
      );
    }
    const missing = NOT_FOUND.test(kind)
      ? code.packages.find(({ name }) => message.includes(`'${name}'`))
      : undefined;
    throw missing === undefined ? error : missingPackage(missing, receiver.node);
  }
}
