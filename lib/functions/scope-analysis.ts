import { child, children, forEachChild, isNode, type SyntaxNode } from './syntax.js';

/** Who owns a name. `self` is the name that a function or class expression has inside itself. */
export type VariableKind =
  | 'var'
  | 'let'
  | 'const'
  | 'function'
  | 'class'
  | 'parameter'
  | 'import'
  | 'self'
  | 'arguments';

export interface Variable {
  readonly name: string;
  readonly kind: VariableKind;
  readonly scope: Scope;
  /** The `VariableDeclarator`, import specifier, function or class that declares it. */
  readonly declaration: SyntaxNode | undefined;
  /** Whether anything but its declaration assigns to it. */
  reassigned: boolean;
}

export interface Scope {
  readonly node: SyntaxNode;
  readonly parent: Scope | undefined;
  /** Where `var` declarations within end up. */
  readonly holdsVar: boolean;
  readonly variables: Map<string, Variable>;
}

/** One occurrence of a name as a variable. */
export interface Reference {
  readonly name: string;
  readonly node: SyntaxNode;
  readonly scope: Scope;
  readonly write: boolean;
  /** `shorthand`: `{ name }` in an object or pattern; `callee`: `name(...)` or a template's tag. */
  readonly role: 'plain' | 'shorthand' | 'callee';
  /** Undefined when nothing in the text declares it. */
  variable: Variable | undefined;
}

/** `this`, `super` or `new.target`, and the node whose own they are (a function, field or static block). */
export interface ContextUse {
  readonly kind: 'this' | 'super' | 'new.target';
  readonly node: SyntaxNode;
  readonly owner: SyntaxNode;
}

export interface Analysis {
  readonly root: Scope;
  readonly references: readonly Reference[];
  readonly contextUses: readonly ContextUse[];
  readonly importMetas: readonly SyntaxNode[];
  readonly importExpressions: readonly SyntaxNode[];
  /** Calls of something named `require`. */
  readonly requireCalls: readonly SyntaxNode[];
  /** Names such as `#x` that no class in the text declares. */
  readonly foreignPrivateNames: readonly SyntaxNode[];
}

/**
 * Finds the scopes of a program and what each name in it refers to.
 *
 * @param strict whether the text as a whole is strict code
 */
export function analyse(program: SyntaxNode, strict: boolean): Analysis {
  return new Analyser(program, strict).run();
}

class Analyser {
  readonly #program: SyntaxNode;
  readonly #references: Reference[] = [];
  readonly #contextUses: ContextUse[] = [];
  readonly #importMetas: SyntaxNode[] = [];
  readonly #importExpressions: SyntaxNode[] = [];
  readonly #requireCalls: SyntaxNode[] = [];
  readonly #foreignPrivateNames: SyntaxNode[] = [];
  /** Private names that the classes around the current node declare. */
  readonly #privateNames: Set<string>[] = [];
  /** Whose `this` the current node sees. */
  #owner: SyntaxNode;
  /** A `var` with a value assigns each time that a loop around it comes by. */
  #loopDepth = 0;

  constructor(
    program: SyntaxNode,
    private readonly strict: boolean,
  ) {
    this.#program = program;
    this.#owner = program;
  }

  run(): Analysis {
    const root = openScope(this.#program, undefined, true);
    this.#visitChildren(this.#program, root);
    for (const reference of this.#references) {
      reference.variable = resolve(reference.name, reference.scope);
      if (reference.write && reference.variable !== undefined) reference.variable.reassigned = true;
    }
    return {
      root,
      references: this.#references,
      contextUses: this.#contextUses,
      importMetas: this.#importMetas,
      importExpressions: this.#importExpressions,
      requireCalls: this.#requireCalls,
      foreignPrivateNames: this.#foreignPrivateNames,
    };
  }

  #visitChildren(node: SyntaxNode, scope: Scope): void {
    forEachChild(node, (inner) => this.#visit(inner, scope));
  }

  #visit(node: SyntaxNode, scope: Scope): void {
    switch (node.type) {
      case 'Identifier':
        this.#refer(node, scope, false);
        return;
      case 'FunctionDeclaration':
      case 'FunctionExpression':
      case 'ArrowFunctionExpression':
        this.#visitFunction(node, scope);
        return;
      case 'ClassDeclaration':
      case 'ClassExpression':
        this.#visitClass(node, scope);
        return;
      case 'BlockStatement':
      case 'SwitchStatement':
        this.#visitChildren(node, openScope(node, scope, false));
        return;
      case 'ForStatement':
      case 'ForInStatement':
      case 'ForOfStatement':
        this.#visitFor(node, openScope(node, scope, false));
        return;
      case 'WhileStatement':
      case 'DoWhileStatement':
        this.#loopDepth++;
        this.#visitChildren(node, scope);
        this.#loopDepth--;
        return;
      case 'CatchClause':
        this.#visitCatch(node, scope);
        return;
      case 'VariableDeclaration':
        for (const declarator of children(node, 'declarations')) {
          this.#declareVariable(node.kind as string, declarator!, scope);
        }
        return;
      case 'AssignmentExpression':
        this.#assign(child(node, 'left'), scope);
        this.#visit(child(node, 'right'), scope);
        return;
      case 'UpdateExpression':
        this.#assign(child(node, 'argument'), scope);
        return;
      case 'CallExpression':
      case 'TaggedTemplateExpression':
        this.#visitCall(node, scope);
        return;
      case 'MemberExpression':
        this.#visit(child(node, 'object'), scope);
        if (node.computed === true || child(node, 'property').type === 'PrivateIdentifier') {
          this.#visit(child(node, 'property'), scope);
        }
        return;
      case 'Property':
        this.#visitProperty(node, scope);
        return;
      case 'ThisExpression':
        this.#contextUses.push({ kind: 'this', node, owner: this.#owner });
        return;
      case 'Super':
        this.#contextUses.push({ kind: 'super', node, owner: this.#owner });
        return;
      case 'MetaProperty':
        if (child(node, 'meta').name === 'import') this.#importMetas.push(node);
        else this.#contextUses.push({ kind: 'new.target', node, owner: this.#owner });
        return;
      case 'ImportExpression':
        this.#importExpressions.push(node);
        this.#visitChildren(node, scope);
        return;
      case 'PrivateIdentifier':
        if (!this.#privateNames.some((names) => names.has(node.name as string))) {
          this.#foreignPrivateNames.push(node);
        }
        return;
      case 'LabeledStatement':
        this.#visit(child(node, 'body'), scope);
        return;
      case 'BreakStatement':
      case 'ContinueStatement':
        return;
      case 'ImportDeclaration':
        for (const specifier of children(node, 'specifiers')) {
          declare(scope, child(specifier!, 'local').name as string, 'import', specifier!);
        }
        return;
      case 'ExportNamedDeclaration':
        if (isNode(node.declaration)) this.#visit(node.declaration, scope);
        if (node.source === null) {
          for (const specifier of children(node, 'specifiers')) {
            this.#refer(child(specifier!, 'local'), scope, false);
          }
        }
        return;
      case 'ExportAllDeclaration':
        return;
      default:
        this.#visitChildren(node, scope);
    }
  }

  #refer(node: SyntaxNode, scope: Scope, write: boolean, role: Reference['role'] = 'plain'): void {
    if (node.type !== 'Identifier') return; // a string as the name of an export
    this.#references.push({ name: node.name as string, node, scope, write, role, variable: undefined });
  }

  #visitCall(node: SyntaxNode, scope: Scope): void {
    const key = node.type === 'CallExpression' ? 'callee' : 'tag';
    if (child(node, key).name === 'require' && node.arguments !== undefined) this.#requireCalls.push(node);
    forEachChild(node, (inner) => {
      if (inner === node[key] && inner.type === 'Identifier') this.#refer(inner, scope, false, 'callee');
      else this.#visit(inner, scope);
    });
  }

  #visitProperty(node: SyntaxNode, scope: Scope): void {
    if (node.computed === true) this.#visit(child(node, 'key'), scope);
    const value = child(node, 'value');
    if (node.shorthand === true && value.type === 'Identifier') this.#refer(value, scope, false, 'shorthand');
    else this.#visit(value, scope);
  }

  #visitFunction(node: SyntaxNode, outer: Scope): void {
    let scope = outer;
    const name = isNode(node.id) ? (node.id.name as string) : undefined;
    if (name !== undefined && node.type === 'FunctionDeclaration') {
      declare(outer, name, 'function', node);
      // Sloppy code sees a block's function in the whole function around it too.
      if (!this.strict && !outer.holdsVar && !varScope(outer).variables.has(name)) {
        declare(varScope(outer), name, 'function', node);
      }
    } else if (name !== undefined) {
      scope = openScope(node, scope, false);
      declare(scope, name, 'self', node);
    }
    const arrow = node.type === 'ArrowFunctionExpression';
    this.#within(arrow ? this.#owner : node, () => {
      const parameters = openScope(node, scope, false);
      if (!arrow) declare(parameters, 'arguments', 'arguments', node);
      for (const parameter of children(node, 'params')) {
        this.#visitPattern(parameter!, parameters, (id) =>
          declare(parameters, id.name as string, 'parameter', node),
        );
      }
      // Names of the body are not seen by default values of parameters.
      const body = child(node, 'body');
      const inner = openScope(body, parameters, true);
      if (body.type === 'BlockStatement') this.#visitChildren(body, inner);
      else this.#visit(body, inner);
    });
  }

  /** Visits what has its own `this`, and whose code runs whenever it is called: loops around it do not count. */
  #within(owner: SyntaxNode, visit: () => void): void {
    const [outerOwner, outerDepth] = [this.#owner, this.#loopDepth];
    this.#owner = owner;
    this.#loopDepth = 0;
    visit();
    this.#owner = outerOwner;
    this.#loopDepth = outerDepth;
  }

  #visitClass(node: SyntaxNode, outer: Scope): void {
    const name = isNode(node.id) ? (node.id.name as string) : undefined;
    if (name !== undefined && node.type === 'ClassDeclaration') declare(outer, name, 'class', node);
    const scope = openScope(node, outer, false);
    if (name !== undefined) declare(scope, name, 'self', node);
    if (isNode(node.superClass)) this.#visit(node.superClass, scope);
    const members = children(child(node, 'body'), 'body') as SyntaxNode[];
    const privateNames = new Set<string>();
    for (const member of members) {
      if (isNode(member.key) && member.key.type === 'PrivateIdentifier')
        privateNames.add(member.key.name as string);
    }
    this.#privateNames.push(privateNames);
    for (const member of members) {
      if (member.type === 'StaticBlock') {
        this.#within(member, () => this.#visitChildren(member, openScope(member, scope, true)));
        continue;
      }
      if (member.computed === true) this.#visit(child(member, 'key'), scope);
      if (!isNode(member.value)) continue;
      const value = member.value;
      if (member.type === 'PropertyDefinition') {
        this.#within(member, () => this.#visit(value, openScope(member, scope, true)));
      } else {
        this.#visit(value, scope);
      }
    }
    this.#privateNames.pop();
  }

  #visitFor(node: SyntaxNode, scope: Scope): void {
    const head = node.type === 'ForStatement' ? node.init : node.left;
    if (isNode(head)) {
      if (head.type === 'VariableDeclaration') {
        // A `var` of for-in and for-of is assigned in each round.
        const again = node.type !== 'ForStatement' && head.kind === 'var' ? 1 : 0;
        this.#loopDepth += again;
        this.#visit(head, scope);
        this.#loopDepth -= again;
      } else if (node.type === 'ForStatement') this.#visit(head, scope);
      else this.#assign(head, scope);
    }
    for (const key of ['test', 'update', 'right']) {
      const part = node[key];
      if (isNode(part)) this.#visit(part, scope);
    }
    this.#loopDepth++;
    this.#visit(child(node, 'body'), scope);
    this.#loopDepth--;
  }

  #visitCatch(node: SyntaxNode, outer: Scope): void {
    const scope = openScope(node, outer, false);
    if (isNode(node.param)) {
      this.#visitPattern(node.param, scope, (id) => declare(scope, id.name as string, 'let', node));
    }
    this.#visit(child(node, 'body'), scope);
  }

  #declareVariable(kind: string, declarator: SyntaxNode, scope: Scope): void {
    const target = kind === 'var' ? varScope(scope) : scope;
    const initialised = isNode(declarator.init);
    this.#visitPattern(child(declarator, 'id'), scope, (id) => {
      const name = id.name as string;
      const before = target.variables.get(name);
      if (kind === 'var') {
        const variable = before ?? declare(target, name, 'var', declarator);
        const assigns = initialised || this.#loopDepth > 0;
        if (assigns && (before !== undefined || this.#loopDepth > 0)) variable.reassigned = true;
      } else {
        // `using` and `await using` bind like const.
        declare(target, name, kind === 'let' ? 'let' : 'const', declarator);
      }
    });
    if (initialised) this.#visit(declarator.init as SyntaxNode, scope);
  }

  #assign(target: SyntaxNode, scope: Scope): void {
    if (target.type === 'MemberExpression' || target.type === 'ParenthesizedExpression') {
      this.#visit(target, scope);
      return;
    }
    this.#visitPattern(target, scope, (id, role) => this.#refer(id, scope, true, role));
  }

  /** Walks a binding or assignment pattern; `found` gets each identifier that it binds or assigns. */
  #visitPattern(
    pattern: SyntaxNode,
    scope: Scope,
    found: (id: SyntaxNode, role: 'plain' | 'shorthand') => void,
    role: 'plain' | 'shorthand' = 'plain',
  ): void {
    switch (pattern.type) {
      case 'Identifier':
        found(pattern, role);
        return;
      case 'ObjectPattern':
        for (const property of children(pattern, 'properties') as SyntaxNode[]) {
          if (property.type === 'RestElement') {
            this.#visitPattern(child(property, 'argument'), scope, found);
            continue;
          }
          if (property.computed === true) this.#visit(child(property, 'key'), scope);
          const short = property.shorthand === true ? 'shorthand' : 'plain';
          this.#visitPattern(child(property, 'value'), scope, found, short);
        }
        return;
      case 'ArrayPattern':
        for (const element of children(pattern, 'elements')) {
          if (element !== null) this.#visitPattern(element, scope, found);
        }
        return;
      case 'RestElement':
        this.#visitPattern(child(pattern, 'argument'), scope, found);
        return;
      case 'AssignmentPattern':
        this.#visitPattern(child(pattern, 'left'), scope, found, role);
        this.#visit(child(pattern, 'right'), scope);
        return;
      default:
        this.#visit(pattern, scope);
    }
  }
}

function openScope(node: SyntaxNode, parent: Scope | undefined, holdsVar: boolean): Scope {
  return { node, parent, holdsVar, variables: new Map() };
}

function varScope(scope: Scope): Scope {
  let at = scope;
  while (!at.holdsVar && at.parent !== undefined) at = at.parent;
  return at;
}

function declare(scope: Scope, name: string, kind: VariableKind, declaration: SyntaxNode): Variable {
  const variable: Variable = { name, kind, scope, declaration, reassigned: false };
  const before = scope.variables.get(name);
  // Two functions of one name, or a parameter declared again: which one counts is not known before it runs.
  if (before !== undefined && before.kind !== 'arguments') variable.reassigned = true;
  scope.variables.set(name, variable);
  return variable;
}

/** The variable that `name` means within `scope`. */
export function resolve(name: string, scope: Scope): Variable | undefined {
  for (let at: Scope | undefined = scope; at !== undefined; at = at.parent) {
    const variable = at.variables.get(name);
    if (variable !== undefined) return variable;
  }
  return undefined;
}
