import assert from 'node:assert/strict';
import { Exchange } from '../../lib/gateway/exchange.js';
import { byteList, type PeerConnection, sendPeerTable } from '../../lib/gateway/peer-frames.js';
import { type FunctionCode, type RemoteLease, RemoteTasks } from '../../lib/gateway/remote-tasks.js';
import { type ObjectHome, Replicas } from '../../lib/gateway/replicas.js';
import { Transfers } from '../../lib/gateway/transfers.js';
import { FetchObjectT, PeerFrame } from '../../lib/protocol/generated/peers.js';
import { ClientKind } from '../../lib/protocol/generated/protocol.js';
import { ERROR_FLAG, ObjectState } from '../../lib/runtime/object-values.js';
import { RayletLink } from '../../lib/runtime/raylet-link.js';
import { Runtime } from '../../lib/runtime/runtime.js';
import { NO_TASKS } from '../../lib/runtime/task-context.js';
import { VERSION } from '../../lib/runtime/version.js';
import { collectGarbage } from '../../lib/store/native.js';
import { programFile } from '../../lib/store/package-files.js';
import { createCodec } from '../../lib/values/index.js';
import { Assignment, type AssignmentOrigin } from '../../lib/worker/assignment.js';
import { Machine } from '../support/machine.js';
import { until } from '../support/poll.js';

const MEBIBYTE = 1024 * 1024;

/** The end of a link that keeps what is sent. */
class Outgoing implements PeerConnection {
  readonly frames: { type: number; body: Uint8Array }[] = [];
  readonly closed = false;

  send(type: number, ...parts: Uint8Array[]): void {
    this.frames.push({ type, body: Buffer.concat(parts) });
  }

  drained(): Promise<void> {
    return Promise.resolve();
  }

  close(reason: string): void {
    throw new Error(reason);
  }
}

const nobody: AssignmentOrigin = {
  done: () => undefined,
  bounced: () => undefined,
  leaseEnded: () => undefined,
};

describe('the parts of a gateway', function () {
  this.timeout(60_000);
  let machine: Machine;
  let runtime: Runtime;
  let exchange: Exchange;

  before(async () => {
    machine = new Machine();
    const { socket } = await machine.start();
    const workerCommand = {
      execPath: process.execPath,
      execArgv: [],
      script: programFile('worker'),
      cwd: process.cwd(),
      environment: {},
    };
    const [link, admission] = await RayletLink.connect(socket, {
      version: VERSION,
      kind: ClientKind.Driver,
      worker: 0,
      name: 'gateway-parts',
      logToDriver: false,
      workerCommand: JSON.stringify(workerCommand),
    });
    runtime = new Runtime(link, admission, createCodec({}), {
      contexts: NO_TASKS,
      ownWorker: 0,
      ownTarget: undefined,
      forOtherNode: true,
      resources: {},
      onFrame: () => undefined,
      onDrained: () => undefined,
      onRayletDied: () => undefined,
      describeRayletEnd: () => new Promise(() => undefined),
      log: () => undefined,
    });
    runtime.retain();
  });

  beforeEach(() => {
    exchange = new Exchange();
  });

  after(async () => {
    runtime.end(new Error('the tests are over') as never);
    runtime.close();
    await machine.remove();
  });

  function idOf(handle: number): Uint8Array {
    const id = new Uint8Array(16);
    assert.ok(runtime.store.writeId(handle, id, 0));
    return id;
  }

  function putHeld(value: unknown): number {
    const handle = runtime.values.put(value);
    assert.ok(runtime.store.hold(handle));
    return handle;
  }

  /** Waits until the garbage collector has what nothing refers to. */
  const collected = (weak: WeakRef<object>, what: string): Promise<unknown> =>
    until(
      () => {
        collectGarbage(true);
        return weak.deref() === undefined;
      },
      { timeout: 3000, what: `the garbage collector to find ${what}` },
    );

  describe('copies of other nodes’ objects', () => {
    const home: ObjectHome = {
      fetch: () => Promise.resolve(undefined),
      arriving: () => undefined,
    };

    it('tell that an object is lost as soon as the full store has room for that, and do not block meanwhile', async () => {
      const { store } = runtime;
      const drafts: number[] = [];
      // What other tests have read gives no room later.
      runtime.values.collect();
      // As errors, for which some room is set apart. The store has sizes between the powers of two.
      for (let bytes = MEBIBYTE; bytes >= 16; bytes = Math.floor(0.9 * bytes)) {
        const content = new Uint8Array(bytes);
        for (;;) {
          const draft = store.draft(content, 0, bytes, undefined, undefined, ERROR_FLAG);
          if (draft === 0) break;
          drafts.push(draft);
        }
      }
      const replicas = new Replicas(runtime, home, exchange);
      const arrivals: Promise<void>[] = [];
      const handle = replicas.obtain(new Uint8Array(16).fill(7), arrivals);
      let isFull = true;
      setImmediate(() => {
        isFull = false;
        for (const draft of drafts) store.abort(draft);
      });
      await Promise.all(arrivals);
      assert.ok(!isFull);
      assert.equal(store.state(handle), ObjectState.Error);
      replicas.close();
    });

    it('are held once, however often one that was freed here is named', () => {
      const { store } = runtime;
      const replicas = new Replicas(runtime, home, exchange);
      const handle = putHeld('freed');
      const id = idOf(handle);
      replicas.obtain(id, []);
      store.free(handle);
      for (let count = 0; count < 3; count++) assert.equal(replicas.obtain(id, []), handle);
      replicas.close();
      store.release(handle);
      assert.equal(store.lookup(id, 0), 0);
    });

    it('make room also where nothing was fetched for them', () => {
      const { store } = runtime;
      const replicas = new Replicas(runtime, home, exchange);
      const handle = putHeld('here already');
      replicas.obtain(idOf(handle), []);
      store.release(handle);
      assert.equal(store.state(handle), ObjectState.Value);
      exchange.evict();
      assert.equal(store.state(handle), ObjectState.Gone);
      replicas.close();
    });

    it('are forgotten with their job', async () => {
      const weak = ((): WeakRef<object> => {
        const replicas = new Replicas(runtime, home, exchange);
        replicas.close();
        return new WeakRef(replicas);
      })();
      await collected(weak, 'the copies');
    });
  });

  describe('tasks for other nodes', () => {
    let tasks: RemoteTasks;
    let answer: (code: FunctionCode) => void;
    const lease: RemoteLease = {
      id: 5,
      peer: {
        node: 'b',
        connection: new Outgoing(),
        share: () => new Uint8Array(0),
        fetch: () => Promise.resolve(undefined),
      },
      job: 1,
      jobName: 'a job',
      resources: {},
      exclusive: false,
    };

    beforeEach(() => {
      tasks = new RemoteTasks(runtime, {
        fetchFunction: () =>
          new Promise((resolve) => {
            answer = resolve;
          }),
        evict: exchange.evict,
      });
    });

    /** A task under a lease comes. */
    function arrives(leaseId: number): WeakRef<object> {
      const fn = tasks.functionOf('hash', 'name');
      const origin: AssignmentOrigin<typeof fn> = nobody;
      const handle = runtime.store.createPending(runtime.values.nextCounter(), 0);
      const bytes = new Uint8Array(0);
      const task = new Assignment(origin, 1, handle, 0, 1, leaseId, fn, 0, 0, 1, 0, 0, bytes, 0, 0);
      tasks.accept(task);
      tasks.turn();
      return new WeakRef(task);
    }

    it('are let go of when they come after the end of their lease', async () => {
      tasks.granted(lease);
      tasks.ended(lease.id);
      await collected(arrives(lease.id), 'the task');
    });

    it('are let go of when their submitter goes before their lease is heard of', async () => {
      const task = arrives(lease.id);
      tasks.originClosed(nobody);
      await collected(task, 'the task');
    });

    it('wait for their lease to be heard of', async () => {
      const task = arrives(lease.id);
      tasks.granted({ ...lease, id: lease.id - 1 });
      collectGarbage(true);
      assert.ok(task.deref() !== undefined);
      tasks.granted(lease);
      assert.ok(answer !== undefined);
    });

    it('leave no code of a job that ended while it was asked for', async () => {
      tasks.granted(lease);
      arrives(lease.id);
      tasks.jobEnded(lease.job);
      const weak = ((): WeakRef<object> => {
        const code = { payload: new Uint8Array(8), held: [] };
        answer(code);
        return new WeakRef(code);
      })();
      answer = () => undefined;
      await collected(weak, 'the code');
    });
  });

  it('of two nodes that ask for an object, the second is not sent to the first when that is gone', async () => {
    const { store, values } = runtime;
    const transfersTo = (node: string): { link: Transfers; out: Outgoing; ask(id: Uint8Array): void } => {
      const out = new Outgoing();
      const host = { runtime, exchange, keptAt: () => undefined, viewed: () => undefined };
      const link = new Transfers(node, out, host);
      const ask = (id: Uint8Array): void => {
        const question = new Outgoing();
        sendPeerTable(question, PeerFrame.FetchObject, new FetchObjectT(1, byteList(id), true, false));
        assert.ok(link.onFrame(PeerFrame.FetchObject, question.frames[0]!.body));
      };
      return { link, out, ask };
    };
    const [first, second] = [transfersTo('first'), transfersTo('second')];
    const handle = store.createPending(values.nextCounter(), 0);
    const id = idOf(handle);
    let complete = false;
    runtime.waiting.subscribe(handle, {
      objectReady: () => {
        complete = true;
      },
      objectsLost: () => undefined,
    });
    first.ask(id);
    first.link.lost();
    values.complete(handle, 0, values.encode(new Uint8Array(2 * MEBIBYTE)), 0);
    runtime.objectsReady([handle]);
    await until(() => complete, { what: 'the object' });
    // What served the first one goes on now.
    await new Promise((resolve) => setImmediate(resolve));
    second.ask(id);
    await until(() => second.out.frames.length > 0, { what: 'an answer' });
    assert.equal(second.out.frames[0]!.type, PeerFrame.ObjectBegin);
    second.link.lost();
    store.release(handle);
  });
});
