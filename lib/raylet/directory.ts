import { mkdirSync, readdirSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** `mobula-`, the pid of the driver, random digits. */
const NAME = /^mobula-(\d+)-[0-9a-f]{8}$/;

/**
 * Makes the folder of a node's sockets, which only this user can look into, and removes those that were left by nodes
 * whose driver and raylet were killed at once.
 */
export function makeDirectory(directory: string, ofDriver: boolean): void {
  mkdirSync(directory, { mode: 0o700 });
  // What a node that outlives its drivers leaves behind its node file tells.
  if (!ofDriver) return;
  const parent = dirname(directory);
  for (const name of readdirSync(parent)) {
    const pid = Number(NAME.exec(name)?.[1] ?? 0);
    if (pid === 0 || isAlive(pid)) continue;
    try {
      rmSync(join(parent, name), { recursive: true, force: true });
    } catch {
      // Another user's.
    }
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as { code?: string }).code !== 'ESRCH';
  }
}
