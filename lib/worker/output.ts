import { MARK_END, NAME_MARK } from '../protocol/startup.js';
import type { TaskContexts } from '../runtime/task-context.js';

/**
 * Puts the name of the running task into the output whenever it changes, so that the driver can print it before each
 * line. The marks are taken out by the raylet.
 */
export function markOutput(contexts: TaskContexts): void {
  for (const stream of [process.stdout, process.stderr]) {
    const write = stream.write.bind(stream) as (...args: unknown[]) => boolean;
    let marked = '';
    stream.write = ((...args: unknown[]): boolean => {
      const name = contexts.current()?.name ?? 'worker';
      if (name !== marked) {
        marked = name;
        write(`${NAME_MARK}${name.replaceAll('\0', '')}${MARK_END}`);
      }
      return write(...args);
    }) as typeof stream.write;
  }
}
