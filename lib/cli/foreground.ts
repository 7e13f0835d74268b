import type { ChildProcess } from 'node:child_process';
import type { NodeFile } from '../cluster/node-file.js';
import { CommandFailure } from './failure.js';
import { endNode } from './stop.js';

/**
 * Stays until the node ends. Ctrl-C and SIGTERM end it.
 * @throws CommandFailure when it ended by itself, or had to be killed
 */
export async function block(child: ChildProcess, node: NodeFile): Promise<void> {
  const exited = new Promise<void>((resolve) => {
    if (child.exitCode !== null || child.signalCode !== null) resolve();
    child.once('exit', () => resolve());
  });
  let ending: Promise<boolean> | undefined;
  const end = (): void => {
    ending ??= endNode(node);
  };
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, end);
  await exited;
  if (ending !== undefined) {
    if (!(await ending)) throw new CommandFailure(`node '${node.name}' did not end, and was killed.`);
  } else if (child.exitCode !== 0) {
    const how = child.signalCode ?? `exit code ${child.exitCode}`;
    throw new CommandFailure(`node '${node.name}' (process ${node.pid}) ended: ${how}.`);
  }
}
