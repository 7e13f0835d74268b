import assert from 'node:assert/strict';
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { compiled } from '../support/paths.js';

describe('views on a Node that the addon does not know', () => {
  it('are as safe, and are given back in the event loop', async () => {
    const child = fork(compiled('test/store/fixtures/inexact.ts'), [], {
      env: { ...process.env, MOBULA_INEXACT_BUFFERS: '1' },
      execArgv: ['--expose-gc'],
      silent: true,
    });
    let printed = '';
    for (const stream of [child.stdout!, child.stderr!]) {
      stream.on('data', (chunk: Buffer) => {
        printed += chunk.toString();
      });
    }
    const [code] = await once(child, 'exit');
    assert.equal(code, 0, printed);
    assert.match(printed, /all checked/);
  });
});
