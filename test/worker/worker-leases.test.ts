import assert from 'node:assert/strict';
import { WorkerLeases } from '../../lib/worker/worker-leases.js';

/** Leases that note what they say. */
function noted(): { leases: WorkerLeases; said: string[] } {
  const said: string[] = [];
  const leases = new WorkerLeases({
    leaseSuspended: (lease) => said.push(`suspended ${lease}`),
    leaseResumed: (lease) => said.push(`resumed ${lease}`),
    leaseEnded: (lease) => said.push(`ended ${lease}`),
    leaseReleased: (lease) => said.push(`released ${lease}`),
  });
  return { leases, said };
}

describe('a lease on a worker', () => {
  it('that is revoked softly ends when nothing of it is left', () => {
    const { leases, said } = noted();
    leases.of(7).running = 1;
    const lease = leases.revoke(7, false);
    leases.releaseIfDone(lease);
    assert.equal(leases.hasEnded(7), false);
    assert.deepEqual(said, []);
    lease.running = 0;
    leases.releaseIfDone(lease);
    assert.equal(leases.hasEnded(7), true);
    assert.deepEqual(said, ['ended 7', 'released 7']);
  });

  it('that is revoked hard starts nothing more, which its submitter hears at once, and ends with what has started', () => {
    const { leases, said } = noted();
    leases.of(7).suspended = 1;
    const lease = leases.revoke(7, true);
    leases.releaseIfDone(lease);
    assert.equal(leases.hasEnded(7), true);
    assert.deepEqual(said, ['ended 7']);
    lease.suspended = 0;
    leases.releaseIfDone(lease);
    assert.equal(leases.hasEnded(7), true);
    assert.deepEqual(said, ['ended 7', 'released 7']);
  });

  it('that is revoked while nothing of it is here ends at once', () => {
    for (const hard of [false, true]) {
      const { leases, said } = noted();
      leases.releaseIfDone(leases.revoke(7, hard));
      assert.deepEqual(said, ['ended 7', 'released 7']);
    }
  });
});
