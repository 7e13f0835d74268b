import { createRequire } from 'node:module';
import type * as Acorn from 'acorn';

/** Any node of the syntax tree, with its children reachable by name. */
export type SyntaxNode = Acorn.Node & { [key: string]: unknown };

const require = createRequire(import.meta.url);
let acorn: typeof Acorn | undefined;

/**
 * Parses as leniently as a function's text out of its context needs: `super`, `import.meta` and `#private` may stand
 * anywhere. Throws SyntaxError.
 *
 * The parser is loaded at the first call: a worker that only revives functions never needs it.
 */
export function parse(text: string, sourceType: 'script' | 'module'): SyntaxNode {
  acorn ??= require('acorn') as typeof Acorn;
  return acorn.parse(text, {
    ecmaVersion: 'latest',
    sourceType,
    allowHashBang: true,
    allowReturnOutsideFunction: true,
    allowImportExportEverywhere: true,
    allowSuperOutsideMethod: true,
    checkPrivateFields: false,
  }) as unknown as SyntaxNode;
}

export function isNode(value: unknown): value is SyntaxNode {
  return typeof value === 'object' && value !== null && typeof (value as SyntaxNode).type === 'string';
}

/** A child that the grammar says is there. */
export function child(node: SyntaxNode, key: string): SyntaxNode {
  return node[key] as SyntaxNode;
}

export function children(node: SyntaxNode, key: string): (SyntaxNode | null)[] {
  return node[key] as (SyntaxNode | null)[];
}

/** Calls back for each direct child, in source order within a property. */
export function forEachChild(node: SyntaxNode, act: (child: SyntaxNode) => void): void {
  for (const key in node) {
    const value = node[key];
    if (Array.isArray(value)) {
      for (const item of value) if (isNode(item)) act(item);
    } else if (isNode(value)) {
      act(value);
    }
  }
}

/** The text of a string literal; undefined for other nodes. */
export function stringOf(node: SyntaxNode | null | undefined): string | undefined {
  return node?.type === 'Literal' && typeof node.value === 'string' ? node.value : undefined;
}

/** The name that a property's key, an import or an export says without computing: identifier, string or number. */
export function keyName(key: SyntaxNode): string | undefined {
  if (key.type === 'Identifier') return key.name as string;
  if (key.type === 'Literal') return String(key.value);
  return undefined;
}

export function isFunctionNode(node: SyntaxNode): boolean {
  return (
    node.type === 'FunctionDeclaration' ||
    node.type === 'FunctionExpression' ||
    node.type === 'ArrowFunctionExpression'
  );
}

export function isClassNode(node: SyntaxNode): boolean {
  return node.type === 'ClassDeclaration' || node.type === 'ClassExpression';
}

/** Whether a body of statements begins with the directive `'use strict'`. */
export function hasUseStrict(statements: readonly SyntaxNode[]): boolean {
  for (const statement of statements) {
    if (statement.type !== 'ExpressionStatement' || statement.directive === undefined) return false;
    if (statement.directive === 'use strict') return true;
  }
  return false;
}
