import type { RedisCommand } from './client.js';
import type { Keys } from './keys.js';

/** Commands that are to be sent together. All of them may be sent twice: they set what is so, and add nothing up. */
export interface Batch {
  readonly commands: readonly RedisCommand[];
  /** They did not arrive, or nobody knows: keeps what they said for the next batch, unless something newer is known. */
  giveBack(): void;
}

/** What the parts of a store share. */
export interface PartContext {
  readonly keys: Keys;
  /** Names this process where several write into one key. */
  readonly writer: string;
  /** Seconds: see LIVE_SECONDS. */
  readonly live: number;
  /** A number above all that it gave before, about the microseconds since 1970: people see things in this order. */
  order(): number;
}

/** One kind of record: what this process knows of it, and what of that is still to be written. */
export interface Part {
  /** The next that is to be written; undefined for nothing. */
  take(): Batch | undefined;
  /** The server has lost what it had: all that this process is the truth for is to be written again. */
  republish(): void;
  /** Keys that must not expire yet, with their new lives in seconds. */
  keep(): Iterable<readonly [key: string, seconds: number]>;
}
