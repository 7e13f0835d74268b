import { fileURLToPath } from 'node:url';
import { type Analysis, analyse, resolve, type Scope, type Variable } from './scope-analysis.js';
import {
  child,
  children,
  forEachChild,
  hasUseStrict,
  isClassNode,
  isFunctionNode,
  isNode,
  keyName,
  parse,
  type SyntaxNode,
  stringOf,
} from './syntax.js';

/** A script as the engine loaded it. */
export interface ScriptInfo {
  readonly id: string;
  /** URL; '' for code that came from no file. */
  readonly url: string;
  readonly isModule: boolean;
  /** What its `sourceMappingURL` comment says; '' without one. */
  readonly sourceMapUrl: string;
  /** Where its first character counts as standing, from 0. */
  readonly startLine: number;
  readonly startColumn: number;
}

/** Where a name of a script came from. `path` leads from the module's namespace (or `module.exports`) to the value. */
export type Origin =
  | {
      readonly kind: 'import';
      readonly specifier: string;
      readonly path: readonly string[];
      /** `type` of its import attributes, such as `json`. */
      readonly type: string | undefined;
    }
  | { readonly kind: 'require'; readonly specifier: string; readonly path: readonly string[] }
  /** `helper(require(specifier))`, as compilers write imports in CommonJS. */
  | { readonly kind: 'interop'; readonly specifier: string; readonly shape: InteropShape };

/**
 * What a compiler's helper makes of a CommonJS module: `default` gives what stands for `import x from`, the others
 * what stands for `import * as x from` (`node-namespace` with Node's rule that `default` is always `module.exports`).
 */
export type InteropShape = 'default' | 'namespace' | 'node-namespace';

/** Where a module's export is made. */
export type ExportSource =
  | { readonly kind: 'local'; readonly name: string }
  | { readonly kind: 'default'; readonly start: number; readonly end: number }
  | { readonly kind: 'other'; readonly specifier: string; readonly name: string };

/** Functions that compilers put around `require`, of TypeScript, Babel, swc and esbuild. */
const DEFAULT_HELPER = /^(__importDefault|_interopRequireDefault|_interop_require_default)$/;
const NAMESPACE_HELPER = /^(__importStar|_interopRequireWildcard|_interop_require_wildcard|__toESM)$/;

const EMPTY = Symbol();

/** The source of one script, and what its syntax tells. Everything is worked out when first asked for. */
export class Script {
  readonly info: ScriptInfo;
  readonly source: string;
  #lineStarts: number[] | undefined;
  #tree: SyntaxNode | typeof EMPTY | undefined;
  #analysis: Analysis | undefined;
  #scopes: Map<SyntaxNode, Scope> | undefined;
  #imports: Map<string, Origin> | undefined;
  #exports: Map<string, ExportSource> | undefined;
  #starImports: string[] = [];

  constructor(info: ScriptInfo, source: string) {
    this.info = info;
    this.source = source;
  }

  /** The file's name as the engine shows it in stack traces: a URL for modules, a path for CommonJS. */
  get file(): string {
    const { url, isModule } = this.info;
    return !isModule && url.startsWith('file:') ? fileURLToPath(url) : url;
  }

  /** Offset in the source of a position as the engine counts it. */
  offsetAt(line: number, column: number): number {
    this.#lineStarts ??= lineStarts(this.source);
    const own = line - this.info.startLine;
    return (this.#lineStarts[own] ?? 0) + (own === 0 ? column - this.info.startColumn : column);
  }

  /** Line and column, from 0, as the engine counts them. */
  positionAt(offset: number): { line: number; column: number } {
    this.#lineStarts ??= lineStarts(this.source);
    let [low, high] = [0, this.#lineStarts.length - 1];
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (this.#lineStarts[middle]! <= offset) low = middle;
      else high = middle - 1;
    }
    const column = offset - this.#lineStarts[low]!;
    return { line: low + this.info.startLine, column: low === 0 ? column + this.info.startColumn : column };
  }

  /** Offset at which a function's text begins; the position is one within it, as `[[FunctionLocation]]` gives it. */
  locate(text: string, line: number, column: number): number | undefined {
    const within = this.offsetAt(line, column);
    const start = this.source.lastIndexOf(text, within);
    return start >= 0 && within <= start + text.length ? start : undefined;
  }

  /** The whole script's analysis; undefined when the parser does not understand it. */
  get analysis(): Analysis | undefined {
    if (this.#analysis === undefined && this.#parse() !== undefined) {
      this.#analysis = analyse(this.#parse()!, this.isStrict);
    }
    return this.#analysis;
  }

  #parse(): SyntaxNode | undefined {
    if (this.#tree === undefined) {
      try {
        this.#tree = parse(this.source, this.info.isModule ? 'module' : 'script');
      } catch {
        this.#tree = EMPTY;
      }
    }
    return this.#tree === EMPTY ? undefined : this.#tree;
  }

  /** Whether the script's top level is strict code. */
  get isStrict(): boolean {
    if (this.info.isModule) return true;
    if (!this.source.includes('use strict')) return false;
    const tree = this.#parse();
    return tree !== undefined && hasUseStrict(children(tree, 'body') as SyntaxNode[]);
  }

  /** The nodes around an offset, outermost first. */
  nodesAround(start: number, end: number): SyntaxNode[] {
    const found: SyntaxNode[] = [];
    let node = this.#parse();
    while (node !== undefined) {
      found.push(node);
      let next: SyntaxNode | undefined;
      forEachChild(node, (inner) => {
        if (inner.start <= start && inner.end >= end) next ??= inner;
      });
      node = next;
    }
    return found;
  }

  /** Whether code at an offset is strict; true too for what cannot be parsed but may well be. */
  isStrictAt(start: number, end: number): boolean {
    if (this.isStrict) return true;
    if (!/use strict|\bclass\b/.test(this.source)) return false;
    return this.nodesAround(start, end).some((node) => {
      if (isClassNode(node)) return true;
      const body = isFunctionNode(node) ? child(node, 'body') : undefined;
      return body?.type === 'BlockStatement' && hasUseStrict(children(body, 'body') as SyntaxNode[]);
    });
  }

  /** What a name means to a function at the given place. */
  variableAt(name: string, start: number, end: number): Variable | undefined {
    const analysis = this.analysis;
    if (analysis === undefined) return undefined;
    const scopes = this.#scopesByNode(analysis);
    // The innermost node may be the function itself, whose own scopes do not count.
    const around = this.nodesAround(start, end).filter((node) => node.start < start || node.end > end);
    for (const node of around.reverse()) {
      const scope = scopes.get(node);
      if (scope !== undefined) return resolve(name, scope);
    }
    return resolve(name, analysis.root);
  }

  /** The innermost scope of each node: a function's parameters have a scope of their own. */
  #scopesByNode(analysis: Analysis): Map<SyntaxNode, Scope> {
    if (this.#scopes === undefined) {
      this.#scopes = new Map([[analysis.root.node, analysis.root]]);
      const add = (scope: Scope | undefined): void => {
        for (let at = scope; at !== undefined; at = at.parent) {
          const known = this.#scopes!.get(at.node);
          if (known === undefined || isWithin(at, known)) this.#scopes!.set(at.node, at);
        }
      };
      for (const reference of analysis.references) {
        add(reference.scope);
        add(reference.variable?.scope);
      }
    }
    return this.#scopes;
  }

  /** Whether a variable exists once for the whole run of the script: no function or loop makes new ones of it. */
  isSingle(variable: Variable): boolean {
    const { node } = variable.scope;
    if (variable.scope.parent === undefined) return true;
    return !this.nodesAround(node.start, node.end).some(
      (around) =>
        isFunctionNode(around) ||
        isClassNode(around) ||
        /^(For|ForIn|ForOf|While|DoWhile)Statement$/.test(around.type),
    );
  }

  /** Where a variable of this script was imported from; undefined for one that was made here. */
  originOf(variable: Variable): Origin | undefined {
    const { declaration } = variable;
    if (declaration === undefined) return undefined;
    if (variable.kind === 'import') return this.#importsByName().get(variable.name);
    if (variable.reassigned || declaration.type !== 'VariableDeclarator' || !isNode(declaration.init))
      return undefined;
    const path = pathTo(child(declaration, 'id'), variable.name);
    const source = path && moduleExpression(declaration.init);
    if (source === undefined) return undefined;
    if (source.kind === 'interop') return path!.length === 0 ? source : undefined;
    return { ...source, path: [...source.path, ...path!] };
  }

  #importsByName(): Map<string, Origin> {
    if (this.#imports === undefined) this.#readModuleSyntax();
    return this.#imports!;
  }

  /** What the module exports, by name. Stars are in {@link exportedStars}. */
  get exports(): ReadonlyMap<string, ExportSource> {
    if (this.#exports === undefined) this.#readModuleSyntax();
    return this.#exports!;
  }

  /** Modules that it exports with `export * from`. */
  get exportedStars(): readonly string[] {
    if (this.#exports === undefined) this.#readModuleSyntax();
    return this.#starImports;
  }

  #readModuleSyntax(): void {
    this.#imports = new Map();
    this.#exports = new Map();
    const tree = this.#parse();
    if (tree === undefined) return;
    for (const statement of children(tree, 'body') as SyntaxNode[]) {
      const specifier = stringOf(statement.source as SyntaxNode | null);
      if (statement.type === 'ImportDeclaration') this.#readImport(statement, specifier!);
      else if (statement.type === 'ExportNamedDeclaration') this.#readExport(statement, specifier);
      else if (statement.type === 'ExportDefaultDeclaration') {
        const made = child(statement, 'declaration');
        const declared = isNode(made.id) && made.type.endsWith('Declaration');
        this.#exports.set(
          'default',
          declared
            ? { kind: 'local', name: (made.id as SyntaxNode).name as string }
            : { kind: 'default', start: made.start, end: made.end },
        );
      } else if (statement.type === 'ExportAllDeclaration') {
        if (isNode(statement.exported)) {
          this.#exports.set(keyName(statement.exported)!, {
            kind: 'other',
            specifier: specifier!,
            name: '*',
          });
        } else this.#starImports.push(specifier!);
      }
    }
  }

  #readImport(statement: SyntaxNode, specifier: string): void {
    const attributes = (statement.attributes as SyntaxNode[] | undefined) ?? [];
    const type = attributes.find((attribute) => keyName(child(attribute, 'key')) === 'type');
    for (const imported of children(statement, 'specifiers') as SyntaxNode[]) {
      const path =
        imported.type === 'ImportSpecifier'
          ? [keyName(child(imported, 'imported'))!]
          : imported.type === 'ImportDefaultSpecifier'
            ? ['default']
            : [];
      this.#imports!.set(child(imported, 'local').name as string, {
        kind: 'import',
        specifier,
        path,
        type: type && stringOf(child(type, 'value')),
      });
    }
  }

  #readExport(statement: SyntaxNode, specifier: string | undefined): void {
    for (const exported of children(statement, 'specifiers') as SyntaxNode[]) {
      const name = keyName(child(exported, 'local'))!;
      this.#exports!.set(
        keyName(child(exported, 'exported'))!,
        specifier === undefined ? { kind: 'local', name } : { kind: 'other', specifier, name },
      );
    }
    if (!isNode(statement.declaration)) return;
    const { declaration } = statement;
    const names =
      declaration.type === 'VariableDeclaration'
        ? children(declaration, 'declarations').flatMap((declarator) => boundNames(child(declarator!, 'id')))
        : [child(declaration, 'id').name as string];
    for (const name of names) this.#exports!.set(name, { kind: 'local', name });
  }

  /** What an ES module imports statically, re-exports included. */
  get importedModules(): readonly string[] {
    const statements = (this.#parse()?.body ?? []) as SyntaxNode[];
    return statements.flatMap(
      (statement) => stringOf(statement.source as SyntaxNode | null | undefined) ?? [],
    );
  }

  /** The same and more, found without parsing: what comments and strings say that looks like an import. */
  get mentionedModules(): readonly string[] {
    return [...this.source.matchAll(/\b(?:from|import)\s*(['"])(.*?)\1/g)].map((match) => match[2]!);
  }
}

function isWithin(inner: Scope, outer: Scope): boolean {
  for (let at: Scope | undefined = inner.parent; at !== undefined; at = at.parent)
    if (at === outer) return true;
  return false;
}

function lineStarts(source: string): number[] {
  const starts = [0];
  // The engine counts these ends of lines; \r\n is one.
  const end = /\r\n|[\n\r\u2028\u2029]/g;
  while (end.exec(source) !== null) starts.push(end.lastIndex);
  return starts;
}

/** Keys from a pattern's value to the name that it binds; undefined where they are computed or counted. */
function pathTo(pattern: SyntaxNode, name: string): string[] | undefined {
  if (pattern.type === 'Identifier') return pattern.name === name ? [] : undefined;
  if (pattern.type !== 'ObjectPattern') return undefined;
  for (const property of children(pattern, 'properties') as SyntaxNode[]) {
    if (property.type !== 'Property' || property.computed === true) continue;
    const rest = pathTo(child(property, 'value'), name);
    if (rest !== undefined) return [keyName(child(property, 'key'))!, ...rest];
  }
  return undefined;
}

function boundNames(pattern: SyntaxNode | null): string[] {
  switch (pattern?.type) {
    case 'Identifier':
      return [pattern.name as string];
    case 'ObjectPattern':
      return (children(pattern, 'properties') as SyntaxNode[]).flatMap((property) =>
        boundNames(child(property, property.type === 'RestElement' ? 'argument' : 'value')),
      );
    case 'ArrayPattern':
      return children(pattern, 'elements').flatMap(boundNames);
    case 'RestElement':
      return boundNames(child(pattern, 'argument'));
    case 'AssignmentPattern':
      return boundNames(child(pattern, 'left'));
    default:
      return [];
  }
}

/** `require('x')`, `await import('x')`, members of these, and a compiler's helper around the first. */
function moduleExpression(node: SyntaxNode): Origin | undefined {
  if (
    node.type === 'MemberExpression' &&
    (node.computed !== true || stringOf(child(node, 'property')) !== undefined)
  ) {
    const object = moduleExpression(child(node, 'object'));
    const key = node.computed === true ? stringOf(child(node, 'property')) : keyName(child(node, 'property'));
    if (object === undefined || object.kind === 'interop' || key === undefined) return undefined;
    return { ...object, path: [...object.path, key] };
  }
  if (node.type === 'AwaitExpression') {
    const awaited = child(node, 'argument');
    const specifier = awaited.type === 'ImportExpression' ? stringOf(child(awaited, 'source')) : undefined;
    // Options may name a type such as JSON: what they import is data, and goes as data.
    if (specifier === undefined || isNode(awaited.options)) return undefined;
    return { kind: 'import', specifier, path: [], type: undefined };
  }
  if (node.type !== 'CallExpression') return undefined;
  const callee = child(node, 'callee');
  const [first, ...rest] = children(node, 'arguments') as SyntaxNode[];
  if (callee.type === 'Identifier' && callee.name === 'require' && first !== undefined) {
    const specifier = stringOf(first);
    return specifier === undefined ? undefined : { kind: 'require', specifier, path: [] };
  }
  const helper = callee.type === 'MemberExpression' ? child(callee, 'property') : callee;
  const name = helper.type === 'Identifier' ? (helper.name as string) : '';
  if (first === undefined || !(DEFAULT_HELPER.test(name) || NAMESPACE_HELPER.test(name))) return undefined;
  const required = moduleExpression(first);
  if (required?.kind !== 'require' || required.path.length > 0) return undefined;
  const shape = DEFAULT_HELPER.test(name) ? 'default' : rest.length > 0 ? 'node-namespace' : 'namespace';
  return { kind: 'interop', specifier: required.specifier, shape };
}
