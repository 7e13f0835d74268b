import { inspect } from 'node:util';
import { SerializationError } from '../errors/index.js';

/**
 * Why a value cannot be encoded. While it passes out of the encoder, each level puts its step before the path, so that
 * the path costs nothing as long as nothing is refused.
 */
export class Refusal {
  readonly #steps: string[] = [];

  /** @param cause the error of a hook, whose own path goes on from the place of the value */
  constructor(
    readonly reason: string,
    readonly cause?: SerializationError,
  ) {}

  /** The error of whoever encoded `name`. */
  toError(name: string): SerializationError {
    const place = name + this.#steps.reverse().join('');
    const { cause } = this;
    if (cause === undefined) return new SerializationError({ path: place, reason: this.reason });
    const path = place === 'value' ? cause.path : `${place}: ${cause.path}`;
    return new SerializationError(
      { path, reason: cause.reason, file: cause.file, line: cause.line },
      { cause },
    );
  }

  addStep(step: string): void {
    this.#steps.push(step);
  }
}

/** The error on its way out of a container: with the container's step if it is a refusal. */
export function located(error: unknown, step: string): unknown {
  if (error instanceof Refusal) error.addStep(step);
  return error;
}

/** `.name`, or `["odd name"]`. */
export function keyStep(key: string): string {
  return /^[\p{ID_Start}$_][\p{ID_Continue}$]*$/u.test(key) ? `.${key}` : `[${JSON.stringify(key)}]`;
}

/** `.get("key")` of a Map. */
export function mapStep(key: unknown): string {
  return `.get(${describe(key)})`;
}

/** A few words about a value, for a path. */
export function describe(value: unknown): string {
  if (typeof value === 'string')
    return JSON.stringify(value.length > 40 ? `${value.slice(0, 40)}...` : value);
  try {
    return inspect(value, { depth: -1, breakLength: Number.POSITIVE_INFINITY, customInspect: false });
  } catch {
    return '...';
  }
}
