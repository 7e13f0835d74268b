import assert from 'node:assert/strict';
import { placement } from '../../bench/simulation/placement.js';

/** The seed of this run; a failed run is repeated by setting MOBULA_TEST_SEED. */
const SEED = Number(process.env.MOBULA_TEST_SEED ?? 20_263);

describe('a cluster in virtual time', function () {
  this.timeout(60_000);

  for (const submitters of [1, 4, 10]) {
    it(`runs all tasks of ${submitters} nodes, and leaves no CPU idle for longer than two latencies while a task waits that fits`, () => {
      const row = placement(SEED, 12, submitters, 4000);
      const used = row.leastSeconds * 12 * 8;
      const what = `seed ${SEED}: ${JSON.stringify(row)}`;
      for (const idle of [row.idleAtStart, row.idleLater]) {
        assert.equal(idle.nodesBeyondBound, 0, what);
        assert(idle.longestMilliseconds <= row.boundMilliseconds, what);
        assert(idle.cpuSeconds < 0.001 * used, what);
      }
      // Processes start, and the last tasks end one by one: all of it in virtual time.
      assert(row.seconds < 1.25 * row.leastSeconds, what);
    });
  }
});
