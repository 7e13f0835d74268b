import * as mobula from '../../lib/index.js';
import { until } from '../support/poll.js';

export const MIB = 2 ** 20;

/** A value of that many MiB, which nothing else in these tests is as big as. */
export function big(mebibytes = 1): Uint8Array {
  return new Uint8Array(mebibytes * MIB).fill(mebibytes);
}

/** MiB of objects that exist; what is smaller than half of one does not count. */
export async function heldMebibytes(): Promise<number> {
  const { store } = await mobula.statistics();
  return Math.round((store.sealed.bytes + store.freed.bytes) / MIB);
}

/** Waits until so many MiB of objects exist, while this process's garbage is collected. */
export async function untilHeld(mebibytes: number, what: string): Promise<void> {
  let held = -1;
  await until(
    async () => {
      globalThis.gc!();
      held = await heldMebibytes();
      return held === mebibytes;
    },
    { timeout: 10_000, what: () => `${what}: ${held} MiB are held, not ${mebibytes}` },
  );
}

/**
 * Runs the act in a frame of its own, so that nothing of it is left on the stack for the garbage collector to see, and
 * gives the event loop a turn: what a promise resolved with is held until then.
 */
export async function inFrame<T>(act: () => T | Promise<T>): Promise<T> {
  const result = await act();
  await new Promise((resolve) => setImmediate(resolve));
  return result;
}
