/** Seconds after which what belongs to a node or job is gone unless its raylet says again that it lives. */
export const LIVE_SECONDS = 3600;
/** Seconds for which tasks, errors, and nodes and jobs that have ended are kept at most. */
export const RECORD_SECONDS = 7 * 24 * 3600;

/** What a record belongs to: its keys have the same form for both. */
export type Kind = 'node' | 'job';

/** The names of all keys; docs/redis.md describes them. */
export class Keys {
  readonly #prefix: string;

  constructor(prefix: string) {
    this.#prefix = prefix;
  }

  get epoch(): string {
    return `${this.#prefix}epoch`;
  }

  /** All ids of a kind, in the order in which they were heard of. */
  all(kind: Kind): string {
    return `${this.#prefix}${kind}s`;
  }

  /** Those of them that have ended. */
  ended(kind: Kind): string {
    return `${this.#prefix}${kind}s:ended`;
  }

  record(kind: Kind, id: string): string {
    return `${this.#prefix}${kind}:${id}`;
  }

  objects(node: string): string {
    return `${this.record('node', node)}:objects`;
  }

  counts(job: string): string {
    return `${this.record('job', job)}:counts`;
  }

  functions(job: string): string {
    return `${this.record('job', job)}:functions`;
  }

  function(hash: string): string {
    return `${this.#prefix}function:${hash}`;
  }

  jobsOfFunction(hash: string): string {
    return `${this.function(hash)}:jobs`;
  }

  get tasks(): string {
    return `${this.#prefix}tasks`;
  }

  task(id: string): string {
    return `${this.#prefix}task:${id}`;
  }

  get errors(): string {
    return `${this.#prefix}errors`;
  }
}
