import { setTimeout as sleep } from 'node:timers/promises';

export interface UntilOptions {
  /** Milliseconds after which the wait fails. */
  timeout?: number;
  /** What is waited for, for the error's message; a function is called when the wait fails. */
  what: string | (() => string);
}

/**
 * Waits until `condition` returns something truthy and gives that back. Tests poll with this instead of sleeping
 * for a time that is too short on a busy machine and too long on an idle one.
 */
export async function until<T>(
  condition: () => T | Promise<T>,
  { timeout = 20_000, what }: UntilOptions,
): Promise<NonNullable<T>> {
  const deadline = performance.now() + timeout;
  let pause = 1;
  for (;;) {
    const value = await condition();
    if (value) return value;
    if (performance.now() > deadline) {
      throw new Error(`waited ${timeout} ms in vain for ${typeof what === 'string' ? what : what()}`);
    }
    await sleep(pause);
    pause = Math.min(50, pause * 2);
  }
}
