import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdirSync, rmdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { killLeftProcesses, snapshot, waitUntilGone } from './leftovers.js';
import { until } from './poll.js';

/** A process that starts a detached sleeper, prints its pid and ends: the sleeper has no parent of ours any more. */
const parentOfOrphan = `
  const child = require('node:child_process').spawn('sleep', ['600'], { detached: true, stdio: 'ignore' });
  child.unref();
  console.log(child.pid);
`;

describe('the search for what a run leaves behind', () => {
  it('finds a detached process whose parent has ended, and nothing once it is killed', async () => {
    const before = snapshot();
    const parent = spawn(process.execPath, ['-e', parentOfOrphan], { stdio: ['ignore', 'pipe', 'inherit'] });
    let printed = '';
    for await (const chunk of parent.stdout) printed += chunk;
    const orphan = Number(printed);
    await until(() => parent.exitCode !== null, { what: "the parent's end" });

    assert.deepEqual(await waitUntilGone(before, 50), [`process ${orphan}: sleep 600`]);
    killLeftProcesses(before);
    assert.deepEqual(await waitUntilGone(before), []);
  });

  it('finds a child whose environment was replaced', async () => {
    const before = snapshot();
    const child = spawn('/bin/sleep', ['600'], { env: {}, stdio: 'ignore' });
    assert.deepEqual(await waitUntilGone(before, 50), [`process ${child.pid}: /bin/sleep 600`]);
    child.kill('SIGKILL');
    assert.deepEqual(await waitUntilGone(before), []);
  });

  it("finds a session's folder", async () => {
    const before = snapshot();
    const folder = join(tmpdir(), 'mobula-left');
    mkdirSync(folder);
    assert.deepEqual(await waitUntilGone(before, 50), [`folder ${folder}`]);
    rmdirSync(folder);
    assert.deepEqual(await waitUntilGone(before), []);
  });
});
