import { setTimeout as sleep } from 'node:timers/promises';
import { type NodeFile, runningNodes } from '../cluster/node-file.js';
import { isRunning, signalProcess } from '../cluster/process-identity.js';
import { findStateFolder } from '../cluster/state-folder.js';
import { checkName } from './arguments.js';
import { CommandFailure } from './failure.js';

/** A node ends in a fraction of a second; after this it is killed. */
const STOP_MILLISECONDS = 10_000;
const POLL_MILLISECONDS = 20;

/** The options of `mobula stop`. */
export interface StopOptions {
  name?: string;
  json?: true;
}

/** Ends the named node, or all of this machine that are this user's, and waits until they are gone. */
export async function stop(options: StopOptions): Promise<void> {
  const name = options.name === undefined ? undefined : checkName(options.name);
  const folder = findStateFolder();
  const running = runningNodes(folder);
  const chosen = running.filter((node) => name === undefined || node.name === name);
  if (name !== undefined && chosen.length === 0) {
    const names = running.map((node) => `'${node.name}'`).join(', ');
    throw new CommandFailure(
      `no node named '${name}' runs on this machine; ${names === '' ? 'there is none' : `there is ${names}`}.`,
    );
  }
  const results = await Promise.all(
    chosen.map(async (node) => ({ name: node.name, pid: node.pid, killed: !(await endNode(node)) })),
  );
  // What a killed one left.
  runningNodes(folder);
  if (options.json) console.log(JSON.stringify({ stopped: results }));
  else {
    for (const { name: each, pid, killed } of results)
      console.log(`Node '${each}' (process ${pid}) ${killed ? 'was killed' : 'has ended'}.`);
    if (results.length === 0) console.log('No node runs on this machine.');
  }
  const killed = results.filter((result) => result.killed).map((result) => `'${result.name}'`);
  if (killed.length > 0) {
    throw new CommandFailure(
      `${killed.join(', ')} did not end within ${STOP_MILLISECONDS / 1000} s of being asked to, and had to be killed.`,
    );
  }
}

/** Ends a node and its Redis; resolves when both are gone. False when it had to be killed. */
export async function endNode(node: NodeFile): Promise<boolean> {
  signalProcess(node, 'SIGTERM');
  const orderly = await gone(node, STOP_MILLISECONDS);
  if (!orderly) {
    signalProcess(node, 'SIGKILL');
    await gone(node, STOP_MILLISECONDS);
  }
  const { redisServer } = node;
  if (redisServer !== undefined && !(await gone(redisServer, STOP_MILLISECONDS)))
    signalProcess(redisServer, 'SIGKILL');
  return orderly;
}

async function gone(process: { pid: number; startTime: string }, milliseconds: number): Promise<boolean> {
  const deadline = performance.now() + milliseconds;
  while (isRunning(process)) {
    if (performance.now() > deadline) return false;
    await sleep(POLL_MILLISECONDS);
  }
  return true;
}
