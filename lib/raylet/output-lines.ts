import { StringDecoder } from 'node:string_decoder';
import { MARK_END, NAME_MARK } from '../protocol/startup.js';

/** A line without an end is passed on in pieces of this size. */
const MAX_LINE = 64 * 1024;
const TAIL_LINES = 20;
const TAIL_LINE_LENGTH = 2000;

/** Cuts the output of one stream of a worker into lines, each under the name of the task that wrote it. */
export class OutputLines {
  readonly #decoder = new StringDecoder('utf8');
  readonly #onLines: (name: string, text: string) => void;
  readonly #tail: string[] = [];
  #name: string;
  #rest = '';

  /** @param onLines whole lines with their line breaks, of one name */
  constructor(name: string, onLines: (name: string, text: string) => void) {
    this.#name = name;
    this.#onLines = onLines;
  }

  /** The last lines that were written. */
  get tail(): string {
    const rest = this.#rest === '' ? [] : [this.#rest];
    return [...this.#tail, ...rest].join('\n');
  }

  push(chunk: Uint8Array): void {
    this.#take(this.#decoder.write(Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength)));
  }

  /** The stream ended; what has no line break is a line all the same. */
  end(): void {
    this.#take(this.#decoder.end());
    if (this.#rest !== '') this.#emit(`${this.#rest}\n`);
    this.#rest = '';
  }

  #take(text: string): void {
    let rest = this.#rest + text;
    for (;;) {
      const mark = rest.indexOf(NAME_MARK);
      if (mark < 0) break;
      const end = rest.indexOf(MARK_END, mark + NAME_MARK.length);
      if (end < 0) break;
      // What stands before the mark belongs to the name before it, also without a line break.
      const before = rest.slice(0, mark);
      if (before !== '') this.#emit(before.endsWith('\n') ? before : `${before}\n`);
      this.#name = rest.slice(mark + NAME_MARK.length, end);
      rest = rest.slice(end + 1);
    }
    const partialMark = rest.lastIndexOf('\0');
    const limit = partialMark >= 0 ? partialMark : rest.length;
    let cut = rest.lastIndexOf('\n', limit - 1) + 1;
    if (cut === 0 && rest.length > MAX_LINE) cut = limit;
    if (cut > 0) this.#emit(rest.slice(0, cut));
    this.#rest = rest.slice(cut);
  }

  #emit(text: string): void {
    for (const line of text.split('\n')) {
      if (line === '') continue;
      this.#tail.push(line.slice(0, TAIL_LINE_LENGTH));
      if (this.#tail.length > TAIL_LINES) this.#tail.shift();
    }
    this.#onLines(this.#name, text);
  }
}
