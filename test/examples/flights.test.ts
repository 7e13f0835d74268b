import assert from 'node:assert/strict';
import { availableParallelism } from 'node:os';
import { type Run, runExample } from './run-example.js';

/** Three million rows of one Int32 and three of 16 bits. */
const columnBytes = 3_000_000 * (4 + 3 * 2);

/** Room for what stands beside columns and counts: names of airports, ids, frames of values. Bytes. */
const small = 1_000_000;

describe('the flights example', () => {
  let run: Run;

  before(async function () {
    this.timeout(120_000);
    run = await runExample('flights');
  });

  it('ends with exit code 0, so that tasks and plain pass agree', () => {
    assert.deepEqual({ code: run.code, signal: run.signal }, { code: 0, signal: null }, run.errors);
    assert.match(run.output, /^The plain pass gives the same 481 groups\.$/m);
  });

  it('prints a table for origins, destinations and hours', () => {
    for (const heading of ['origin', 'destination', 'hour']) {
      assert.match(run.output, new RegExp(`^${heading} +flights +mean +10 % +50 % +90 % +99 %$`, 'm'));
    }
    assert.match(run.output, /^ORD +166341 +9\.27 +-18 +-1 +49 +157$/m);
    assert.match(run.output, /^23:00 +26470 +35\.59 +-13 +8 +125 +279$/m);
  });

  it('prints the time of both', () => {
    assert.match(run.output, /^plain pass: \d+ ms$/m);
    assert.match(
      run.output,
      /^\d+ tasks: \d+ ms in workers that have to load the code, \d+ ms the second time$/m,
    );
  });

  it('copies the columns once, into the store, and reads them in place', () => {
    const totals = /^all +(\d+) B +(\d+) B +(\d+) B$/m.exec(run.output);
    assert.ok(totals, run.output);
    const [copiedIn, copiedOut, inPlace] = totals.slice(1).map(Number) as [number, number, number];
    assert.ok(copiedIn >= columnBytes && copiedIn < columnBytes + small, `${copiedIn} bytes copied in`);
    assert.ok(copiedOut < small, `${copiedOut} bytes copied out`);
    const tasks = 2 * (2 * availableParallelism()); // two runs of two ranges for each core
    assert.ok(inPlace >= tasks * columnBytes, `${inPlace} bytes read in place by ${tasks} tasks`);
  });

  it('leaves nothing behind', () => {
    assert.deepEqual(run.left, []);
  });
});
