/**
 * Marks every error of Mobula, also of another copy of the package in the same process: `instanceof MobulaError`
 * looks for it, so that `InvalidArgumentError` can be a TypeError and a MobulaError at once.
 */
const BRAND = Symbol.for('mobula.error');

/** Whether a value is an error that Mobula itself made (of this copy of the package or of another). */
export function isMobulaError(value: unknown): value is MobulaError {
  return typeof value === 'object' && value !== null && BRAND in value;
}

/** Puts the brand and the class's own name on a prototype. Every class of the catalogue passes through here. */
export function brand(prototype: object): void {
  Object.defineProperty(prototype, BRAND, { value: true });
  Object.defineProperty(prototype, 'name', {
    // On the prototype and not a field: V8 writes the first line of `stack` before fields are set.
    get(this: Error): string {
      return this.constructor.name;
    },
    set(this: Error, value: string) {
      Object.defineProperty(this, 'name', { value, writable: true, configurable: true });
    },
    configurable: true,
  });
}

/**
 * The base of all errors of Mobula. `code` is stable and never reused for something else; messages are for people
 * (what happened, then what to do next) and may change.
 *
 * @example
 * ```ts
 * try {
 *   await mobula.get(ref)
 * } catch (error) {
 *   if (error instanceof mobula.MobulaError && error.code === 'ERR_MOBULA_GET_TIMEOUT') retryLater()
 * }
 * ```
 */
export class MobulaError extends Error {
  /** One of the codes of {@link ERROR_CATALOGUE}. */
  readonly code: string;

  constructor(code: string, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }

  static override [Symbol.hasInstance](value: unknown): boolean {
    // Subclasses inherit this method; only the base is recognised by its brand.
    // biome-ignore lint/complexity/noThisInStatic: it is the class on the right of instanceof
    if (this === MobulaError) return isMobulaError(value);
    // biome-ignore lint/complexity/noThisInStatic: as above
    return Function.prototype[Symbol.hasInstance].call(this, value);
  }

  static {
    brand(MobulaError.prototype);
  }
}
