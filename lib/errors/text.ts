import { inspect } from 'node:util';

const UNITS = ['bytes', 'KiB', 'MiB', 'GiB', 'TiB'];

/** `1536` as `1.5 KiB`. */
export function formatBytes(bytes: number): string {
  let value = bytes;
  let unit = 0;
  while (value >= 1024 && unit < UNITS.length - 1) {
    value /= 1024;
    unit++;
  }
  const digits = unit === 0 || value >= 100 ? 0 : 1;
  return `${Number(value.toFixed(digits))} ${UNITS[unit]}`;
}

/** `1` as `1 task`, `2` as `2 tasks`. */
export function plural(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}

/** One line about anything that can be thrown; never throws itself. */
export function describeThrown(value: unknown): string {
  try {
    if (value instanceof Error) {
      return value.message === '' ? String(value.name) : `${value.name}: ${value.message}`;
    }
    return inspect(value, { depth: 0, breakLength: Number.POSITIVE_INFINITY, maxStringLength: 200 });
  } catch {
    return 'a value that cannot be printed';
  }
}

/** Indents the last lines of a process's output for use in a message; '' when there are none. */
export function quoteOutput(title: string, output: string): string {
  const text = output.trimEnd();
  return text === '' ? '' : `\n${title}:\n${text.replace(/^/gm, '  | ')}`;
}

/** `{ CPU: 2, gpu: 1 }` as `CPU: 2, gpu: 1`. */
export function formatResources(resources: Readonly<Record<string, number>>): string {
  const entries = Object.entries(resources);
  return entries.length === 0 ? 'nothing' : entries.map(([name, amount]) => `${name}: ${amount}`).join(', ');
}
