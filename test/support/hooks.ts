import { relative } from 'node:path';
import { killLeftProcesses, markThisRun, snapshot, waitUntilGone } from './leftovers.js';
import { packageRoot } from './paths.js';

markThisRun();

/**
 * Root hooks of every mocha run: after each test file, what it left behind fails that file. mocha knows no "end of a
 * file", so the check is hung onto the last top-level suite of each.
 */
export const mochaHooks = {
  beforeAll(this: Mocha.Context): void {
    let before = snapshot();
    const lastSuites = new Map<string | undefined, Mocha.Suite>();
    for (const suite of this.test?.parent?.suites ?? []) lastSuites.set(suite.file, suite);
    for (const [file, suite] of lastSuites) {
      suite.afterAll('leaves nothing behind', async function (this: Mocha.Context) {
        this.timeout(30_000);
        const left = await waitUntilGone(before);
        if (left.length === 0) return;
        killLeftProcesses(before);
        before = snapshot(); // What cannot be ended from here is not blamed on the next file too.
        throw new Error(`${relative(packageRoot, file ?? '?')} left behind:\n  ${left.join('\n  ')}`);
      });
    }
  },
};
