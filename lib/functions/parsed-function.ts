import { type Analysis, analyse, type ContextUse, type Reference } from './scope-analysis.js';
import { child, children, isClassNode, isNode, parse, type SyntaxNode } from './syntax.js';

/** How a function's text must stand in code to give the function back. */
export type FunctionForm = 'function' | 'arrow' | 'class' | 'method' | 'getter' | 'setter';

/** The name that a function's text gives to it. */
export interface OwnName {
  readonly name: string;
  readonly start: number;
  readonly end: number;
  /** Whether the function assigns to its own name. */
  readonly isReassigned: boolean;
}

/** A function's own text, parsed. All positions are offsets into {@link text}. */
export interface ParsedFunction {
  readonly text: string;
  readonly form: FunctionForm;
  /** The function or class. */
  readonly node: SyntaxNode;
  /** The key of a method, getter or setter; undefined for other forms. */
  readonly key: { readonly start: number; readonly end: number; readonly computed: boolean } | undefined;
  /** The name that the text itself gives to the function or class. */
  readonly ownName: OwnName | undefined;
  /** Names that the text uses and does not declare, with all their uses, in the order of their first use. */
  readonly free: ReadonlyMap<string, readonly Reference[]>;
  /** `this`, `super`, `new.target` and `arguments` that belong to the code around the text. */
  readonly outerContext: readonly (ContextUse | { readonly kind: 'arguments'; readonly node: SyntaxNode })[];
  readonly importMetas: readonly SyntaxNode[];
  readonly importExpressions: readonly SyntaxNode[];
  /** Calls of something named `require`. */
  readonly requireCalls: readonly SyntaxNode[];
  /** A name such as `#x` of a class that is not part of the text. */
  readonly foreignPrivateName: SyntaxNode | undefined;
}

/** Closures of one place share their text, which is parsed once. Bounds on the memory for that: texts, characters. */
const REMEMBERED = 200;
const REMEMBERED_LENGTH = 20_000;
const remembered = new Map<string, ParsedFunction>();

/** Parses what `Function.prototype.toString` gives. Throws SyntaxError for what the parser does not know. */
export function parseFunction(text: string, strict: boolean): ParsedFunction {
  const key = (strict ? 's' : 'l') + text;
  const before = remembered.get(key);
  if (before !== undefined) return before;
  const parsed = parseForm(text, strict, 'function') ?? parseForm(text, strict, 'method');
  if (parsed === undefined) {
    parse(`(${text}\n)`, 'script'); // throws what is wrong with it
    throw new SyntaxError('this is no function');
  }
  if (text.length <= REMEMBERED_LENGTH) {
    if (remembered.size >= REMEMBERED) remembered.clear();
    remembered.set(key, parsed);
  }
  return parsed;
}

function parseForm(text: string, strict: boolean, as: 'function' | 'method'): ParsedFunction | undefined {
  // Inside a function, so that `new.target` may stand in an arrow function.
  const [open, close] = as === 'function' ? ['(', ')'] : ['({', '})'];
  const prefix = `(function(){${strict ? "'use strict';" : ''}return${open}`;
  let program: SyntaxNode;
  try {
    program = parse(`${prefix}${text}\n${close}})`, 'script');
  } catch {
    return undefined;
  }
  move(program, -prefix.length);
  const [statement] = children(program, 'body');
  const wrapper = child(statement!, 'expression');
  const returned = (children(child(wrapper, 'body'), 'body').at(-1) as SyntaxNode).argument as SyntaxNode;
  let node = returned;
  let form: FunctionForm;
  let key: ParsedFunction['key'];
  if (as === 'method') {
    const [property, ...more] = children(returned, 'properties') as SyntaxNode[];
    if (property === undefined || more.length > 0 || property.type !== 'Property') return undefined;
    node = child(property, 'value');
    form = property.kind === 'get' ? 'getter' : property.kind === 'set' ? 'setter' : 'method';
    if (form === 'method' && property.method !== true) return undefined;
    const { start, end } = child(property, 'key');
    // The brackets of a computed key belong to it.
    key =
      property.computed === true
        ? { start: text.lastIndexOf('[', start - 1), end: text.indexOf(']', end) + 1, computed: true }
        : { start, end, computed: false };
  } else if (node.type === 'ArrowFunctionExpression') form = 'arrow';
  else if (node.type === 'FunctionExpression') form = 'function';
  else if (isClassNode(node)) form = 'class';
  else return undefined;

  const analysis = analyse(program, strict);
  const id = as === 'function' && isNode(node.id) ? node.id : undefined;
  return {
    text,
    form,
    node,
    key,
    ownName: id && ownName(id, node, analysis),
    ...outside(analysis, wrapper, node),
    importMetas: analysis.importMetas,
    importExpressions: analysis.importExpressions,
    requireCalls: analysis.requireCalls,
    foreignPrivateName: analysis.foreignPrivateNames[0],
  };
}

function ownName(id: SyntaxNode, node: SyntaxNode, analysis: Analysis): OwnName {
  const isReassigned = analysis.references.some(
    ({ write, variable }) => write && variable?.kind === 'self' && variable.declaration === node,
  );
  return { name: id.name as string, start: id.start, end: id.end, isReassigned };
}

/** What the text of `node` takes from around it. `wrapper` is the function that was put around it. */
function outside(
  analysis: Analysis,
  wrapper: SyntaxNode,
  node: SyntaxNode,
): Pick<ParsedFunction, 'free' | 'outerContext'> {
  const free = new Map<string, Reference[]>();
  // A method's `super` belongs to the object or class around it.
  const outerContext: ParsedFunction['outerContext'][number][] = analysis.contextUses.filter(
    (use) => use.owner === wrapper || (use.kind === 'super' && use.owner === node),
  );
  for (const reference of analysis.references) {
    if (reference.variable !== undefined && reference.variable.scope.node !== wrapper) continue;
    if (reference.variable?.kind === 'arguments') {
      outerContext.push({ kind: 'arguments', node: reference.node });
      continue;
    }
    const uses = free.get(reference.name);
    if (uses === undefined) free.set(reference.name, [reference]);
    else uses.push(reference);
  }
  return { free, outerContext };
}

/** Moves the positions of a whole tree. Some nodes appear twice in a tree (`{ name }`), and move once. */
function move(tree: SyntaxNode, by: number): void {
  const moved = new Set<SyntaxNode>();
  const visit = (node: SyntaxNode): void => {
    if (moved.has(node)) return;
    moved.add(node);
    node.start += by;
    node.end += by;
    for (const key in node) {
      const value = node[key];
      if (Array.isArray(value)) for (const item of value) isNode(item) && visit(item);
      else if (isNode(value)) visit(value);
    }
  };
  visit(tree);
}
