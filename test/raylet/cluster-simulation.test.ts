import assert from 'node:assert/strict';
import { placement } from '../../bench/simulation/placement.js';

/** The seed of this run; a failed run is repeated by setting MOBULA_TEST_SEED. */
const SEED = Number(process.env.MOBULA_TEST_SEED ?? 20_263);

describe('a cluster in virtual time', function () {
  this.timeout(60_000);

  for (const submitters of [1, 4]) {
    it(`runs all tasks of ${submitters} nodes, and leaves hardly a CPU idle while tasks wait`, () => {
      const row = placement(SEED, 12, submitters, 4000);
      const used = row.leastSeconds * 12 * 8;
      const what = `seed ${SEED}: ${JSON.stringify(row)}`;
      assert(row.idleAfterStart < 0.01 * used, what);
      // Processes start, and the last tasks end one by one: all of it in virtual time.
      assert(row.seconds < 1.25 * row.leastSeconds, what);
    });
  }
});
