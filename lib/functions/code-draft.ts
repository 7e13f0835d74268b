import type { FunctionFacts } from './inspection.js';
import type { ParsedFunction } from './parsed-function.js';
import type { CodeRecord, Value } from './payload.js';
import type { Reference } from './scope-analysis.js';
import type { Script } from './script.js';
import { forEachChild, type SyntaxNode } from './syntax.js';
import { applyEdits, type TextEdit } from './text-edits.js';
import type { Trail } from './trail.js';
import type { AnyFunction } from './types.js';

/** A variable of the code around a function that the function uses. */
export interface CapturedVariable {
  readonly uses: readonly Reference[];
  /** How many scopes out it was found. */
  readonly depth: number;
  readonly scopeType: string;
  readonly value: unknown;
  readonly trail: Trail;
}

/** The variables that a function takes along. */
export interface CapturedVariables {
  readonly values: Map<string, Value>;
  /** Where the text uses each. */
  readonly uses: Map<string, readonly Reference[]>;
  /** Those that other functions may share. */
  readonly captured: Map<string, CapturedVariable>;
  /** Those accessed as `name.v`, because they are shared, or imports that change. */
  readonly cells: Set<string>;
}

/** A function whose text is still to be edited: which variables are shared is known when all functions are. */
export interface CodeDraft {
  readonly kind: 'draft';
  readonly fn: AnyFunction;
  readonly parsed: ParsedFunction;
  readonly script: Script;
  readonly facts: FunctionFacts;
  /** Offset of its text in the script; undefined when it was not found there. */
  readonly start: number | undefined;
  readonly edits: readonly TextEdit[];
  readonly variables: CapturedVariables;
  readonly rest: Omit<CodeRecord, 'kind' | 'text' | 'variables'>;
}

export function finishCode(draft: CodeDraft): CodeRecord {
  const { parsed, edits, variables, rest } = draft;
  const cells = [...variables.cells].flatMap((name) => cellEdits(parsed, name, variables.uses.get(name)!));
  return {
    kind: 'code',
    text: applyEdits(parsed.text, [...edits, ...cells]),
    variables: [...variables.values],
    ...rest,
  };
}

/** Makes each use of a variable one of the property `v` of what the variable then holds. */
function cellEdits(parsed: ParsedFunction, name: string, uses: readonly Reference[]): TextEdit[] {
  let statements: ReadonlySet<number> | undefined;
  return uses.map(({ node, role }) => {
    const { start, end } = node;
    if (role === 'shorthand') return { start, end, text: `${name}: ${name}.v` };
    if (role === 'plain') return { start, end, text: `${name}.v` };
    // A plain call has no receiver. At the start of a statement the line before may lack its semicolon.
    statements ??= startsOfStatements(parsed.node);
    return { start, end, text: `${statements.has(start) ? ';' : ''}(0,${name}.v)` };
  });
}

/** Offsets at which an expression begins as a statement of a list of statements. */
function startsOfStatements(root: SyntaxNode): Set<number> {
  const found = new Set<number>();
  const visit = (node: SyntaxNode): void => {
    const list = node.type === 'SwitchCase' ? node.consequent : node.body;
    if (Array.isArray(list)) {
      for (const item of list as SyntaxNode[]) if (item.type === 'ExpressionStatement') found.add(item.start);
    }
    forEachChild(node, visit);
  };
  visit(root);
  return found;
}
