import assert from 'node:assert/strict';
import * as mobula from '../../lib/index.js';
import { failureOf } from '../integration/support/processes.js';

/** Runs it, and gives the error that it threw or rejected with; it is a fault if it did not. */
export function errorOf(operation: () => unknown): Promise<unknown> {
  return failureOf((async () => operation())());
}

/** It must fail as a wrong argument does, and the message must say what is wrong. */
export async function refuses(operation: () => unknown, message: RegExp): Promise<void> {
  const error = await errorOf(operation);
  assert.ok(error instanceof mobula.InvalidArgumentError, `expected InvalidArgumentError, got ${error}`);
  assert.ok(error instanceof TypeError);
  assert.equal(error.code, 'ERR_MOBULA_INVALID_ARGUMENT');
  assert.match(error.message, message);
}
