import assert from 'node:assert/strict';
import { Pace } from '../../lib/raylet/pace.js';

describe('pace', () => {
  it('lets some be said at once, then one an interval', () => {
    const pace = new Pace(20, 3);
    const times: number[] = [];
    for (let now = 100; times.length < 6; now = pace.next(now)) {
      if (pace.next(now) > now) continue;
      times.push(now);
      pace.said(now);
    }
    assert.deepEqual(times, [100, 100, 100, 120, 140, 160]);
  });

  it('lets as many be said at once again after a rest', () => {
    const pace = new Pace(20, 3);
    for (let count = 0; count < 5; count++) pace.said(pace.next(0));
    assert.equal(pace.next(50), 60);
    assert.equal(pace.next(100), 100);
    for (let count = 0; count < 3; count++) {
      assert.equal(pace.next(200), 200);
      pace.said(200);
    }
    assert.equal(pace.next(200), 220);
  });
});
