import { createRequire, isBuiltin } from 'node:module';
import type { CapturedVariables } from './code-draft.js';
import type { FunctionGraph } from './function-graph.js';
import type { FunctionFacts } from './inspection.js';
import { follow, isStandardGlobal } from './known-values.js';
import { commonJsModule, fileUrl, isRequire } from './module-graph.js';
import type { ParsedFunction } from './parsed-function.js';
import type { Unit, Value } from './payload.js';
import { isName, type RevivedCode, revivedScope } from './revived.js';
import type { Reference, Variable } from './scope-analysis.js';
import type { Origin, Script } from './script.js';
import { pathOf, type Trail } from './trail.js';

/** Finds what the free variables of one function stand for. */
export class VariableCapture implements CapturedVariables {
  readonly values = new Map<string, Value>();
  readonly uses = new Map<string, readonly Reference[]>();
  readonly captured: CapturedVariables['captured'] = new Map();
  readonly cells = new Set<string>();
  readonly #graph: FunctionGraph;
  readonly #facts: FunctionFacts;
  readonly #script: Script;
  /** Where the function's text stands in its script; undefined when that is not known. */
  readonly #range: { readonly start: number; readonly end: number } | undefined;
  readonly #text: string;
  readonly #trailTo: (name: string, offset: number) => Trail;

  /** @param trailTo the way to a variable that is used at an offset of the function's text */
  constructor(
    graph: FunctionGraph,
    facts: FunctionFacts,
    parsed: ParsedFunction,
    start: number | undefined,
    trailTo: (name: string, offset: number) => Trail,
  ) {
    this.#graph = graph;
    this.#facts = facts;
    this.#script = facts.script!;
    this.#text = parsed.text;
    this.#range = start === undefined ? undefined : { start, end: start + parsed.text.length };
    this.#trailTo = trailTo;
  }

  /** Takes along what a name stands for, unless each process has it of itself, or nobody has it. */
  take(name: string, uses: readonly Reference[]): void {
    const value = this.#variable(name, uses);
    if (value === undefined) return;
    this.values.set(name, value);
    this.uses.set(name, uses);
  }

  /** What a name stands for now, as the engine tells it; undefined for globals. */
  lookUp(
    name: string,
  ): { depth: number; type: string; value: unknown; around: RevivedCode | undefined } | undefined {
    for (const [depth, { type, variables }] of this.#facts.scopes.entries()) {
      if (type === 'Global') return undefined;
      if (!Object.hasOwn(variables, name)) continue;
      return { depth, type, value: variables[name], around: revivedScope(variables) };
    }
    return undefined;
  }

  #variable(name: string, uses: readonly Reference[]): Value | undefined {
    const trail = this.#trailTo(name, uses[0]!.node.start);
    const found = this.lookUp(name);
    if (found === undefined) return this.#global(name, uses, trail);
    const { value, around } = found;
    const known = around?.values.get(name);
    if (known !== undefined && isName(known)) {
      // A live import is an object already, and the text around says `name.v`.
      return renamed(this.#graph, around!.unit, known);
    }
    const variable =
      around === undefined && this.#range !== undefined
        ? this.#script.variableAt(name, this.#range.start, this.#range.end)
        : undefined;
    const origin = variable && this.#script.originOf(variable);
    const module = origin ? this.#imported(name, variable!, origin, value, trail) : undefined;
    const named = module ?? this.#commonJs(name, uses, value, trail);
    if (named !== undefined) return named;
    this.captured.set(name, { uses, depth: found.depth, scopeType: found.type, value, trail });
    // A variable without a value may be one that is still to get it.
    if (variable?.reassigned !== false || value === undefined) this.#graph.isStable = false;
    return this.#graph.value(value, trail);
  }

  #global(name: string, uses: readonly Reference[], trail: Trail): Value | undefined {
    if (!Object.hasOwn(globalThis, name) || isStandardGlobal(name)) return undefined;
    // Somebody's own global: other processes do not have it. (Code of the command line has its `require` there.)
    this.#graph.isStable = false;
    const value = (globalThis as Record<string, unknown>)[name];
    return this.#commonJs(name, uses, value, trail) ?? this.#graph.value(value, trail);
  }

  #imported(
    name: string,
    variable: Variable,
    origin: Origin,
    value: unknown,
    trail: Trail,
  ): Value | undefined {
    const { specifier } = origin;
    const parent = this.#script.file;
    if (origin.kind === 'import') {
      // JSON and the like are data.
      if (origin.type !== undefined) return undefined;
      const url = this.refuseEntry(specifier, trail);
      const module = this.#graph.module({ how: 'import', specifier, parent });
      const [exported] = origin.path;
      const mayChange = variable.kind === 'import' && exported !== undefined && typeof value !== 'function';
      if (mayChange && url !== undefined && this.#graph.modules.isReassigned(url, exported)) {
        this.cells.add(name);
        return ['live', module, exported];
      }
      return ['module', module, origin.path];
    }
    // A variable that holds something else was changed by somebody, such as a mock.
    if (origin.kind === 'require' && !isRequired(parent, specifier, origin.path, value)) return undefined;
    this.refuseEntry(specifier, trail);
    return origin.kind === 'require'
      ? ['module', this.#graph.module({ how: 'require', specifier, parent }), origin.path]
      : ['module', this.#graph.module({ how: 'require', specifier, parent, shape: origin.shape }), []];
  }

  /** Throws when an import leads to the entry script; else gives the URL of a file of the program. */
  refuseEntry(specifier: string, trail: Trail): string | undefined {
    const url = this.#graph.modules.resolve(specifier, this.#script.file);
    if (url !== undefined) this.#graph.refuseEntry(url, trail);
    return url;
  }

  /** The variables that CommonJS gives each module. */
  #commonJs(name: string, uses: readonly Reference[], value: unknown, trail: Trail): Value | undefined {
    const { file, info } = this.#script;
    if (isRequire(value)) return ['require', this.fileIndex()];
    if (info.isModule || typeof value !== 'object' || value === null) return undefined;
    const module = commonJsModule(pathOf(file));
    if (module === undefined) return undefined;
    const isEntry = this.#graph.modules.isEntry(fileUrl(file));
    if (name === 'exports' && value === module.exports && isEntry) {
      return this.#members(value, uses, /^\s*\.\s*([\w$]+)/, trail);
    }
    if (value !== module) return undefined;
    const inner: Trail = { parent: trail, name: 'exports', place: undefined };
    const exports = isEntry
      ? this.#members(module.exports as object, uses, /^\s*\.\s*exports\s*\.\s*([\w$]+)/, inner)
      : this.#graph.value(module.exports, inner);
    return exports === undefined
      ? ['commonJsModule', this.fileIndex()]
      : [
          'members',
          [
            ['exports', exports],
            ['filename', ['primitive', module.filename]],
            ['id', ['primitive', module.id]],
          ],
        ];
  }

  /**
   * Those members of an entry script's exports that the function uses: compiled code reaches its own exports through
   * this object, which may hold what cannot be shipped besides. Undefined when the function uses it in other ways.
   *
   * @param member finds the member's name behind a use
   */
  #members(exports: object, uses: readonly Reference[], member: RegExp, trail: Trail): Value | undefined {
    const names = new Set<string>();
    for (const { node } of uses) {
      const name = member.exec(this.#text.slice(node.end))?.[1];
      if (name === undefined) return undefined;
      names.add(name);
    }
    this.#graph.isStable = false;
    return [
      'members',
      [...names].map((name) => [
        name,
        this.#graph.value((exports as Record<string, unknown>)[name], {
          parent: trail,
          name,
          place: undefined,
        }),
      ]),
    ];
  }

  /** The file of the function, as the payload names it. */
  fileIndex(): number {
    for (const { variables } of this.#facts.scopes) {
      const around = revivedScope(variables);
      if (around !== undefined) return fileOf(this.#graph, around.unit, around.record.file);
    }
    const { file, info } = this.#script;
    return this.#graph.file(file, info.isModule, sourceMapUrl(info.sourceMapUrl));
  }
}

/** A file of another payload, in the one that is made. */
export function fileOf(graph: FunctionGraph, unit: Unit, index: number): number {
  const { file, isModule, sourceMapUrl } = unit.files[index]!;
  return graph.file(file, isModule, sourceMapUrl);
}

/** A name of another payload, as a name of the one that is made. */
export function renamed(graph: FunctionGraph, unit: Unit, value: Value): Value {
  switch (value[0]) {
    case 'module':
      return ['module', graph.module(unit.modules[value[1]]!), value[2]];
    case 'live':
      return ['live', graph.module(unit.modules[value[1]]!), value[2]];
    case 'meta':
    case 'importer':
    case 'require':
    case 'commonJsModule':
      return [value[0], fileOf(graph, unit, value[1])];
    default:
      return value;
  }
}

/** An inline map is as long as the file, and read only where stack traces are mapped at all. */
function sourceMapUrl(url: string): string {
  return url.startsWith('data:') && process.sourceMapsEnabled !== true ? '' : url;
}

/** Whether `require(specifier)` of a file, followed along the path, gives this very value. */
function isRequired(file: string, specifier: string, path: readonly string[], value: unknown): boolean {
  try {
    const require = createRequire(fileUrl(file));
    if (isBuiltin(specifier)) return follow(require(specifier), path) === value;
    return follow(commonJsModule(require.resolve(specifier))?.exports, path) === value;
  } catch {
    return false; // It was loaded in a way that cannot be repeated.
  }
}
