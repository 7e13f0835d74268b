import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { programOf, runNode } from './run.mjs';

/**
 * Runs mocha over the compiled tests and gives back how many passed and failed. A run that ends before it has counted
 * is one failure; so is one that mocha ended badly though no test failed.
 * @param {readonly string[]} args mocha's
 */
export function runMocha(args) {
  const folder = mkdtempSync(join(tmpdir(), 'mocha-'));
  const counts = join(folder, 'counts.json');
  const options = [
    '--forbid-only',
    '--reporter',
    'scripts/support/reporter.cjs',
    '--reporter-option',
    `counts=${counts}`,
  ];
  try {
    const endedWell = runNode([programOf('mocha'), ...options, ...args]);
    const { passed, failed } = JSON.parse(readFileSync(counts, 'utf8'));
    return { passed, failed: endedWell ? failed : Math.max(failed, 1) };
  } catch (error) {
    console.error(`mocha did not come to its end: ${error.message}`);
    return { passed: 0, failed: 1 };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
