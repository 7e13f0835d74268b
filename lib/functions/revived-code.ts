import { compileFunction } from 'node:vm';
import type { CodeRecord, FileRecord, Unit } from './payload.js';
import { type RevivedCode, rememberRevived, STATICS_VARIABLE, UNIT_VARIABLE } from './revived.js';
import type { AnyFunction } from './types.js';

/** Access to a function's variables from outside, as closures beside it. */
type Evaluated = readonly [
  made: unknown,
  assign: (values: unknown[]) => void,
  read: () => unknown[],
  unit: () => unknown,
];

/** A function made out of its text again, whose variables are still to be filled. */
export interface MadeFunction {
  readonly fn: AnyFunction;
  assign(values: readonly unknown[]): void;
  assignStatics(values: readonly unknown[]): void;
}

/**
 * Evaluates a function's text. It stands in the code at the line and column that it has in its file, so that stack
 * traces, breakpoints and source maps meet; what it captured are parameters of the code around it.
 *
 * @param values what is known of its variables now; a class needs its superclass while it is made
 */
export function makeFunction(unit: Unit, record: CodeRecord, values: readonly unknown[]): MadeFunction {
  const file = unit.files[record.file]!;
  const names = record.variables.map(([name]) => name);
  let readStatics = (): unknown[] => [];
  let assignStatics = (_values: readonly unknown[]): void => {};
  const code: RevivedCode = {
    unit,
    record,
    values: new Map(record.variables),
    read: () => zip(names, evaluated[2]()),
    readStatics: () =>
      zip(
        record.privateStatics.map(([name]) => name),
        readStatics(),
      ),
  };
  const statics = (read: () => unknown[], assign: (values: readonly unknown[]) => void): void => {
    readStatics = read;
    assignStatics = assign;
  };
  const evaluate = compileFunction(codeAround(record, names), [...names, UNIT_VARIABLE, STATICS_VARIABLE], {
    filename: file.file === '' ? `[function ${record.name}]` : file.file,
    lineOffset: record.line - 1,
  });
  // The top level of a module has no `this`, that of CommonJS its exports.
  const evaluated = evaluate.apply(file.isModule ? undefined : {}, [...values, code, statics]) as Evaluated;
  const fn = functionOf(evaluated[0], record);
  if (fn.name !== record.name && typeof fn.name === 'string') {
    Object.defineProperty(fn, 'name', { value: record.name, configurable: true });
  }
  rememberRevived(fn, code);
  return { fn, assign: (all) => evaluated[1]([...all]), assignStatics: (all) => assignStatics(all) };
}

function codeAround(record: CodeRecord, names: readonly string[]): string {
  const [open, close] = record.form === 'method' || isAccessor(record) ? ['({', '})'] : ['(', ')'];
  const list = names.join();
  return (
    `${record.strict ? "'use strict';" : ''}return[${open}\n${' '.repeat(record.column)}${record.text}\n${close},` +
    `(mobula$values)=>{[${list}]=mobula$values},()=>[${list}],()=>${UNIT_VARIABLE}]`
  );
}

function isAccessor({ form }: CodeRecord): boolean {
  return form === 'getter' || form === 'setter';
}

function functionOf(made: unknown, { form }: CodeRecord): AnyFunction {
  if (form === 'function' || form === 'arrow' || form === 'class') return made as AnyFunction;
  const [property] = Object.values(Object.getOwnPropertyDescriptors(made as object));
  return (
    form === 'getter' ? property!.get : form === 'setter' ? property!.set : property!.value
  ) as AnyFunction;
}

function zip(names: readonly string[], values: readonly unknown[]): Map<string, unknown> {
  return new Map(names.map((name, index) => [name, values[index]]));
}

const mapped = new Set<string>();

/**
 * Lets stack traces be mapped to what a file was compiled from, when the process runs with `--enable-source-maps`: the
 * file itself is never loaded here. Node takes note of the maps of evaluated code by the URL that the code claims.
 */
export function enableSourceMap({ file, sourceMapUrl }: FileRecord): void {
  if (sourceMapUrl === '' || mapped.has(file) || !sourceMapsEnabled()) return;
  mapped.add(file);
  // biome-ignore lint/security/noGlobalEval: it evaluates two comments.
  // biome-ignore lint/complexity/noCommaOperator: an indirect call, which sees no variables of this function.
  (0, eval)(`//# sourceURL=${file}\n//# sourceMappingURL=${sourceMapUrl}`);
}

function sourceMapsEnabled(): boolean {
  // Older releases of Node 20 do not tell.
  return (
    (process as { sourceMapsEnabled?: boolean }).sourceMapsEnabled ??
    [...process.execArgv, process.env.NODE_OPTIONS ?? ''].join(' ').includes('--enable-source-maps')
  );
}
