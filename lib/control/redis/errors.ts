import { boundedError, type ErrorRecord, MOST_ERRORS } from '../control-store.js';
import type { RedisCommand } from './client.js';
import { RECORD_SECONDS } from './keys.js';
import type { Batch, Part, PartContext } from './part.js';
import { errorText } from './records.js';

/** The errors recorded here and not written yet; the oldest give way. */
export class Errors implements Part {
  readonly #context: PartContext;
  #unwritten: { readonly text: string; readonly order: number }[] = [];

  constructor(context: PartContext) {
    this.#context = context;
  }

  add(error: ErrorRecord): void {
    const order = this.#context.order();
    this.#unwritten.push({ text: errorText(boundedError(error), `${this.#context.writer}-${order}`), order });
    if (this.#unwritten.length > 2 * MOST_ERRORS) this.#unwritten = this.#unwritten.slice(-MOST_ERRORS);
  }

  take(): Batch | undefined {
    const taken = this.#unwritten.slice(-MOST_ERRORS);
    if (taken.length === 0) return undefined;
    this.#unwritten = [];
    const { keys } = this.#context;
    const commands: RedisCommand[] = taken.map(({ text, order }) => ['ZADD', keys.errors, order, text]);
    commands.push(['ZREMRANGEBYRANK', keys.errors, 0, -MOST_ERRORS - 1]);
    commands.push(['EXPIRE', keys.errors, RECORD_SECONDS]);
    return {
      commands,
      giveBack: () => {
        this.#unwritten = [...taken, ...this.#unwritten].slice(-MOST_ERRORS);
      },
    };
  }

  republish(): void {}

  keep(): [] {
    return [];
  }
}
