import type { CapturedVariable, CodeDraft } from './code-draft.js';
import { contextsOf } from './heap-contexts.js';
import type { Value } from './payload.js';
import { refusal, type Trail } from './trail.js';

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
  for (const uses of groups(drafts)) {
    for (const sharing of splitByVariable(uses)) {
      if (sharing.length < 2) continue;
      const [first] = sharing;
      const cell = cells.get(first!.captured) ?? { v: first!.captured.value };
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

/** Splits uses of one name into those of one and the same variable. */
function splitByVariable(uses: readonly Use[]): Use[][] {
  const byDeclaration = new Map<string, Use[]>();
  for (const use of uses) {
    const key = declarationOf(use);
    const group = byDeclaration.get(key);
    if (group === undefined) byDeclaration.set(key, [use]);
    else group.push(use);
  }
  return [...byDeclaration].flatMap(([key, group]) => {
    if (key.startsWith(SINGLE)) return [group];
    // Different values are different variables.
    const byValue = new Map<unknown, Use[]>();
    for (const use of group)
      byValue.set(use.captured.value, [...(byValue.get(use.captured.value) ?? []), use]);
    return [...byValue.values()].flatMap((alike) => (alike.length < 2 ? [alike] : splitByContext(alike)));
  });
}

const SINGLE = 'single ';

/** The declaration that a use refers to; marked when there is only one variable of it in the process. */
function declarationOf({ draft, name, captured }: Use): string {
  if (captured.scopeType === 'Module' || captured.scopeType === 'Script') return SINGLE;
  const { script, start, parsed } = draft;
  const variable =
    start === undefined ? undefined : script.variableAt(name, start, start + parsed.text.length);
  if (variable === undefined) return '';
  const { node } = variable.scope;
  return `${script.isSingle(variable) && script.info.url !== '' ? SINGLE : ''}${node.start} ${node.end}`;
}

/** Asks the heap which functions have the very same scope. */
function splitByContext(uses: readonly Use[]): Use[][] {
  let contexts: number[];
  try {
    contexts = contextsOf(uses.map(({ draft, captured }) => ({ fn: draft.fn, depth: captured.depth })));
  } catch (error) {
    const { name, captured } = uses[0]!;
    throw refusal(
      captured.trail,
      `several of the functions use a variable \`${name}\` that one of them assigns to, and whether it is the same ` +
        `variable cannot be found out (${(error as Error).message}). Put it into an object that they share.`,
      { cause: error },
    );
  }
  const groups = new Map<number, Use[]>();
  for (const [index, use] of uses.entries()) {
    const context = contexts[index]!;
    groups.set(context, [...(groups.get(context) ?? []), use]);
  }
  return [...groups.values()];
}
