import { readFileSync, statSync } from 'node:fs';
import { createRequire, isBuiltin } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { SerializationError } from '../errors/index.js';
import { packageRoot } from '../store/package-files.js';
import {
  type CodeFile,
  type CodeManifest,
  codeHash,
  type PackageUse,
  type SentFile,
} from './code-manifest.js';
import { isOfMobula, originalOf, packageOf, placeOf } from './code-places.js';
import { type FileImport, importsOfFile, importsOfText } from './file-imports.js';
import { SOURCE_EXTENSIONS } from './module-graph.js';
import { ownImport, packageFile, packageName } from './own-imports.js';
import type { Unit } from './payload.js';

/** Bytes of all files that the functions of one job take along. */
const MOST_CODE_BYTES = 256 * 1024 ** 2;

/** Stands in the working folder for code of no file. */
export const NO_FILE = 'shipped.js';

/** What is parsed for imports; what else is referred to is an asset or JSON. */
const JAVASCRIPT = /\.[cm]?js$/;
/** What only a loader makes JavaScript of. */
const COMPILED = /\.([cm]?ts|tsx|jsx)$/;

interface KnownFile {
  readonly file: CodeFile;
  /** Files that it leads to, and the package.json that says how it is read. */
  readonly files: readonly string[];
  readonly packages: readonly PackageUse[];
  /** See {@link CodeManifest.mobulaEntries}. */
  readonly mobulaEntries: readonly string[];
}

/**
 * Finds what functions need of their program: all files of the program's package that they import, directly or not, and
 * the versions of the packages. Each file is read and sent once a session; what is written to it later does not count.
 */
export class ProgramFiles {
  readonly #node: string;
  readonly #send: (file: SentFile) => void;
  readonly #known = new Map<string, KnownFile | undefined>();
  readonly #sources = new Map<string, CodeFile | undefined>();
  #bytes = 0;

  /**
   * @param node this node, for messages
   * @param send puts a file where every process of the job finds it
   */
  constructor(node: string, send: (file: SentFile) => void) {
    this.#node = node;
    this.#send = send;
  }

  /** @throws SerializationError when the job's files are too large */
  manifestOf(unit: Unit): CodeManifest {
    const sources = new Map<string, CodeFile>();
    const packages = new Map<string, PackageUse>();
    const mobulaEntries = new Set<string>();
    const reached = new Set<string>();
    const refer = (from: string, imports: readonly FileImport[]): void => {
      const place = placeOf(from);
      if (!place.startsWith('/') || isOfMobula(place)) return;
      const original = originalOf(place);
      const installed = packageOf(original);
      if (installed !== undefined) {
        const { name, from } = installed;
        const version = versionFrom(name, placeOf(from));
        const use = { name, version: version ?? '', from: join(from, 'package.json'), optional: false };
        packages.set(`${name}@${use.version}`, use);
        return;
      }
      const source = this.#source(place);
      if (source !== undefined) sources.set(original, source);
      const scope = packageFile(place);
      if (scope !== undefined) reached.add(scope);
      const found = this.#follow(place, imports);
      for (const file of found.files) reached.add(file);
      for (const use of found.packages) packages.set(`${use.name}@${use.version}`, use);
      for (const entry of found.mobulaEntries) mobulaEntries.add(entry);
    };
    for (const { how, specifier, parent } of unit.modules)
      refer(pathOfParent(parent || specifier), [{ specifier, how, isStatic: true }]);
    for (const { file } of unit.files) refer(pathOfParent(file), []);
    for (const record of unit.functions) {
      if (record.kind === 'code')
        refer(pathOfParent(unit.files[record.file]!.file), importsOfText(record.text));
    }

    const files = new Map<string, CodeFile>();
    for (const path of reached) {
      const known = this.#file(path);
      if (known === undefined) continue;
      files.set(known.file.path, known.file);
      for (const next of known.files) reached.add(next);
      for (const entry of known.mobulaEntries) mobulaEntries.add(entry);
      for (const use of known.packages) {
        const key = `${use.name}@${use.version}`;
        if (packages.get(key)?.optional !== false) packages.set(key, use);
      }
    }
    for (const [path, source] of sources) if (!files.has(path)) files.set(path, source);
    return {
      node: this.#node,
      mobula: packageRoot,
      mobulaEntries: [...mobulaEntries].sort(),
      files: [...files.values()].sort((a, b) => (a.path < b.path ? -1 : 1)),
      packages: [...packages.values()].sort((a, b) => (a.name < b.name ? -1 : 1)),
    };
  }

  /** Where code came from that goes as text. */
  #source(place: string): CodeFile | undefined {
    if (!this.#sources.has(place)) {
      const content = contentOf(place);
      const hash = content === undefined ? '' : codeHash(content);
      this.#sources.set(place, { path: originalOf(place), hash, shipped: false });
    }
    return this.#sources.get(place);
  }

  #file(place: string): KnownFile | undefined {
    if (this.#known.has(place)) return this.#known.get(place);
    let known: KnownFile | undefined;
    const path = originalOf(place);
    const size = statSync(place, { throwIfNoEntry: false })?.size ?? 0;
    if (this.#bytes + size > MOST_CODE_BYTES) throw tooLarge(path);
    const content = contentOf(place);
    if (content !== undefined) {
      const hash = codeHash(content);
      this.#bytes += content.length;
      this.#send({ hash, path, content });
      const text = (): string => content.toString('utf8');
      const imports = JAVASCRIPT.test(place)
        ? importsOfFile(text())
        : COMPILED.test(place)
          ? importsOfText(text())
          : [];
      const found = this.#follow(place, imports);
      const scope = packageFile(place);
      const files = scope === undefined || scope === place ? found.files : [...found.files, scope];
      known = { file: { path, hash, shipped: true }, ...found, files };
    }
    this.#known.set(place, known);
    return known;
  }

  /** Where the imports of a file lead. */
  #follow(place: string, imports: readonly FileImport[]): Omit<KnownFile, 'file'> {
    const files: string[] = [];
    const packages: PackageUse[] = [];
    const mobulaEntries: string[] = [];
    const add = (file: string | undefined): void => {
      if (file !== undefined && !originalOf(file).includes('/node_modules/') && !isOfMobula(file))
        files.push(file);
    };
    for (const { specifier: written, how, isStatic } of imports) {
      if (isOutside(written)) continue;
      if (/^(\.{1,2}(\/|$)|\/|file:)/.test(written) || how === 'url') {
        add(fileOf(written, place, how));
        continue;
      }
      const { specifier, file } = ownImport(written, place, how) ?? { specifier: written, file: undefined };
      if (file !== undefined) {
        // Another node has its own Mobula, and two that are not of one version must not meet.
        if (specifier === 'mobula') mobulaEntries.push(originalOf(file));
        else add(existing(file));
        continue;
      }
      if (isOutside(specifier)) continue;
      const name = packageName(specifier);
      const version = name === undefined ? undefined : versionFrom(name, dirname(place));
      if (name === undefined || version === undefined || name === 'mobula') continue;
      packages.push({ name, version, from: originalOf(place), optional: !isStatic });
    }
    return { files, packages, mobulaEntries };
  }
}

/** Whether no file of a program or package is meant. */
function isOutside(specifier: string): boolean {
  return isBuiltin(specifier) || /^(data|https?|node):/.test(specifier);
}

function tooLarge(path: string): SerializationError {
  return new SerializationError({
    path: `the program's file ${path}`,
    reason:
      `with it the functions of this job import more than ${MOST_CODE_BYTES / 1024 ** 2} MiB of files, the limit. ` +
      'Read large data inside the task, or pass it as an argument.',
    file: path,
  });
}

/** Those files of a manifest that only a loader can read. */
export function compiledFiles({ files }: CodeManifest): string[] {
  return files.filter(({ path }) => COMPILED.test(path)).map(({ path }) => path);
}

/** The version of the package that an import in the folder leads to; undefined when there is none. */
export function versionFrom(name: string, folder: string): string | undefined {
  for (let at = folder; ; at = dirname(at)) {
    const found = versionIn(join(at, 'node_modules', name));
    if (found !== undefined) return found;
    if (at === dirname(at)) break;
  }
  for (const global of nodePath()) {
    const found = versionIn(join(global, name));
    if (found !== undefined) return found;
  }
  return undefined;
}

/** Folders of packages that the environment names. */
export function nodePath(): string[] {
  return (process.env.NODE_PATH ?? '').split(':').filter((folder) => folder.startsWith('/'));
}

function versionIn(folder: string): string | undefined {
  const content = contentOf(join(folder, 'package.json'));
  if (content === undefined) return undefined;
  try {
    const { version } = JSON.parse(content.toString('utf8')) as { version?: unknown };
    return typeof version === 'string' ? version : '';
  } catch {
    return '';
  }
}

/** The file that a path or `file:` URL of an import leads to, with what loaders and `require` make of it. */
function fileOf(specifier: string, from: string, how: FileImport['how']): string | undefined {
  // What names a file of the driver's machine is looked for where this process has it.
  const absolute = /^(\/|file:)/.test(specifier) ? pathToFileURL(placeOf(specifier)).href : specifier;
  let path: string;
  try {
    if (how === 'require')
      return createRequire(from).resolve(absolute.startsWith('file:') ? fileURLToPath(absolute) : specifier);
  } catch {
    // A loader may have done it.
  }
  try {
    path = fileURLToPath(new URL(absolute, pathToFileURL(from)));
  } catch {
    return undefined;
  }
  return how === 'url' && !isFile(path) ? undefined : existing(path);
}

/** A file, or what a loader finds in its place. */
function existing(path: string): string | undefined {
  if (isFile(path)) return path;
  for (const [extension, others] of SOURCE_EXTENSIONS) {
    if (!extension.test(path)) continue;
    for (const other of others) {
      const candidate = path.replace(extension, other);
      if (isFile(candidate)) return candidate;
    }
  }
  return undefined;
}

/** Code of no file is in the working folder, as far as imports are concerned. */
function pathOfParent(file: string): string {
  return /^(file:|\/)/.test(file) ? file : join(process.cwd(), NO_FILE);
}

function isFile(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isFile() ?? false;
}

function contentOf(path: string): Buffer | undefined {
  try {
    return readFileSync(path);
  } catch {
    return undefined;
  }
}
