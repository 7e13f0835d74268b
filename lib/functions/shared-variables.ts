import type { CapturedVariable, CodeDraft } from './code-draft.js';
import { contextsOf } from './heap-contexts.js';
import type { Value } from './payload.js';
import { refusal, type Trail } from './trail.js';
import type { AnyFunction } from './types.js';

/** One function's use of a variable of its surroundings. */
interface Use {
  readonly draft: CodeDraft;
  readonly name: string;
  readonly captured: CapturedVariable;
}

/**
 * Finds the variables that several of the functions share and one of them assigns to, and puts each into an object of
 * its own, a cell, which all of them get: identity of objects is kept on the way, identity of variables is not.
 *
 * Which functions share a variable is not visible in their scopes: two counters made by one factory, both at 0, look
 * the same as two functions of one counter. What the source cannot decide, the heap does.
 *
 * @param dataValue takes a cell along as data
 */
export function shareVariables(
  drafts: readonly CodeDraft[],
  dataValue: (cell: object, trail: Trail) => Value,
): void {
  const alike = groups(drafts).flatMap(splitByDeclaration);
  findContexts(alike.flatMap(({ uses, isSingle }) => (isSingle || uses.length < 2 ? [] : uses)));
  for (const { uses, isSingle } of alike) {
    for (const sharing of isSingle ? [uses] : splitBy(uses, contextOf)) {
      if (sharing.length < 2) continue;
      const known = sharing.map(({ captured }) => cells.get(captured)).find((cell) => cell !== undefined);
      const cell = known ?? { v: sharing[0]!.captured.value };
      for (const { draft, name, captured } of sharing) {
        cells.set(captured, cell);
        draft.variables.cells.add(name);
        draft.variables.values.set(name, dataValue(cell, captured.trail));
      }
    }
  }
}

/** The cell of a variable stays the same when functions are found later that share it too. */
const cells = new WeakMap<CapturedVariable, { v: unknown }>();
/** Identities of the scopes around functions, by how far out they are, where they had to be asked for. */
const contexts = new WeakMap<AnyFunction, Map<number, number>>();

function contextOf({ draft, captured }: Use): number | undefined {
  return contexts.get(draft.fn)?.get(captured.depth);
}

/** Uses that may be of one variable: by script and name, those that some function assigns to. */
function groups(drafts: readonly CodeDraft[]): Use[][] {
  const groups = new Map<string, Use[]>();
  for (const draft of drafts) {
    for (const [name, captured] of draft.variables.captured) {
      const key = captured.scopeType === 'Script' ? name : `${name} ${draft.script.info.id}`;
      const group = groups.get(key);
      if (group === undefined) groups.set(key, [{ draft, name, captured }]);
      else group.push({ draft, name, captured });
    }
  }
  return [...groups.values()].filter(
    (uses) => uses.length > 1 && uses.some(({ captured }) => captured.uses.some((use) => use.write)),
  );
}

/** Uses that look like uses of one variable: of one declaration, and with the same value. */
interface Alike {
  readonly uses: readonly Use[];
  /** Whether the process has only one variable of that declaration. */
  readonly isSingle: boolean;
}

function splitByDeclaration(uses: readonly Use[]): Alike[] {
  const declared = uses.map((use) => ({ use, declaration: declarationOf(use) }));
  return splitBy(declared, ({ declaration }) => declaration.key).flatMap((group): Alike[] => {
    const { isSingle } = group[0]!.declaration;
    const uses = group.map(({ use }) => use);
    if (isSingle) return [{ uses, isSingle }];
    // Different values are different variables.
    return splitBy(uses, ({ captured }) => captured.value).map((uses) => ({ uses, isSingle }));
  });
}

function declarationOf({ draft, name, captured }: Use): { key: string; isSingle: boolean } {
  if (captured.scopeType === 'Module' || captured.scopeType === 'Script') return { key: '', isSingle: true };
  const { script, start, parsed } = draft;
  const variable =
    start === undefined ? undefined : script.variableAt(name, start, start + parsed.text.length);
  if (variable === undefined) return { key: '', isSingle: false };
  const { node } = variable.scope;
  return { key: `${node.start} ${node.end}`, isSingle: script.info.url !== '' && script.isSingle(variable) };
}

function splitBy<Item>(items: readonly Item[], keyOf: (item: Item) => unknown): Item[][] {
  const groups = new Map<unknown, Item[]>();
  for (const item of items) {
    const key = keyOf(item);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [item]);
    else group.push(item);
  }
  return [...groups.values()];
}

/** Asks the heap in which scope each variable stands: once for all of them. */
function findContexts(uses: readonly Use[]): void {
  const unknown = uses.filter((use) => contextOf(use) === undefined);
  if (unknown.length === 0) return;
  let found: number[];
  try {
    found = contextsOf(unknown.map(({ draft, captured }) => ({ fn: draft.fn, depth: captured.depth })));
  } catch (error) {
    const { name, captured } = unknown[0]!;
    throw refusal(
      captured.trail,
      `several of the functions use a variable \`${name}\` that one of them assigns to, and whether it is the same ` +
        `variable cannot be found out (${(error as Error).message}). Put it into an object that they share.`,
      { cause: error },
    );
  }
  for (const [index, { draft, captured }] of unknown.entries()) {
    const known = contexts.get(draft.fn) ?? new Map<number, number>();
    contexts.set(draft.fn, known.set(captured.depth, found[index]!));
  }
}
