import { inspect } from 'node:util';
import { InvalidArgumentError, SerializationError } from '../errors/index.js';
import type { NativeStore } from './native.js';

declare const valueType: unique symbol;

// structuredClone and postMessage refuse functions and quote the first 100 characters of their source, which is thus
// the message people read. A directive, as compilers drop comments.
function refuseClone(): void {
  'ObjectRef cannot be cloned: send await mobula.get(ref)';
}

/** The store of the session that this environment takes part in: handles of an earlier one mean nothing in it. */
let current: NativeStore | undefined;

/** Marks refs of every copy of the package in one process. */
const HANDLE = Symbol.for('mobula.objectRef.handle');

/**
 * Names an immutable remote object of type `T`: one that exists, or the result of a task that is still to come.
 *
 * A ref is a plain value: pass it to remote functions (at top level the function gets the object itself, inside a
 * value it gets the ref), return it, store it. The object lives as long as somebody has a ref to it. `using ref = ...`
 * or `ref[Symbol.dispose]()` drops this one handle early; otherwise the garbage collector does.
 *
 * It is deliberately no thenable: an async function could not return it. Use `mobula.get(ref)`.
 */
export class ObjectRef<out T = unknown> {
  declare readonly [valueType]: T;
  #handle: number;
  /** Known to be complete (a value or an error): what is complete stays so. */
  #ready = false;
  readonly #store: NativeStore;
  /** Names the hold that this ref is. */
  readonly #ticket: number;
  /** @internal Makes structuredClone and postMessage throw. */
  protected readonly uncloneable = refuseClone;

  /** @internal Made by put, remote calls and decoding only: takes over no reference, it counts its own. */
  constructor(store: NativeStore, handle: number) {
    this.#store = store;
    this.#handle = handle;
    this.#ticket = store.track(this, handle);
  }

  /** Whether `value` is a ref, of this copy of the package or of another one in the same process. */
  static is(value: unknown): value is ObjectRef<unknown> {
    return value instanceof ObjectRef || (typeof value === 'object' && value !== null && HANDLE in value);
  }

  /** @internal A session begins: refs of the one before are not usable any more. */
  static enter(store: NativeStore): void {
    current = store;
  }

  /** @internal The handle; throws when the ref was disposed, or belongs to a session that has ended. */
  static handleOf(ref: ObjectRef<unknown>): number {
    const handle = #handle in ref ? ref.#handle : (ref as { [HANDLE]: number })[HANDLE];
    if (handle === 0) {
      throw new InvalidArgumentError(
        'this ObjectRef was disposed (by `using` or Symbol.dispose); keep the ref until its last use',
      );
    }
    if (#store in ref && ref.#store !== current) {
      throw new InvalidArgumentError(
        'this ObjectRef belongs to a session that has ended, and its object is gone; make it again in this session',
      );
    }
    return handle;
  }

  /** @internal */
  static isReady(ref: ObjectRef<unknown>): boolean {
    return #ready in ref && ref.#ready;
  }

  /** @internal */
  static setReady(ref: ObjectRef<unknown>): void {
    if (#ready in ref) ref.#ready = true;
  }

  /** @internal */
  get [HANDLE](): number {
    return this.#handle;
  }

  /** The object's id: 32 hexadecimal digits. */
  get id(): string {
    return this.#store.idString(ObjectRef.handleOf(this));
  }

  /** Drops this handle: the object is freed when nobody else refers to it. Disposing twice does nothing. */
  [Symbol.dispose](): void {
    if (this.#handle === 0) return;
    this.#store.untrack(this.#ticket);
    this.#handle = 0;
  }

  toString(): string {
    if (this.#handle === 0) return 'ObjectRef(disposed)';
    try {
      return `ObjectRef(${this.id})`;
    } catch {
      return 'ObjectRef(of a session that has ended)'; // Printing never throws.
    }
  }

  /** A ref in JSON would be a dead letter: the object lives only while a process holds a real ref to it. */
  toJSON(): never {
    throw new SerializationError({
      path: this.toString(),
      reason: 'outside of Mobula a ref keeps nothing alive. Send its value: `await mobula.get(ref)`.',
    });
  }

  [inspect.custom](): string {
    return this.toString();
  }
}
