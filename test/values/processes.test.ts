import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { createCodec } from '../../lib/values/index.js';
import { ValueGenerator } from './generate.js';
import { assertSameGraph } from './same-graph.js';
import { load, Random, type StoredValue, store, testSeed } from './support.js';

/** Values that make the way to the other process and back. */
const VALUES = 300;

describe('a value in another process', () => {
  let child: ChildProcess;

  before(() => {
    const echo = fileURLToPath(new URL('./fixtures/echo.js', import.meta.url));
    child = fork(echo, { serialization: 'advanced' });
  });
  after(async () => {
    child.disconnect();
    await once(child, 'exit');
  });

  it('can be decoded alone, in any order, and comes back the same', async function () {
    this.timeout(60_000);
    const seed = testSeed();
    console.log(`      seed ${seed}`);
    const codec = createCodec();
    const random = new Random(seed);
    const values = Array.from({ length: VALUES }, () => new ValueGenerator(random).value());
    // All are encoded before the first is sent: what this process remembers between them is of no use to the other.
    const waiting = values.map((value) => ({ value, stored: store(codec.encode(value)) }));
    while (waiting.length > 0) {
      const [{ value, stored }] = waiting.splice(random.below(waiting.length), 1) as [
        (typeof waiting)[number],
      ];
      child.send(stored);
      const [answer] = (await once(child, 'message')) as [StoredValue];
      assertSameGraph(load(codec, answer), structuredClone(value));
    }
  });
});
