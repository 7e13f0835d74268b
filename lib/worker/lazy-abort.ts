import type { MobulaError } from '../errors/index.js';

/** An AbortController that is made when it is asked for: most tasks never ask, and making one costs more than a tiny task. */
export class LazyAbort {
  #controller: AbortController | undefined;
  #reason: MobulaError | undefined;

  get signal(): AbortSignal {
    if (this.#controller === undefined) {
      this.#controller = new AbortController();
      if (this.#reason !== undefined) this.#controller.abort(this.#reason);
    }
    return this.#controller.signal;
  }

  abort(reason: MobulaError): void {
    this.#reason = reason;
    this.#controller?.abort(reason);
  }
}
