import type { Output } from '../protocol/generated/protocol.js';

/** Prints what a worker printed: each line with the name of the task and the process before it. */
export function printOutput(output: Output): void {
  const prefix = `(${output.name()} pid=${output.pid()}) `;
  const text = output.text() ?? '';
  const lines = text.endsWith('\n') ? text.slice(0, -1).split('\n') : text.split('\n');
  const stream = output.stderr() ? process.stderr : process.stdout;
  stream.write(lines.map((line) => `${prefix}${line}\n`).join(''));
}
