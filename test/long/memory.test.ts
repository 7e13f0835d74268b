import assert from 'node:assert/strict';
import { session } from '../../lib/api/session.js';
import * as mobula from '../../lib/index.js';
import { PATIENT } from '../integration/support/processes.js';
import { MIB } from '../references/support.js';
import { until } from '../support/poll.js';

/** Bytes of the store. */
const STORE = 256 * MIB;
/** Memory of this process beside the store's pages: what the heap of a busy loop may grow to. */
const HEAP = 300 * MIB;
/** Samples in a loop, the first and the last round included. */
const SAMPLES = 20;
/** No loop may take longer, milliseconds. */
const WATCHDOG = 600_000;

/** The most that was seen of each. */
interface Peaks {
  resident: number;
  bytes: number;
  entries: number;
}

const sizes = [
  { title: 'a million puts of 100 B', rounds: 1_000_000, value: 'x'.repeat(100) },
  // Far more than fits: a run without freeing ends in ObjectStoreFullError.
  { title: '20,000 puts of 1 MiB', rounds: 20_000, value: new Uint8Array(MIB).fill(1) },
];

const loops: [string, (value: unknown) => unknown][] = [
  ['synchronous', (value) => mobula.put(value)],
  ['await put', (value) => mobula.put(value)],
  ['await get(put)', (value) => mobula.get(mobula.put(value))],
];

describe('memory', function () {
  this.timeout(WATCHDOG);

  before(() => mobula.init({ numCpus: 1, objectStoreMemory: STORE }));
  after(() => mobula.shutdown());

  for (const { title, rounds, value } of sizes) {
    for (const [kind, step] of loops) {
      it(`is bounded in a loop of ${title}, ${kind}`, async () => {
        await until(() => emptied(), { what: 'the end of the objects of the loop before' });
        const peaks: Peaks = { resident: 0, bytes: 0, entries: 0 };
        const between = Math.floor(rounds / SAMPLES);
        for (let round = 0; round < rounds; round++) {
          const result = step(value);
          if (kind !== 'synchronous') await result;
          if (round % between === 0 || round === rounds - 1) sample(peaks);
        }
        console.log(
          `      resident ${mebibytes(peaks.resident)}, store ${mebibytes(peaks.bytes)}, entries ${peaks.entries}`,
        );
        assert.ok(peaks.bytes <= STORE, 'bytes of the store');
        // Resident: the heap, and the pages of the store that this process has mapped.
        assert.ok(peaks.resident <= STORE + HEAP, 'resident memory');
        assert.ok(peaks.entries <= rounds / 10, 'entries of the object table');
      });
    }
  }

  it('has room for 100,000 submissions in one go, and getSync of the last returns', async () => {
    const length = mobula.remote((text: string) => text.length);
    const text = 'y'.repeat(1024);
    let last = length.remote('');
    for (let index = 0; index < 100_000; index++) last = length.remote(text);
    assert.equal(mobula.getSync(last), 1024);
    assert.equal(await mobula.get(length.remote('after'), PATIENT), 5);
  });

  function emptied(): boolean {
    globalThis.gc!();
    return session.require('the test').runtime.store.statistics().entriesUsed < 100;
  }

  /** Synchronous, unlike mobula.statistics: it must not give the loop a turn that it would not have. */
  function sample(peaks: Peaks): void {
    const store = session.require('the test').runtime.store.statistics();
    peaks.resident = Math.max(peaks.resident, process.memoryUsage.rss());
    peaks.bytes = Math.max(peaks.bytes, store.bytesUsed);
    peaks.entries = Math.max(peaks.entries, store.entriesUsed);
  }
});

function mebibytes(bytes: number): string {
  return `${Math.round(bytes / MIB)} MiB`;
}
