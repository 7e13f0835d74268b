import { randomUUID } from 'node:crypto';
import type * as Inspector from 'node:inspector';
import { createRequire } from 'node:module';
import { setImmediate } from 'node:timers';
import { Script, type ScriptInfo } from './script.js';
import type { AnyFunction } from './types.js';

/** One scope of a function, the innermost first. The object is a copy: what it holds are the values themselves. */
export interface FunctionScope {
  /** `Closure`, `Block`, `Module`, `Script`, `Global`, `Catch`, `Eval`, `With Block`. */
  readonly type: string;
  readonly variables: Record<string, unknown>;
}

/** What the engine knows of a function. */
export interface FunctionFacts {
  /** Undefined for native and bound functions. */
  readonly script: Script | undefined;
  /** A position in its text, from 0. */
  readonly line: number;
  readonly column: number;
  readonly scopes: readonly FunctionScope[];
  /** Set for bound functions. */
  readonly bound:
    | { readonly target: AnyFunction; readonly receiver: unknown; readonly parameters: unknown[] }
    | undefined;
  /** Values of a class's static private fields, with the `#`. */
  readonly privateStatics: ReadonlyMap<string, unknown>;
}

interface RemoteObject {
  readonly type: string;
  readonly objectId?: string;
  readonly value?: unknown;
  /** Such as `5n` or `-0`. */
  readonly unserializableValue?: string;
}

interface ScriptLocation {
  readonly scriptId: string;
  readonly lineNumber: number;
  readonly columnNumber: number;
}

interface PropertyDescriptor {
  readonly name: string;
  readonly value?: RemoteObject;
}

interface PropertyList {
  readonly internalProperties?: readonly PropertyDescriptor[];
  readonly privateProperties?: readonly PropertyDescriptor[];
}

/** What the inspector keeps alive for us, until it is disabled. */
const OBJECT_GROUP = 'mobula';
/** Scripts whose source and syntax are kept; a bound on memory, as programs ship functions of few files. */
const KEPT_SCRIPTS = 64;

/**
 * Looks into functions through an inspector session of this very thread, which answers synchronously. The debugger
 * makes every `await` several times slower while it is enabled, and enabling it costs a few milliseconds: so it is
 * enabled by the first look and disabled when the event loop has come round.
 */
class Inspection {
  readonly #session: Inspector.Session;
  /** Carries values over without serialising them. */
  readonly #slot: { in?: unknown; out?: unknown } = {};
  /** How the inspector knows the slot. */
  readonly #slotId: string;
  readonly #infos = new Map<string, ScriptInfo>();
  /** The id of the newest script of each URL. */
  readonly #ids = new Map<string, string>();
  readonly #scripts = new Map<string, Script>();
  #enabled = false;

  constructor() {
    const { Session } = createRequire(import.meta.url)('node:inspector') as typeof Inspector;
    this.#session = new Session();
    this.#session.connect();
    this.#session.on('Debugger.scriptParsed', ({ params }) => {
      if (params.url !== '') this.#ids.set(params.url, params.scriptId);
      this.#infos.set(params.scriptId, {
        id: params.scriptId,
        url: params.url,
        isModule: params.isModule ?? false,
        sourceMapUrl: params.sourceMapURL ?? '',
        startLine: params.startLine,
        startColumn: params.startColumn,
      });
    });
    this.#slotId = this.#findSlot();
  }

  /** Learns the inspector's id of the slot, by way of a global variable that nobody can guess. */
  #findSlot(): string {
    const key = Symbol.for(`mobula.${randomUUID()}`);
    const globals = globalThis as unknown as Record<symbol, unknown>;
    globals[key] = this.#slot;
    const contexts = new Set<number | undefined>([undefined]);
    this.#session.on('Runtime.executionContextCreated', ({ params }) => contexts.add(params.context.id));
    try {
      // The default context is not ours where a test runner gives programs contexts of their own.
      for (const contextId of contexts) {
        const { result } = this.#post<{ result: RemoteObject }>('Runtime.evaluate', {
          expression: `globalThis[Symbol.for('${key.description}')]`,
          ...(contextId !== undefined && { contextId }),
        });
        if (result.objectId !== undefined) return result.objectId;
        if (contextId === undefined) this.#post('Runtime.enable');
      }
      throw new Error('the inspector does not know the context of this code');
    } finally {
      delete globals[key];
      if (contexts.size > 1) this.#post('Runtime.disable');
    }
  }

  look(fn: AnyFunction): FunctionFacts {
    this.#enable();
    this.#slot.in = fn;
    const { result } = this.#call('function () { return this.in; }', []);
    this.#slot.in = undefined;
    const { internalProperties = [], privateProperties = [] } = this.#post<PropertyList>(
      'Runtime.getProperties',
      {
        objectId: result.objectId,
        ownProperties: true,
      },
    );
    const internal = (name: string) => internalProperties.find((property) => property.name === name)?.value;
    const fields = privateProperties.filter((property) => property.value !== undefined);
    const [scopes, target, receiver, parameters, ...values] = this.#valuesOf([
      internal('[[Scopes]]'),
      internal('[[TargetFunction]]'),
      internal('[[BoundThis]]'),
      internal('[[BoundArgs]]'),
      ...fields.map((field) => field.value),
    ]);
    const location = internal('[[FunctionLocation]]')?.value as ScriptLocation | undefined;
    return {
      script: location && this.script(location.scriptId),
      line: location?.lineNumber ?? 0,
      column: location?.columnNumber ?? 0,
      scopes: scopesOf(scopes),
      bound:
        target === undefined
          ? undefined
          : { target: target as AnyFunction, receiver, parameters: parameters as unknown[] },
      privateStatics: new Map(fields.map(({ name }, index) => [name, values[index]])),
    };
  }

  script(id: string): Script | undefined {
    let script = this.#scripts.get(id);
    const info = this.#infos.get(id);
    if (script === undefined && info !== undefined) {
      const { scriptSource } = this.#post<{ scriptSource: string }>('Debugger.getScriptSource', {
        scriptId: id,
      });
      script = new Script(info, scriptSource);
      if (this.#scripts.size >= KEPT_SCRIPTS) this.#scripts.clear();
      this.#scripts.set(id, script);
    }
    return script;
  }

  /** Whether a script of the URL is loaded. */
  isLoaded(url: string): boolean {
    this.#enable();
    return this.#ids.has(url);
  }

  /** The newest script of a URL; undefined when none is loaded. */
  scriptByUrl(url: string): Script | undefined {
    this.#enable();
    const id = this.#ids.get(url);
    return id === undefined ? undefined : this.script(id);
  }

  /** The values that remote objects stand for. */
  #valuesOf(objects: readonly (RemoteObject | undefined)[]): unknown[] {
    this.#call('function (...values) { this.out = values; }', objects.map(argument));
    const { out } = this.#slot;
    this.#slot.out = undefined;
    return out as unknown[];
  }

  /** Calls a function on the slot. */
  #call(functionDeclaration: string, parameters: readonly object[]): { result: RemoteObject } {
    return this.#post('Runtime.callFunctionOn', {
      functionDeclaration,
      objectId: this.#slotId,
      arguments: parameters,
      objectGroup: OBJECT_GROUP,
    });
  }

  #enable(): void {
    if (this.#enabled) return;
    this.#infos.clear();
    this.#ids.clear();
    this.#post('Debugger.enable');
    // A `debugger` statement must not stop a thread that nobody could set going again.
    this.#post('Debugger.setSkipAllPauses', { skip: true });
    this.#enabled = true;
    setImmediate(() => {
      this.#enabled = false;
      this.#post('Runtime.releaseObjectGroup', { objectGroup: OBJECT_GROUP });
      this.#post('Debugger.disable');
    });
  }

  #post<Result>(method: string, parameters: object = {}): Result {
    let result: { value: unknown } | undefined;
    let failure: Error | null = null;
    this.#session.post(method, parameters, (error, value) => {
      failure = error;
      result = { value };
    });
    if (failure !== null)
      throw Object.assign(new Error(`the inspector refused ${method}`), { cause: failure });
    if (result === undefined) throw new Error(`the inspector did not answer ${method} at once`);
    return result.value as Result;
  }
}

function argument(object: RemoteObject | undefined): object {
  if (object === undefined) return {};
  if (object.objectId !== undefined) return { objectId: object.objectId };
  if (object.unserializableValue !== undefined) return { unserializableValue: object.unserializableValue };
  return object.type === 'undefined' ? {} : { value: object.value };
}

function scopesOf(list: unknown): FunctionScope[] {
  // An array without the methods of one.
  const scopes = (list ?? []) as ArrayLike<{ description: string; object: Record<string, unknown> }>;
  return Array.from(scopes, ({ description, object }) => ({
    type: description.replace(/ \(.*$/s, ''), // such as `Closure (makeCounter)`
    variables: object,
  }));
}

let inspection: Inspection | undefined;

/** The inspection of this thread, which starts at the first use: a worker that only revives functions has none. */
export function inspect(): Pick<Inspection, 'look' | 'isLoaded' | 'scriptByUrl'> {
  inspection ??= new Inspection();
  return inspection;
}
