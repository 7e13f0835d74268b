import assert from 'node:assert/strict';
import { setTimeout as sleep, setImmediate as turn } from 'node:timers/promises';
import { IdleCollection } from '../../lib/runtime/idle-collection.js';
import { until } from '../support/poll.js';

/** A process: what it did, what it holds, and which collections were made. */
class Process {
  activity: number | undefined = 0;
  holds = 0;
  /** Held after a collection of the young generation, and of the whole heap. */
  afterYoung = 0;
  afterFull = 0;
  fullMilliseconds = 0;
  readonly collections: ('young' | 'full')[] = [];
  readonly idle = new IdleCollection({
    activity: () => this.activity,
    holds: () => this.holds,
    collect: (full) => {
      this.collections.push(full ? 'full' : 'young');
      this.holds = full ? this.afterFull : this.afterYoung;
      if (full) spin(this.fullMilliseconds);
    },
  });

  works(holds: number, afterYoung: number, afterFull: number): void {
    this.activity = (this.activity ?? 0) + 1;
    this.holds = holds;
    this.afterYoung = afterYoung;
    this.afterFull = afterFull;
  }

  async looks(count: number): Promise<void> {
    for (let look = 0; look < count; look++) {
      await sleep(5); // That the event loop idles is a part of what is looked at.
      this.idle.look();
    }
  }

  async looksUntil(collections: readonly ('young' | 'full')[]): Promise<void> {
    await until(
      () => {
        this.idle.look();
        return this.collections.length >= collections.length;
      },
      { what: () => `${collections}; there were ${this.collections}` },
    );
    await this.looks(20);
    assert.deepEqual(this.collections, collections);
  }
}

function spin(milliseconds: number): void {
  for (const end = performance.now() + milliseconds; performance.now() < end; );
}

describe('collecting garbage when idle', () => {
  it('is not done by a process that did nothing, or holds nothing', async () => {
    const process = new Process();
    process.holds = 5;
    await process.looks(20);
    process.works(0, 0, 0);
    await process.looks(20);
    assert.deepEqual(process.collections, []);
  });

  it('leaves the whole heap alone when the young generation was all', async () => {
    const process = new Process();
    process.works(5, 0, 0);
    await process.looksUntil(['young']);
    process.works(5, 0, 0);
    await process.looksUntil(['young', 'young']);
  });

  it('is done once for each time that the process fell idle', async () => {
    const process = new Process();
    process.works(5, 3, 2);
    await process.looksUntil(['young', 'full']);
    process.works(5, 3, 2);
    await process.looksUntil(['young', 'full', 'young', 'full']);
  });

  it('does not stop the process for long over and over again', async () => {
    const process = new Process();
    process.fullMilliseconds = 300;
    process.works(5, 5, 5);
    await process.looksUntil(['young', 'full']);
    // What it holds it may well hold for ever: the whole heap is not looked through again within the next 30 s.
    process.works(6, 5, 5);
    await process.looksUntil(['young', 'full', 'young']);
  });

  it('is not done while something happens', async () => {
    const process = new Process();
    for (let round = 0; round < 20; round++) {
      process.works(5, 5, 5);
      await process.looks(2);
    }
    process.activity = undefined;
    await process.looks(20);
    assert.deepEqual(process.collections, []);
  });

  it('is not done while the program computes', async () => {
    const process = new Process();
    process.works(5, 5, 5);
    for (let round = 0; round < 20; round++) {
      await turn();
      spin(5);
      process.idle.look();
    }
    assert.deepEqual(process.collections, []);
  });
});
