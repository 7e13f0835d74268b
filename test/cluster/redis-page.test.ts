import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Member } from '../../lib/cluster/member.js';
import { Membership } from '../../lib/cluster/membership.js';
import type { ControlStore, NodeRecord } from '../../lib/control/control-store.js';
import { RedisControlStore } from '../../lib/control/redis-control-store.js';
import { fixture } from '../support/paths.js';
import { RedisServer } from '../support/redis.js';

const page = readFileSync(fixture('docs/redis.md'), 'utf8');
const first = '4f1d0c2b7a889e10';
const second = '9b3e55d1c0a7f264';
const job = '4f1d0c2b-1';

/** What the page's examples find. */
function fill(store: ControlStore): void {
  const node = (id: string): NodeRecord => ({
    id,
    pid: 4711,
    address: '10.0.0.5:7000',
    resources: { CPU: 2 },
    objectStoreMemory: 1 << 28,
    started: 1_700_000_000_000,
    ended: undefined,
  });
  for (const id of [first, second, '1111222233334444']) store.nodeStarted(node(id));
  store.nodeEnded('1111222233334444', 1_700_000_000_500);
  store.jobStarted({ job, name: 'pipeline.js', pid: 4700, started: 1_700_000_000_000, ended: undefined });
  store.jobStarted({ job: '4f1d0c2b-2', name: 'other.js', pid: 4701, started: 1, ended: undefined });
  store.jobEnded('4f1d0c2b-2', 2);
  const hash = '8d5f21c09e4b3a7786a0d1f2c3b4e596';
  store.addFunction(job, { hash, name: 'train', payload: new Uint8Array(1024) });
  store.objectsAdded(second, ['00c5a1e27f3b90d40000000001000000']);
  const load = { id: '00c5a1e27f3b90d40000000001000000', name: 'load', status: 'finished' };
  const train = { id: '00c5a1e27f3b90d40000000002000000', name: 'train', status: 'failed' };
  store.recordTasks(job, { finished: 1200, failed: 1 }, [
    { ...load, job, attempts: 1, start: 1_700_000_000_500, milliseconds: 3 },
    {
      ...train,
      ...{ job, attempts: 4, start: 1_700_000_001_000, milliseconds: 1250.5 },
      ...{ node: second, worker: 3, error: 'Error: no such file' },
      ...{ resources: { CPU: 1, gpu: 1 }, retries: 3, arguments: [load.id] },
    },
    {
      ...{ id: '00c5a1e27f3b90d40000000003000000', name: 'evaluate', status: 'running' },
      ...{ job, attempts: 1, start: 1_700_000_003_000, milliseconds: 1100, node: first, worker: 1 },
    },
  ]);
  const message = 'worker process 4800 could not be started';
  store.recordError({ time: 1_700_000_002_000, message, node: second });
}

function member(id: string, available: number): Member {
  const resources = { CPU: 2 };
  const more = { objectStoreMemory: 1 << 28, pid: 4711, incarnation: 1 };
  return { id, address: '10.0.0.5:7000', resources, available: { CPU: available }, ...more };
}

describe('the page about Redis', () => {
  const open: { close(): Promise<void> }[] = [];
  let server: RedisServer;
  let folder: string;

  before(async () => {
    server = await RedisServer.start();
    folder = mkdtempSync(join(tmpdir(), 'page-'));
    // The page's redis-cli asks the server of this test.
    const { stdout } = await promisify(execFile)('sh', ['-c', 'command -v redis-cli']);
    const shim = `#!/bin/sh\nexec ${stdout.trim()} -p ${server.port} "$@"\n`;
    writeFileSync(join(folder, 'redis-cli'), shim, { mode: 0o755 });
    const store = new RedisControlStore({ url: server.url, node: first });
    open.push(store);
    fill(store);
    await store.flush();
    // Their keys are to outlast the examples.
    const timeToLiveMilliseconds = 60_000;
    for (const each of [member(first, 1.5), member(second, 2)]) {
      const membership = new Membership({ url: server.url, member: each, timeToLiveMilliseconds });
      open.push(membership);
      await membership.start();
    }
  });

  after(async () => {
    for (const each of open) await each.close();
    await server.close();
    rmSync(folder, { recursive: true, force: true });
  });

  const examples = [...page.matchAll(/\n([^\n]+)\n\n```sh\n([\s\S]*?)```\n(?:\n```text\n([\s\S]*?)```)?/g)];

  it('answers every question', () => {
    assert.ok(examples.length >= 8);
    assert.equal(examples.length, page.split('```sh').length - 1);
    assert.equal(examples.length, page.split('```text').length - 1);
  });

  for (const [, question, script, output] of examples) {
    it(`${question}`, async () => {
      const env = { ...process.env, PATH: `${folder}:${process.env.PATH}` };
      const { stdout } = await promisify(execFile)('sh', ['-ec', script!], { env });
      // What the page leaves out is a time, which is another one each time.
      assert.equal(stdout.replace(/(?<="id":"\w+-)\d+/, '...'), output);
    });
  }

  it('names every key that there is', async () => {
    const keys = await server.lines('KEYS', '*');
    const forms = [...page.matchAll(/`(mobula:[\w:<>]+)`/g)].map(
      ([, form]) => new RegExp(`^${form!.replaceAll(/<\w+>/g, '[\\w-]+')}$`),
    );
    for (const key of keys)
      assert.ok(
        forms.some((form) => form.test(key)),
        `${key} is not on the page`,
      );
  });

  it('says of every key how long it lives', async () => {
    const forEver: string[] = [];
    for (const key of await server.lines('KEYS', '*'))
      if ((await server.cli('TTL', key)) === '-1') forEver.push(key);
    assert.deepEqual(forEver, ['mobula:epoch']);
  });
});
