import type { ControlStore, FunctionRecord } from '../control/control-store.js';

/** A worker may hear of a function before its export arrives here, on another socket; so long it is waited for. */
const EXPORT_MILLISECONDS = 5000;

type Answer = (fn: FunctionRecord | undefined) => void;

/** The functions of the jobs, by content hash: exported once by a submitter, fetched once by each worker. */
export class FunctionDirectory {
  readonly #control: ControlStore;
  readonly #waiting = new Map<string, Answer[]>();

  constructor(control: ControlStore) {
    this.#control = control;
  }

  add(job: number, fn: FunctionRecord): void {
    this.#control.addFunction(job, fn);
    const waiting = this.#waiting.get(fn.hash);
    this.#waiting.delete(fn.hash);
    for (const answer of waiting ?? []) answer(fn);
  }

  /** Answers undefined when nobody exported the function in time. */
  async fetch(hash: string, answer: Answer): Promise<void> {
    const fn = await this.#control.functionOf(hash);
    if (fn !== undefined) {
      answer(fn);
      return;
    }
    const waiting = this.#waiting.get(hash);
    if (waiting === undefined) this.#waiting.set(hash, [answer]);
    else waiting.push(answer);
    setTimeout(() => this.#giveUp(hash, answer), EXPORT_MILLISECONDS).unref();
  }

  #giveUp(hash: string, answer: Answer): void {
    const waiting = this.#waiting.get(hash);
    const at = waiting?.indexOf(answer) ?? -1;
    if (waiting === undefined || at < 0) return;
    waiting.splice(at, 1);
    if (waiting.length === 0) this.#waiting.delete(hash);
    answer(undefined);
  }
}
