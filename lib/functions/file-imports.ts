import { forEachChild, parse, type SyntaxNode, stringOf } from './syntax.js';

/** Something that the text of a file refers to by a literal. */
export interface FileImport {
  readonly specifier: string;
  /** `url` is `new URL(specifier, import.meta.url)`. */
  readonly how: 'import' | 'require' | 'url';
  /** Whether loading the file loads it, in any case. */
  readonly isStatic: boolean;
}

/** In code that is not parsed. A name in front of the parenthesis may be what capture made of `import`. */
const CALL = /([\w$]*mport[\w$]*|require(?:\.resolve)?)\s*\(\s*(['"`])([^'"`\n$]+)\2/g;
const ASSET = /new\s+URL\s*\(\s*(['"`])([^'"`\n$]+)\1\s*,\s*[\w$.]+\.url/g;
const FROM = /\b(?:from|import)\s*(['"])([^'"\n]+)\1/g;

/** What a JavaScript file refers to. What the parser does not understand is searched for what looks like an import. */
export function importsOfFile(source: string): FileImport[] {
  const tree = parsed(source);
  if (tree === undefined) return importsOfText(source);
  const found: FileImport[] = [];
  const add = (node: unknown, how: FileImport['how'], isStatic: boolean): void => {
    const specifier = stringOf(node as SyntaxNode | null | undefined);
    if (specifier !== undefined) found.push({ specifier, how, isStatic });
  };
  const pending: SyntaxNode[] = [tree];
  for (let node = pending.pop(); node !== undefined; node = pending.pop()) {
    switch (node.type) {
      case 'ImportDeclaration':
      case 'ExportNamedDeclaration':
      case 'ExportAllDeclaration':
        add(node.source, 'import', true);
        break;
      case 'ImportExpression':
        add(node.source, 'import', false);
        break;
      case 'CallExpression':
        if (isRequire(node.callee as SyntaxNode)) add((node.arguments as unknown[])[0], 'require', false);
        break;
      case 'NewExpression': {
        const [name, base] = node.arguments as SyntaxNode[];
        if ((node.callee as SyntaxNode).name === 'URL' && base !== undefined && isMetaUrl(base))
          add(name, 'url', false);
        break;
      }
    }
    forEachChild(node, (inner) => pending.push(inner));
  }
  return found;
}

/** What a piece of code seems to refer to, found without parsing. */
export function importsOfText(text: string): FileImport[] {
  const calls = [...text.matchAll(CALL)].map(([, name, , specifier]): FileImport => {
    return {
      specifier: specifier!,
      how: name!.startsWith('require') ? 'require' : 'import',
      isStatic: false,
    };
  });
  const assets = [...text.matchAll(ASSET)].map(([, , specifier]): FileImport => {
    return { specifier: specifier!, how: 'url', isStatic: false };
  });
  const imports = [...text.matchAll(FROM)].map(([, , specifier]): FileImport => {
    return { specifier: specifier!, how: 'import', isStatic: false };
  });
  return [...calls, ...assets, ...imports];
}

function parsed(source: string): SyntaxNode | undefined {
  for (const type of ['module', 'script'] as const) {
    try {
      return parse(source, type);
    } catch {
      // Sloppy code of a CommonJS file, or no JavaScript.
    }
  }
  return undefined;
}

/** `require(...)`, `require.resolve(...)`. */
function isRequire(callee: SyntaxNode): boolean {
  if (callee.type === 'MemberExpression') {
    const { object, property } = callee as unknown as { object: SyntaxNode; property: SyntaxNode };
    return object.name === 'require' && property.name === 'resolve';
  }
  return callee.type === 'Identifier' && callee.name === 'require';
}

function isMetaUrl(node: SyntaxNode): boolean {
  const { object, property } = node as unknown as { object?: SyntaxNode; property?: SyntaxNode };
  return object?.type === 'MetaProperty' && property?.name === 'url';
}
