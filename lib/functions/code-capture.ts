import { classText, earlyNodes } from './class-capture.js';
import type { CodeDraft } from './code-draft.js';
import type { FunctionGraph } from './function-graph.js';
import type { FunctionFacts } from './inspection.js';
import { functionParent, ownProperties, prototypeParent } from './own-properties.js';
import { type ParsedFunction, parseFunction } from './parsed-function.js';
import type { CodeRecord, Value } from './payload.js';
import { isName, type RevivedCode, revivedScope, STATICS_VARIABLE, SUPERCLASS_VARIABLE } from './revived.js';
import type { Script } from './script.js';
import { isNode, type SyntaxNode, stringOf } from './syntax.js';
import { inPlaceOf, type TextEdit } from './text-edits.js';
import { labelOf, nameOf, type Place, refusal, type Trail } from './trail.js';
import type { AnyFunction } from './types.js';
import { fileOf, renamed, VariableCapture } from './variable-capture.js';

/** Captures a function or class by its source. */
export function captureCode(
  graph: FunctionGraph,
  fn: AnyFunction,
  text: string,
  facts: FunctionFacts,
  start: number | undefined,
  trail: Trail,
): CodeDraft {
  return new CodeCapture(graph, fn, text, facts, start, trail).run();
}

/**
 * Captures a function that was revived in this process: what it consists of is known.
 *
 * @param trail undefined for the function that is shipped itself
 */
export function captureRevived(
  graph: FunctionGraph,
  fn: AnyFunction,
  code: RevivedCode,
  trail: Trail | undefined,
): CodeRecord {
  const { unit, record } = code;
  const place = { file: unit.files[record.file]!.file, line: record.line + 1, column: record.column };
  const at: Trail = trail ?? { parent: undefined, name: labelOf(fn), place };
  const parsed = record.form === 'class' ? parseFunction(record.text, record.strict) : undefined;
  const held = code.read();
  const inner = (name: string): Trail => ({ parent: at, name, place });
  const variables = record.variables.map(([name, value]): [string, Value] => [
    name,
    isName(value) ? renamed(graph, unit, value) : graph.value(held.get(name), inner(name)),
  ]);
  graph.isStable &&= !record.variables.some(([, value]) => value[0] === 'primitive');
  return {
    ...record,
    file: fileOf(graph, unit, record.file),
    variables,
    ...ownProperties(graph, fn, parsed, at),
    parent: record.parent && graph.value(Object.getPrototypeOf(fn), inner('prototype')),
    prototypeParent: record.prototypeParent && prototypeParent(graph, fn, at),
    privateStatics: [...code.readStatics()].map(([name, value]) => [name, graph.value(value, inner(name))]),
  };
}

const PRIVATE_REASON =
  'private names exist only inside their class. Ship the class, and call the method in the task.';

class CodeCapture {
  readonly #graph: FunctionGraph;
  readonly #fn: AnyFunction;
  readonly #facts: FunctionFacts;
  readonly #script: Script;
  readonly #start: number | undefined;
  readonly #end: number;
  readonly #trail: Trail;
  /** The revived function within which this one was made. */
  readonly #around: RevivedCode | undefined;
  readonly #strict: boolean;
  readonly #text: string;
  #parsed: ParsedFunction;
  readonly #variables: VariableCapture;
  readonly #edits: TextEdit[] = [];
  readonly #early = new Set<string>();

  constructor(
    graph: FunctionGraph,
    fn: AnyFunction,
    text: string,
    facts: FunctionFacts,
    start: number | undefined,
    trail: Trail,
  ) {
    this.#graph = graph;
    this.#fn = fn;
    this.#facts = facts;
    this.#script = facts.script!;
    this.#start = start;
    this.#end = (start ?? 0) + text.length;
    this.#trail = trail;
    this.#text = text;
    for (const scope of facts.scopes) this.#around ??= revivedScope(scope.variables);
    this.#strict =
      start === undefined
        ? (this.#around?.record.strict ?? this.#script.isStrict)
        : this.#script.isStrictAt(start, this.#end);
    this.#parsed = this.#parse(text);
    this.#variables = new VariableCapture(graph, facts, this.#parsed, start, (name, offset) =>
      this.#inner(name, offset),
    );
  }

  run(): CodeDraft {
    const whole = this.#parsed;
    this.#refuseOuterContext();
    const properties = ownProperties(this.#graph, this.#fn, whole, this.#trail);
    let privateStatics: readonly string[] = [];
    if (whole.form === 'class') {
      const less = classText(whole, this.#fn, this.#facts.privateStatics);
      privateStatics = less.privateStatics;
      this.#parsed = this.#parse(less.text);
      this.#captureSuperclass();
      this.#noteEarly();
    } else if (whole.form === 'function') this.#eraseRebound();
    this.#captureVariables();
    this.#refuseRequiredEntry();
    this.#editMeta();
    this.#editKey();
    if (privateStatics.length > 0) this.#addStaticsAccess(privateStatics);

    const { line, column } = this.#start === undefined ? this.#facts : this.#script.positionAt(this.#start);
    return {
      kind: 'draft',
      fn: this.#fn,
      parsed: this.#parsed,
      script: this.#script,
      facts: this.#facts,
      start: this.#start,
      edits: this.#edits,
      variables: this.#variables,
      rest: {
        form: whole.form,
        file: this.#variables.fileIndex(),
        line,
        column,
        strict: this.#strict,
        name: nameOf(this.#fn),
        early: [...this.#early],
        ...properties,
        prototypeParent:
          whole.form === 'function' ? prototypeParent(this.#graph, this.#fn, this.#trail) : undefined,
        parent: whole.form === 'class' ? undefined : functionParent(this.#graph, this.#fn, this.#trail),
        privateStatics: privateStatics.map((name) => [
          name,
          this.#graph.value(this.#facts.privateStatics.get(name), this.#inner(name)),
        ]),
      },
    };
  }

  #parse(text: string): ParsedFunction {
    try {
      return parseFunction(text, this.#strict);
    } catch (error) {
      if (/^[\s\w*]*#/.test(text)) throw refusal(this.#trail, PRIVATE_REASON);
      throw refusal(this.#trail, `its source cannot be parsed: ${(error as Error).message}.`, {
        cause: error,
      });
    }
  }

  /** `this`, `super`, `arguments` and `#private` of the code around a function cannot be taken along. */
  #refuseOuterContext(): void {
    const { foreignPrivateName, outerContext, form } = this.#parsed;
    if (foreignPrivateName !== undefined) {
      const name = `#${foreignPrivateName.name as string}`;
      throw refusal(this.#inner(name, foreignPrivateName.start), PRIVATE_REASON);
    }
    for (const { kind, node } of outerContext) {
      if (kind === 'this' && this.#isTopLevel()) continue; // `undefined`, or an empty `module.exports`
      const advice =
        kind === 'super'
          ? 'Ship the class, and call the method in the task; or write a function that needs no `super`.'
          : kind === 'this'
            ? form === 'class'
              ? 'Put what it needs into a variable first: `const self = this`.'
              : 'An arrow function has the `this` of the code around it: put it into a variable first ' +
                '(`const self = this`), or pass it as an argument.'
            : 'Put it into a variable first.';
      throw refusal(
        this.#inner(kind, node.start),
        `\`${kind}\` belongs to the code around the function. ${advice}`,
      );
    }
  }

  /** Whether nothing but blocks and arrow functions is around the function. */
  #isTopLevel(): boolean {
    if (this.#around !== undefined || this.#start === undefined || this.#script.info.url === '') return false;
    return this.#script
      .nodesAround(this.#start, this.#end)
      .every(
        (node) =>
          node.start === this.#start ||
          !/^(Function(Declaration|Expression)|PropertyDefinition|StaticBlock)$/.test(node.type),
      );
  }

  /**
   * A function's declaration does not bind its name inside itself: another value may stand there, or the function may
   * put one there.
   */
  #eraseRebound(): void {
    const { ownName } = this.#parsed;
    if (ownName === undefined || this.#start === undefined) return;
    const scope = this.#facts.scopes.find(
      ({ type, variables }) => type !== 'Global' && Object.hasOwn(variables, ownName.name),
    );
    if (scope === undefined) return;
    if (scope.variables[ownName.name] === this.#fn && !ownName.isReassigned) return;
    const node = this.#script.nodesAround(this.#start, this.#end).find(({ start }) => start === this.#start);
    if (node?.type !== 'FunctionDeclaration') return;
    const blank = inPlaceOf(ownName.name, '');
    this.#parsed = this.#parse(this.#text.slice(0, ownName.start) + blank + this.#text.slice(ownName.end));
  }

  /** The superclass is the object that it is, whatever expression gave it once. */
  #captureSuperclass(): void {
    const { superClass } = this.#parsed.node;
    if (!isNode(superClass) || (superClass.type === 'Literal' && superClass.value === null)) return;
    const actual: unknown = Object.getPrototypeOf(this.#fn);
    const name = superClass.type === 'Identifier' ? (superClass.name as string) : SUPERCLASS_VARIABLE;
    const trail = this.#inner(name, superClass.start);
    if (superClass.type === 'Identifier') {
      const found = this.#variables.lookUp(name);
      const value = found === undefined ? (globalThis as Record<string, unknown>)[name] : found.value;
      if (value === actual) {
        this.#early.add(name);
        return;
      }
    }
    const { start, end } = superClass;
    this.#edits.push({
      start,
      end,
      text: inPlaceOf(this.#parsed.text.slice(start, end), SUPERCLASS_VARIABLE),
    });
    this.#variables.values.set(SUPERCLASS_VARIABLE, this.#graph.value(actual, trail));
    this.#early.add(SUPERCLASS_VARIABLE);
  }

  #noteEarly(): void {
    const nodes = earlyNodes(this.#parsed);
    for (const [name, uses] of this.#parsed.free) {
      if (
        uses.some((use) => nodes.some((node) => node.start <= use.node.start && node.end >= use.node.end))
      ) {
        this.#early.add(name);
      }
    }
  }

  #captureVariables(): void {
    const edited = this.#edits.slice();
    for (const [name, uses] of this.#parsed.free) {
      // The expression of a superclass is not evaluated again, and needs no variables.
      const left = uses.filter(
        ({ node }) => !edited.some((edit) => edit.start <= node.start && edit.end >= node.end),
      );
      if (left.length > 0) this.#variables.take(name, left);
    }
  }

  #refuseRequiredEntry(): void {
    if (this.#variables.values.get('require')?.[0] !== 'require') return;
    for (const call of this.#parsed.requireCalls) {
      const specifier = stringOf((call.arguments as SyntaxNode[])[0]);
      if (specifier !== undefined) this.#variables.refuseEntry(specifier, this.#inner(specifier, call.start));
    }
  }

  /** `import.meta` and `import()` are what the file's own module gives: variables of the same length stand for them. */
  #editMeta(): void {
    const { importMetas, importExpressions, text } = this.#parsed;
    if (importMetas.length > 0) {
      const name = unusedName(text, ['import_meta', 'import$meta', 'Import_meta']);
      for (const { start, end } of importMetas) {
        this.#edits.push({ start, end, text: inPlaceOf(text.slice(start, end), name) });
      }
      this.#variables.values.set(name, ['meta', this.#variables.fileIndex()]);
    }
    if (importExpressions.length === 0) return;
    const name = unusedName(text, ['$mport', '_mport', 'import_']);
    for (const node of importExpressions) {
      const { start } = node;
      this.#edits.push({ start, end: start + 'import'.length, text: name });
      const specifier = stringOf(node.source as SyntaxNode);
      if (specifier !== undefined) this.#variables.refuseEntry(specifier, this.#inner(specifier, start));
    }
    this.#variables.values.set(name, ['importer', this.#variables.fileIndex()]);
  }

  /** A method's computed key was computed already, and any other does as well: its name is set afterwards. */
  #editKey(): void {
    const { key, text } = this.#parsed;
    if (key?.computed !== true) return;
    this.#edits.push({
      start: key.start,
      end: key.end,
      text: inPlaceOf(text.slice(key.start, key.end), 'm'),
    });
  }

  /** Gives access to private fields from outside, at the end, where it moves nothing. */
  #addStaticsAccess(names: readonly string[]): void {
    this.#graph.isStable = false;
    const end = this.#parsed.text.lastIndexOf('}');
    const fields = names.map((name) => `this.${name}`).join();
    const text = `static{${STATICS_VARIABLE}(()=>[${fields}],(values)=>{[${fields}]=values})}`;
    this.#edits.push({ start: end, end, text });
  }

  /** The way to something that the function uses at an offset of its text. */
  #inner(name: string, offset = 0): Trail {
    return { parent: this.#trail, name, place: this.#placeAt(offset) };
  }

  #placeAt(offset: number): Place {
    if (this.#start !== undefined) {
      const { line, column } = this.#script.positionAt(this.#start + offset);
      return { file: this.#script.file, line: line + 1, column };
    }
    const before = this.#parsed.text.slice(0, offset).split('\n').length;
    return { file: this.#script.file, line: this.#facts.line + before, column: 0 };
  }
}

/** One of some names of equal length that stands nowhere in the text. */
function unusedName(text: string, names: readonly string[]): string {
  return names.find((name) => !text.includes(name)) ?? names[0]!;
}
