import { MobulaError } from './mobula-error.js';

/** What {@link SerializationError} reports. */
export interface SerializationFailure {
  /** Where the value stands: `value.rows[3].socket`, or a capture path such as `main.js:12 fn -> helper -> socket`. */
  readonly path: string;
  /** Why it cannot be sent, and what to do, as sentences. */
  readonly reason: string;
  /** The file of the function that captured it. */
  readonly file?: string | undefined;
  /** The line in that file, from 1. */
  readonly line?: number | undefined;
}

/** A value, or something that a function captured, cannot be sent to another process. */
export class SerializationError extends MobulaError {
  static readonly code = 'ERR_MOBULA_SERIALIZATION';
  /** Where the value stands: `value.rows[3].socket`, or a capture path. */
  readonly path: string;
  /** Why, and what to do, as sentences; the end of the message. */
  readonly reason: string;
  /** The file of the function that captured it; undefined for plain values. */
  readonly file: string | undefined;
  /** The line in that file, from 1. */
  readonly line: number | undefined;

  constructor(failure: SerializationFailure, options?: ErrorOptions) {
    const place =
      failure.file === undefined
        ? ''
        : ` (${failure.file}${failure.line === undefined ? '' : `:${failure.line}`})`;
    super(
      SerializationError.code,
      `${failure.path}${place} cannot be sent to another process: ${failure.reason}`,
      options,
    );
    this.path = failure.path;
    this.reason = failure.reason;
    this.file = failure.file;
    this.line = failure.line;
  }
}

/**
 * Thrown while decoding when a value needs ES modules that this process has not loaded yet. Decoding is synchronous and
 * loading is not: whoever decodes awaits {@link load} and decodes again. It never reaches a program.
 */
export class ModulesNotLoadedError extends Error {
  /** Module specifiers, for messages. */
  readonly modules: readonly string[];
  readonly #load: () => Promise<void>;

  constructor(modules: readonly string[], load: () => Promise<void>) {
    super(`modules are not loaded yet: ${modules.join(', ')}`);
    this.name = 'ModulesNotLoadedError';
    this.modules = modules;
    this.#load = load;
  }

  /** Imports what is missing; rejects with the import's own error. */
  load(): Promise<void> {
    return this.#load();
  }
}
