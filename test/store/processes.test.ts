import assert from 'node:assert/strict';
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import {
  listenSocket,
  type NativeListener,
  type NativeSocket,
  type RayletStore,
} from '../../lib/store/native.js';
import { compiled } from '../support/paths.js';
import { until } from '../support/poll.js';
import type { Commands } from './fixtures/client.js';
import { bytesOf, put, putView, socketPath, TestStores, view } from './support.js';

/** A client of the store in another process. */
class Client {
  readonly child: ChildProcess;
  readonly #answers: { result?: unknown; error?: string }[] = [];
  slot = 0;

  constructor(path: string) {
    this.child = fork(compiled('test/store/fixtures/client.ts'), [path], { execArgv: ['--expose-gc'] });
    this.child.on('message', (answer: { result?: unknown; error?: string }) => this.#answers.push(answer));
  }

  async answer(): Promise<unknown> {
    const answer = await until(() => this.#answers.shift(), { what: 'an answer of the other process' });
    if (answer.error !== undefined) throw new Error(answer.error);
    return answer.result;
  }

  async run<Name extends keyof Commands>(
    name: Name,
    ...values: Parameters<Commands[Name]>
  ): Promise<ReturnType<Commands[Name]>> {
    this.child.send({ name, values });
    return (await this.answer()) as ReturnType<Commands[Name]>;
  }

  /** Starts what never answers. */
  begin(name: keyof Commands): void {
    this.child.send({ name, values: [] });
  }

  async kill(): Promise<void> {
    if (this.child.exitCode !== null || this.child.signalCode !== null) return;
    const exit = once(this.child, 'exit');
    this.child.kill('SIGKILL');
    await exit;
  }
}

describe('clients in several processes', () => {
  const stores = new TestStores();
  const clients: Client[] = [];
  let raylet: RayletStore;
  let listener: NativeListener;
  let path: string;
  const accepted: NativeSocket[] = [];

  beforeEach(() => {
    raylet = stores.raylet();
    path = socketPath();
    listener = listenSocket(path, (socket) => {
      accepted.push(socket);
      const slot = raylet.claimSlot(socket.peer().pid);
      socket.sendStore(raylet, slot);
      const client = clients.find(({ child }) => child.pid === socket.peer().pid);
      client!.slot = slot;
    });
  });
  afterEach(async () => {
    for (const client of clients.splice(0)) await client.kill();
    for (const socket of accepted.splice(0)) socket.close();
    listener.close();
    assert.deepEqual(raylet.check(), []);
    stores.detachAll();
  });

  async function connect(): Promise<Client> {
    const client = new Client(path);
    clients.push(client);
    assert.equal(await client.answer(), 'ready');
    assert.notEqual(client.slot, 0);
    return client;
  }

  const sumOf = (bytes: Uint8Array): number => bytes.reduce((sum, byte) => sum + byte, 0);

  it('see each other’s objects under the same handles', async () => {
    const [first, second] = [await connect(), await connect()];
    const handle = await first.run('putView', 100_000, 5);
    assert.equal(await second.run('view', handle), sumOf(bytesOf(100_000, 5)));
    assert.deepEqual(view(raylet, handle), bytesOf(100_000, 5));
    assert.notEqual(await first.run('slot'), await second.run('slot'));
  });

  it('do not see what another writes into its view', async () => {
    const client = await connect();
    const handle = putView(raylet, bytesOf(100_000, 5));
    await client.run('scribble', handle);
    assert.deepEqual(view(raylet, handle), bytesOf(100_000, 5));
    assert.equal(await (await connect()).run('view', handle), sumOf(bytesOf(100_000, 5)));
  });

  it('settle each other’s tasks', async () => {
    const client = await connect();
    const task = raylet.createPending(1, 0);
    assert.equal(raylet.wait(task), false);
    assert.equal(await client.run('start', task), true);
    assert.equal(raylet.takeBack(task, 0), false);
    assert.equal(await client.run('complete', task, 10, 3), 1);
    assert.deepEqual(raylet.takeWaiters(task), [0]);
    assert.equal(raylet.state(task), 2);
  });

  it('that are killed leave nothing: references, views, drafts, pending objects', async () => {
    const client = await connect();
    const mine = putView(raylet, bytesOf(50_000, 1));
    await client.run('hold', mine);
    await client.run('view', mine);
    await client.run('put', 1000, 1);
    const theirs = await client.run('putView', 100_000, 2);
    await client.run('draft', 500, 1);
    await client.run('allocate', 100_000);
    const [kept, unknown] = await client.run('pendings', 2);
    raylet.hold(kept!);
    await client.run('running', kept!);
    await client.kill();

    assert.equal(raylet.running(client.slot), kept);
    assert.deepEqual([...raylet.reclaimSlot(client.slot)], [kept]);
    assert.equal(raylet.running(client.slot), 0);
    assert.equal(raylet.state(theirs), 0);
    assert.equal(raylet.state(unknown!), 0);
    assert.equal(raylet.state(kept!), 1);
    const meta = bytesOf(10, 1);
    const draft = raylet.draft(meta, 0, 10, undefined, undefined, 1);
    assert.equal(raylet.complete(kept!, draft, raylet.taskWord(kept!) >> 1), 0);
    assert.equal(raylet.state(kept!), 3);
    raylet.release(kept!);
    assert.equal(raylet.state(mine), 2);
    raylet.release(mine);
    assert.equal(raylet.statistics().entriesUsed, 0);
    assert.equal(raylet.statistics().bytesUsed, 0);
    assert.equal(raylet.statistics().clients, 1);
    assert.throws(() => raylet.reclaimSlot(client.slot), TypeError, 'it is free now');
    assert.equal(raylet.claimSlot(1), client.slot);
  });

  it('that are killed at any moment lose nothing of others’ and leak nothing', async function () {
    this.timeout(120_000);
    const mine = putView(raylet, bytesOf(50_000, 1));
    const meta = put(raylet, bytesOf(500, 2));
    const shown = view(raylet, mine);
    const before = raylet.statistics();
    for (let round = 0; round < 8; round++) {
      const pair = [await connect(), await connect()];
      for (const client of pair) client.begin('churn');
      const puts = (): number => raylet.statistics().totals.puts;
      const begin = puts();
      // A different moment each time.
      await until(() => puts() > begin + 200 + round * 77, { what: 'some puts' });
      for (const client of pair) await client.kill();
      for (const client of pair) assert.equal(raylet.reclaimSlot(client.slot).length, 0);
      assert.deepEqual(raylet.check(), []);
      const after = raylet.statistics();
      assert.equal(after.bytesUsed, before.bytesUsed);
      assert.equal(after.entriesUsed, before.entriesUsed);
      assert.deepEqual(shown, bytesOf(50_000, 1));
    }
    const target = new Uint8Array(500);
    assert.equal(raylet.read(meta, target), 500);
    assert.deepEqual(target, bytesOf(500, 2));
  });

  it('that end in order give everything back by themselves', async () => {
    const client = await connect();
    await client.run('putView', 100_000, 2);
    const mine = putView(raylet, bytesOf(50_000, 1));
    await client.run('view', mine);
    await client.run('detach');
    assert.equal(raylet.statistics().entriesUsed, 1);
    raylet.release(mine);
    assert.equal(raylet.statistics().entriesUsed, 0);
    const exit = once(client.child, 'exit');
    client.child.disconnect();
    assert.deepEqual(await exit, [0, null]);
  });

  it('let go of views that they drop', async () => {
    const client = await connect();
    const mine = putView(raylet, bytesOf(50_000, 1));
    await client.run('view', mine);
    raylet.release(mine);
    assert.equal(raylet.statistics().entriesUsed, 1);
    await client.run('forget');
    assert.equal(raylet.statistics().entriesUsed, 0);
  });

  it('refuse what is no store', async () => {
    const [here, there] = await (async () => {
      const sockets: NativeSocket[] = [];
      const strangers = socketPath();
      const strange = listenSocket(strangers, (socket) => sockets.push(socket));
      const child = fork(compiled('test/store/fixtures/client.ts'), [strangers], { silent: true });
      const socket = await until(() => sockets[0], { what: 'the connection' });
      strange.close();
      return [socket, child] as const;
    })();
    let errors = '';
    there.stderr!.on('data', (chunk: Buffer) => {
      errors += chunk.toString();
    });
    here.write(new Uint8Array(100).fill(7), 0, 100);
    const [code] = await once(there, 'exit');
    assert.equal(code, 1);
    await until(() => errors.includes('ERR_MOBULA_VERSION_MISMATCH'), {
      what: () => `the error in ${errors}`,
    });
    here.close();
  });
});

describe('dieWith', () => {
  /** Starts a process that watches another one, which this kills. */
  async function check(mode: string): Promise<void> {
    const watched = fork(compiled('test/store/fixtures/idle.ts'));
    const mortal = fork(compiled('test/store/fixtures/mortal.ts'), [String(watched.pid), mode], {
      detached: mode.includes('leader'),
    });
    let grandchild = 0;
    let ready = false;
    mortal.on('message', (message: { grandchild: number }) => {
      grandchild = message.grandchild;
      ready = true;
    });
    await until(() => ready, { what: 'the watching process' });
    const exits = [once(mortal, 'exit'), once(watched, 'exit')];
    watched.kill('SIGKILL');
    const [[code, signal]] = (await Promise.all(exits)) as [[number | null, string | null], unknown];
    if (mode.includes('leader')) {
      assert.equal(signal, 'SIGKILL');
      await until(() => !isAlive(grandchild), { what: 'the end of the grandchild' });
    } else {
      assert.equal(code, 1);
      if (grandchild !== 0) process.kill(grandchild, 'SIGKILL');
    }
  }

  function isAlive(pid: number): boolean {
    try {
      process.kill(pid, 0);
      return true;
    } catch {
      return false;
    }
  }

  it('ends a process that waits', () => check('wait'));
  it('ends a process that is in a loop for ever', () => check('loop'));
  it('ends the process group of a leader, children that sleep included', () => check('loop leader'));
  it('ends a process at once when the other has ended before', async () => {
    const watched = fork(compiled('test/store/fixtures/idle.ts'));
    const exit = once(watched, 'exit');
    watched.kill('SIGKILL');
    await exit;
    const mortal = fork(compiled('test/store/fixtures/mortal.ts'), [String(watched.pid), 'loop']);
    assert.deepEqual(await once(mortal, 'exit'), [1, null]);
  });
});
