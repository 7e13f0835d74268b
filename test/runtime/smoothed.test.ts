import assert from 'node:assert/strict';
import { smoothed } from '../../lib/runtime/smoothed.js';

describe('a smoothed mean', () => {
  it('begins with the first value, which is at least one', () => {
    assert.equal(smoothed(0, 250), 250);
    assert.equal(smoothed(0, 0), 1);
  });

  it('approaches what comes, and forgets what was', () => {
    let mean = smoothed(0, 1000);
    for (let count = 0; count < 40; count++) {
      const next = smoothed(mean, 10);
      assert.ok(next < mean && next > 10);
      mean = next;
    }
    assert.ok(mean < 11);
  });
});
