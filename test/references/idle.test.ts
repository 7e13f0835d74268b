import assert from 'node:assert/strict';
import { session } from '../../lib/api/session.js';
import * as mobula from '../../lib/index.js';
import { failureOf, PATIENT } from '../integration/support/processes.js';
import { until } from '../support/poll.js';
import { MIB } from './support.js';

describe('a program that does nothing any more', function () {
  this.timeout(60_000);

  before(() => mobula.init({ numCpus: 1, objectStoreMemory: 128 * MIB }));
  after(() => mobula.shutdown());

  const used = (): number => session.require('the test').runtime.store.statistics().bytesUsed;

  async function untilFreed(): Promise<void> {
    await until(() => used() < 2 * MIB, { what: () => `the end of the objects: ${used()} bytes are left` });
  }

  it('frees what it has just made and dropped', async () => {
    (() => {
      const refs = Array.from({ length: 50 }, () => mobula.put(new Uint8Array(MIB)));
      assert.ok(used() >= 50 * MIB && refs.length === 50);
    })();
    await untilFreed();
  });

  it('frees what it had for long, and arrays that it read', async () => {
    const kept: unknown[] = [];
    const refs = Array.from({ length: 25 }, () => mobula.put(new Uint8Array(2 * MIB)));
    kept.push(...refs, ...(await mobula.get(refs, PATIENT)));
    refs.length = 0;
    // They get into the old generation, where only a collection of the whole heap finds them.
    for (let round = 0; round < 3; round++) globalThis.gc!();
    assert.ok(used() >= 50 * MIB);
    await mobula.get(mobula.put(1));
    kept.length = 0;
    await untilFreed();
  });

  it('hears of failed tasks whose refs it dropped', async () => {
    const fail = mobula.remote(function unheard(): number {
      throw new Error('nobody looked at this');
    });
    const { write } = process.stderr;
    let printed = '';
    process.stderr.write = ((text: string) => {
      printed += text;
      return true;
    }) as typeof write;
    try {
      const failed = [fail.remote()];
      await mobula.wait(failed, { timeout: PATIENT.timeout! });
      failed.length = 0;
      await until(() => printed.includes('nobody looked at this'), { what: 'the failure on stderr' });
    } finally {
      process.stderr.write = write;
    }
    assert.match(printed, /task 'unheard' failed, and its result was dropped unread/);
    const seen = fail.remote();
    assert.ok((await failureOf(mobula.get(seen, PATIENT))) instanceof mobula.TaskError);
  });
});
