import assert from 'node:assert/strict';
import { type Run, runExample } from './run-example.js';

/** What the tutorial prints, a line for each block of it. */
const lines: readonly RegExp[] = [
  /^ 1\. mobula\.init\(.*\) -> started$/,
  /^ 2\. mobula\.put\('example'\) -> ObjectRef\([0-9a-f]{32}\)$/,
  /^ 3\. .* -> example$/,
  /^ 4\. .* -> \[0,1,2,3,4,5,6,7,8,9\]$/,
  /^ 5\. add1\(1, 2\), .* -> 3$/,
  /^ 6\. add2 = mobula\.remote\(.*\) -> a remote function$/,
  /^ 7\. get\(add2\.remote\(1, 2\)\) -> 3$/,
  /^ 8\. ten sleeps .* -> 10\.\d\d s one after another, \d+\.\d\d s as tasks; 10 slept at once, in 10 processes$/,
  /^ 9\. add2 of values, .* -> \[3,3,3\]$/,
  /^10\. three returns of one task -> \[1,2,3\]$/,
  /^11\. .* three tasks -> 3$/,
  /^12\. tree reduce of 100 arrays of 1000 -> \[(-?\d+\.\d{3}, ){3}\.\.\. 997 more\]$/,
  /^13\. .* -> \[45,55,65,75,85\]$/,
];

describe('the tutorial', () => {
  let run: Run;

  before(async function () {
    this.timeout(120_000); // ten seconds of it are slept on purpose
    run = await runExample('tutorial');
  });

  it('ends with exit code 0', () => {
    assert.deepEqual({ code: run.code, signal: run.signal }, { code: 0, signal: null }, run.errors);
  });

  it('prints one line a block, in order', () => {
    const printed = run.output.trimEnd().split('\n');
    for (const [i, line] of lines.entries()) assert.match(printed[i] ?? '', line);
    assert.equal(printed.length, lines.length, run.output);
  });

  it('leaves nothing behind', () => {
    assert.deepEqual(run.left, []);
  });
});
