import assert from 'node:assert/strict';
import { workerExecArgv, workerNodeOptions } from '../../lib/api/worker-flags.js';

describe("Node's flags for workers", () => {
  const kept = [
    ['--import', './loader.mjs'],
    ['--import=tsx'],
    ['-r', './preload.cjs'],
    ['--require', 'x'],
    ['--loader', './hooks.mjs'],
    ['--experimental-loader=x'],
    ['-C', 'development'],
    ['--conditions=development'],
    ['--enable-source-maps'],
    ['--max-old-space-size=100'],
    ['--max-semi-space-size', '64'],
    ['--expose-gc'],
    ['--no-warnings'],
    ['--env-file=.env'],
    ['--preserve-symlinks'],
    ['--stack-trace-limit=50'],
    ['--experimental-strip-types'],
  ];
  const dropped = [
    ['-e', 'code()'],
    ['--eval', 'code()'],
    ['--eval=code()'],
    ['-p', '1'],
    ['--print', '1'],
    ['-pe', '1'],
    ['-i'],
    ['--interactive'],
    ['-c'],
    ['--check'],
    ['--input-type=module'],
    ['--input-type', 'module'],
    ['--inspect'],
    ['--inspect=9229'],
    ['--inspect-brk'],
    ['--inspect-brk=127.0.0.1:0'],
    ['--inspect-port', '9000'],
    ['--inspect-wait'],
    ['--test'],
    ['--test-only'],
    ['--test-reporter', 'spec'],
    ['--test-name-pattern=x'],
    ['--test-concurrency', '2'],
    ['--watch'],
    ['--watch-path', 'lib'],
    ['--cpu-prof'],
    ['--cpu-prof-dir', 'out'],
    ['--heap-prof'],
    ['--heap-prof-interval', '100'],
    ['--prof'],
  ];

  it('are those that are about code, not about the driver', () => {
    for (const flags of kept) assert.deepEqual(workerExecArgv(flags), flags);
    for (const flags of dropped) assert.deepEqual(workerExecArgv(flags), [], flags.join(' '));
    assert.deepEqual(workerExecArgv([]), []);
  });

  it('are kept in their order, with their values, whatever stands between them', () => {
    for (const flags of dropped) {
      assert.deepEqual(workerExecArgv([...kept[0]!, ...flags, ...kept[2]!, ...flags, ...kept[7]!]), [
        ...kept[0]!,
        ...kept[2]!,
        ...kept[7]!,
      ]);
    }
  });

  it('come from NODE_OPTIONS too, with their quotes', () => {
    assert.equal(workerNodeOptions(''), '');
    assert.equal(workerNodeOptions('--inspect'), '');
    assert.equal(
      workerNodeOptions('--inspect=0 --import "./my loader.mjs"  --max-old-space-size=100 --cpu-prof'),
      '--import "./my loader.mjs" --max-old-space-size=100',
    );
    assert.equal(workerNodeOptions('--require "./a \\"b\\".cjs"'), '--require "./a \\"b\\".cjs"');
    assert.equal(workerNodeOptions('--require ./a\\ b.cjs --watch'), '--require ./a\\ b.cjs');
  });
});
