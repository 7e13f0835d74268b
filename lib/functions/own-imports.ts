import { readFileSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** What an import of a package's own name, or of one of its `imports`, leads to. */
export interface OwnImport {
  /** What is imported in the end: one of the `imports` may stand for something else. */
  readonly specifier: string;
  /** Path of the file of the package; undefined when one of the `imports` leads to another package. It may not exist. */
  readonly file: string | undefined;
}

/** A value of `exports` or `imports`. */
type Target = string | null | readonly Target[] | { readonly [key: string]: Target };
type Targets = { readonly [key: string]: Target };

/**
 * Resolves what a file imports of the package in which it stands, as Node.js does, which tells nobody what an `import`
 * leads to from another file.
 *
 * @returns undefined for every other import
 */
export function ownImport(specifier: string, from: string, how: 'import' | 'require'): OwnImport | undefined {
  const name = packageName(specifier);
  if (name === undefined && !specifier.startsWith('#')) return undefined;
  const scope = packageFile(from);
  const manifest = scope === undefined ? undefined : manifestOf(scope);
  if (manifest === undefined) return undefined;
  let target: string | null | undefined;
  if (name === undefined) {
    target = isTargets(manifest.imports) ? matched(specifier, manifest.imports, how) : undefined;
    if (typeof target === 'string' && !target.startsWith('./')) {
      if (/^[#./]/.test(target)) return undefined;
      return ownImport(target, from, how) ?? { specifier: target, file: undefined };
    }
  } else {
    // Without `exports` a package has no name for itself.
    if (name !== manifest.name || manifest.exports == null) return undefined;
    target = matched(`.${specifier.slice(name.length)}`, subpaths(manifest.exports), how);
  }
  return target?.startsWith('./') ? { specifier, file: join(dirname(scope!), target) } : undefined;
}

/** The nearest package.json above a file. */
export function packageFile(file: string): string | undefined {
  for (let folder = dirname(file); ; folder = dirname(folder)) {
    const candidate = join(folder, 'package.json');
    if (statSync(candidate, { throwIfNoEntry: false })?.isFile()) return candidate;
    if (folder === dirname(folder)) return undefined;
  }
}

/** `@scope/name/sub` is of `@scope/name`; undefined for what is no package's name. */
export function packageName(specifier: string): string | undefined {
  return /^(@[^/]+\/)?[^/@#.:][^/:]*/.exec(specifier)?.[0];
}

function manifestOf(file: string): { name?: unknown; exports?: Target; imports?: Target } | undefined {
  try {
    const content: unknown = JSON.parse(readFileSync(file, 'utf8'));
    return typeof content === 'object' && content !== null ? content : undefined;
  } catch {
    return undefined;
  }
}

/** `exports` may be the target of the package's bare name alone. */
function subpaths(exported: Target): Targets {
  return isTargets(exported) && Object.keys(exported).every((key) => key.startsWith('.'))
    ? exported
    : { '.': exported };
}

/** The target of a key, or of the most specific pattern that fits; null where the package says that there is none. */
function matched(wanted: string, targets: Targets, how: 'import' | 'require'): string | null | undefined {
  if (!wanted.includes('*') && Object.hasOwn(targets, wanted)) return chosen(targets[wanted]!, '', how);
  let best: { key: string; length: number; inside: string } | undefined;
  for (const key of Object.keys(targets)) {
    const [before, after, more] = key.split('*');
    if (after === undefined || more !== undefined) continue;
    if (wanted.length < key.length || !wanted.startsWith(before!) || !wanted.endsWith(after)) continue;
    const length = before!.length;
    const isBetter =
      best === undefined || length > best.length || (length === best.length && key.length > best.key.length);
    if (isBetter) best = { key, length, inside: wanted.slice(length, wanted.length - after.length) };
  }
  return best && chosen(targets[best.key]!, best.inside, how);
}

/** @param inside what stands for the asterisk of a pattern */
function chosen(target: Target, inside: string, how: 'import' | 'require'): string | null | undefined {
  if (target === null) return null;
  if (typeof target === 'string') return target.replaceAll('*', () => inside);
  if (!isTargets(target)) {
    for (const each of target) {
      const found = chosen(each, inside, how);
      if (typeof found === 'string') return found;
    }
    return null;
  }
  const conditions = conditionsOf(how);
  for (const [condition, each] of Object.entries(target)) {
    if (!conditions.has(condition)) continue;
    const found = chosen(each, inside, how);
    if (found !== undefined) return found;
  }
  return undefined;
}

function isTargets(target: Target | undefined): target is Targets {
  return typeof target === 'object' && target !== null && !Array.isArray(target);
}

const known = new Map<string, ReadonlySet<string>>();

/** The conditions that hold in this process, and in the workers of a program, which have its flags. */
function conditionsOf(how: 'import' | 'require'): ReadonlySet<string> {
  let conditions = known.get(how);
  if (conditions === undefined) {
    const flags = [...(process.env.NODE_OPTIONS ?? '').split(/\s+/), ...process.execArgv];
    const own = flags.flatMap((flag, index) => {
      const [, inline] = /^(?:-C|--conditions)(?:=(.*))?$/.exec(flag) ?? [undefined, null];
      return inline === null ? [] : [inline ?? flags[index + 1] ?? ''];
    });
    conditions = new Set([
      'node',
      how,
      'default',
      ...(flags.includes('--no-addons') ? [] : ['node-addons']),
      // Where `require` takes modules.
      ...((process.features as { require_module?: boolean }).require_module === true ? ['module-sync'] : []),
      ...own,
    ]);
    known.set(how, conditions);
  }
  return conditions;
}
