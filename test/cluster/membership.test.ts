import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import type { Member } from '../../lib/cluster/member.js';
import { Membership } from '../../lib/cluster/membership.js';
import { ControlStoreError } from '../../lib/errors/index.js';
import { compiled } from '../support/paths.js';
import { until } from '../support/poll.js';
import { RedisServer, type RedisServerOptions } from '../support/redis.js';

/** Shorter than in earnest, so that the tests are. */
const times = { heartbeatMilliseconds: 100, timeToLiveMilliseconds: 1000 };

function member(id: string, more: Partial<Member> = {}): Member {
  return {
    id,
    address: '127.0.0.1:7000',
    resources: { CPU: 2 },
    available: { CPU: 2 },
    objectStoreMemory: 1 << 28,
    pid: process.pid,
    incarnation: 1,
    ...more,
  };
}

/** A membership with what it said, one line each. */
interface Watched {
  readonly membership: Membership;
  readonly events: string[];
}

describe('membership', () => {
  let server: RedisServer;
  const open: { close(): Promise<void> }[] = [];

  async function startServer(options?: RedisServerOptions): Promise<void> {
    server = await RedisServer.start(options);
    open.push(server);
  }

  function watch(id: string, more: Partial<Member> = {}): Watched {
    const membership = new Membership({ url: server.url, member: member(id, more), ...times });
    const events: string[] = [];
    membership.on('joined', (other) => events.push(`joined ${other.id}`));
    membership.on('changed', (other) => events.push(`changed ${other.id} ${other.available.CPU}`));
    membership.on('left', (other, reason) => events.push(`left ${other.id}: ${reason}`));
    membership.on('absent', (node) => events.push(`absent ${node}`));
    membership.on('evicted', (reason) => events.push(`evicted: ${reason}`));
    open.unshift(membership);
    return { membership, events };
  }

  async function join(id: string): Promise<Watched> {
    const watched = watch(id);
    await watched.membership.start();
    return watched;
  }

  /** A member in a process of its own, which can be killed and stopped. */
  function startProcess(id: string): { process: ChildProcess; output: () => string } {
    const script = compiled('test/cluster/fixtures/member.ts');
    const parameters = [server.url, JSON.stringify(member(id)), JSON.stringify(times)];
    const child = spawn(process.execPath, [script, ...parameters], { stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream.on('data', (chunk) => {
        output += chunk;
      });
    }
    const ended = new Promise((resolve) => child.once('exit', resolve));
    open.unshift({
      async close() {
        child.kill('SIGKILL');
        await ended;
      },
    });
    return { process: child, output: () => output };
  }

  function said(watched: Watched, pattern: RegExp): Promise<string> {
    return until(() => watched.events.find((event) => pattern.test(event)), {
      what: () => `${pattern} among: ${watched.events.join(', ')}`,
    });
  }

  const ids = ({ membership }: Watched) => membership.members().map(({ id }) => id);

  /** As long as this, since there is nothing to poll for when nothing is to happen. */
  async function passes(milliseconds: number): Promise<void> {
    const began = performance.now();
    await until(() => performance.now() - began > milliseconds, { what: 'the time to pass' });
  }

  afterEach(async () => {
    for (const each of open.splice(0)) await each.close();
  });

  it('shows each node the others, what they have free, and that they left', async () => {
    await startServer();
    const a = await join('aa');
    const b = await join('bb');
    await said(a, /^joined bb$/);
    assert.deepEqual(b.membership.members(), [member('aa')]);
    b.membership.setAvailable({ CPU: 0.5 });
    await said(a, /^changed bb 0.5$/);
    assert.deepEqual(a.membership.members(), [member('bb', { available: { CPU: 0.5 } })]);
    await b.membership.close();
    await said(a, /^left bb: it has left$/);
    assert.deepEqual(a.membership.members(), []);
    assert.deepEqual(await server.lines('ZRANGE', 'mobula:members', '0', '-1'), ['aa']);
  });

  it('needs no messages', async () => {
    await startServer();
    await server.cli('ACL', 'SETUSER', 'default', '-publish');
    const a = await join('aa');
    const b = await join('bb');
    await said(a, /^joined bb$/);
    b.membership.setAvailable({ CPU: 1 });
    await said(a, /^changed bb 1$/);
    await b.membership.close();
    await said(a, /^left bb/);
  });

  it('misses a node that was killed, by itself', async () => {
    await startServer();
    const a = await join('aa');
    const b = startProcess('bb');
    await said(a, /^joined bb$/);
    b.process.kill('SIGKILL');
    await said(a, /^left bb: it was not heard of for 1000 ms$/);
    assert.deepEqual(ids(a), []);
  });

  it('tells once of nodes that died when nobody was there to miss them', async () => {
    await startServer();
    const b = startProcess('bb');
    await until(async () => (await server.lines('ZRANGE', 'mobula:members', '0', '-1')).includes('bb'), {
      what: () => `a member, which said: ${b.output()}`,
    });
    b.process.kill('SIGKILL');
    await until(async () => (await server.cli('EXISTS', 'mobula:member:bb')) === '0', { what: 'its end' });
    const a = await join('aa');
    const c = startProcess('cc');
    await said(a, /^joined cc$/);
    await said(a, /^absent bb$/);
    // One that was seen is missed, and no more.
    c.process.kill('SIGKILL');
    await said(a, /^left cc/);
    await passes(6 * times.timeToLiveMilliseconds);
    assert.deepEqual(a.events.slice().sort(), [
      'absent bb',
      'joined cc',
      'left cc: it was not heard of for 1000 ms',
    ]);
    assert.equal(await a.membership.declareDead('bb'), true);
    assert.deepEqual((await server.lines('ZRANGE', 'mobula:members', '0', '-1')).sort(), ['aa', 'cc']);
  });

  it('misses a node that stands still, which learns of it when it goes on', async () => {
    await startServer();
    const a = await join('aa');
    const b = startProcess('bb');
    await said(a, /^joined bb$/);
    b.process.kill('SIGSTOP');
    await said(a, /^left bb: it was not heard of/);
    await passes(2 * times.timeToLiveMilliseconds);
    b.process.kill('SIGCONT');
    await until(() => /evicted: it was not heard of for \d+ ms/.test(b.output()), { what: b.output });
    assert.deepEqual(ids(a), []);
  });

  it('takes a new process of a node for the node, at its new address, before the old one is missed', async () => {
    await startServer();
    const watched = await join('a1');
    const { process: child } = startProcess('b1');
    await until(() => watched.events.length > 0, { what: 'a node' });
    child.kill('SIGKILL');
    const { membership } = watch('b1', { incarnation: 2, address: '127.0.0.1:7001' });
    await membership.start();
    await until(() => watched.events.length >= 3, { what: () => `two events more: ${watched.events}` });
    assert.deepEqual(watched.events.slice(0, 3), ['joined b1', 'left b1: its process died', 'joined b1']);
    assert.equal(watched.membership.members()[0]!.address, '127.0.0.1:7001');
  });

  it('takes back a node that was missing for a moment', async () => {
    await startServer();
    const a = await join('aa');
    const b = startProcess('bb');
    await said(a, /^joined bb$/);
    // The time of grace after the start is over when another node can be declared dead.
    await until(() => a.membership.declareDead('nobody'), { what: 'the end of the time of grace' });
    b.process.kill('SIGSTOP');
    await server.cli('PEXPIRE', 'mobula:member:bb', '1');
    await said(a, /^left bb/);
    b.process.kill('SIGCONT');
    await until(() => a.events.filter((event) => event === 'joined bb').length === 2, {
      what: () => `the return: ${a.events.join(', ')}`,
    });
    assert.doesNotMatch(b.output(), /evicted/);
  });

  it('tells a node that it was declared dead, which joins again under another id', async () => {
    await startServer();
    const a = await join('aa');
    const b = await join('bb');
    await said(a, /^joined bb$/);
    await until(() => a.membership.declareDead('bb'), { what: 'the end of the time of grace' });
    await said(a, /^left bb: node aa declared it dead$/);
    await said(b, /^evicted: node aa declared it dead$/);
    assert.deepEqual(ids(a), []);
    await assert.rejects(b.membership.rejoin(member('bb')), /take another id/);
    await b.membership.rejoin(member('b2', { incarnation: 2 }));
    await said(a, /^joined b2$/);
    assert.equal(a.membership.members()[0]!.incarnation, 2);
    assert.deepEqual(ids(b), ['aa']);
    assert.equal(b.events.filter((event) => event.startsWith('evicted')).length, 1);
  });

  it('declares nobody dead soon after it has connected', async () => {
    await startServer();
    const a = await join('aa');
    assert.equal(await a.membership.declareDead('bb'), false);
    await until(() => a.membership.declareDead('bb'), { what: 'the end of the time of grace' });
  });

  it('evicts a node that was not heard of for too long while others were', async () => {
    await startServer();
    const a = await join('aa');
    // What a node leaves that stopped long ago and comes back now.
    const [seconds] = await server.lines('TIME');
    await passes(2 * times.timeToLiveMilliseconds);
    await server.cli('ZADD', 'mobula:members', `${(Number(seconds) - 60) * 1000}`, 'bb');
    const b = watch('bb');
    await b.membership.start();
    await said(b, /^evicted: it was not heard of for 6\d{4} ms$/);
    await b.membership.rejoin(member('b2'));
    await said(a, /^joined b2$/);
    assert.ok(!a.events.includes('joined bb'));
  });

  for (const persistent of [true, false]) {
    const data = persistent ? 'with its data' : 'empty';
    it(`loses nobody when Redis is killed, and started again ${data} much later`, async () => {
      await startServer({ persistent });
      const all = [await join('aa'), await join('bb'), await join('cc')];
      for (const each of all) await until(() => ids(each).length === 2, { what: 'the others' });
      await server.kill();
      await passes(3 * times.timeToLiveMilliseconds);
      all[0]!.membership.setAvailable({ CPU: 1 });
      assert.equal(await all[1]!.membership.declareDead('aa'), false);
      await server.restart();
      await said(all[1]!, /^changed aa 1$/);
      await passes(2 * times.timeToLiveMilliseconds);
      for (const { events } of all)
        assert.deepEqual(
          events.filter((event) => /^(left|evicted)/.test(event)),
          [],
        );
      // And it finds again who is missing.
      await all[2]!.membership.close();
      await said(all[0]!, /^left cc/);
    });
  }

  it('loses nobody when Redis stands still', async () => {
    await startServer();
    const all = [await join('aa'), await join('bb')];
    for (const each of all) await until(() => ids(each).length === 1, { what: 'the other' });
    await passes(2 * times.timeToLiveMilliseconds);
    server.signal('SIGSTOP');
    await passes(3 * times.timeToLiveMilliseconds);
    server.signal('SIGCONT');
    all[0]!.membership.setAvailable({ CPU: 1 });
    await said(all[1]!, /^changed aa 1$/);
    await passes(2 * times.timeToLiveMilliseconds);
    for (const { events } of all)
      assert.deepEqual(
        events.filter((event) => /^(left|evicted)/.test(event)),
        [],
      );
  });

  it('does not start without Redis, says why, and can be closed', async () => {
    await startServer();
    await server.kill();
    const { membership } = watch('aa');
    await assert.rejects(membership.start(), (error: Error) => {
      assert.ok(error instanceof ControlStoreError);
      assert.match(error.message, /ECONNREFUSED/);
      return true;
    });
    await membership.close();
  });

  it('pays no attention to what is no member and no message', async () => {
    await startServer();
    const a = await join('aa');
    await server.cli('ZADD', 'mobula:members', '9e15', 'junk');
    await server.cli('HSET', 'mobula:member:junk', 'address', 'x', 'resources', '[', 'available', 'null');
    for (const text of ['', '{', 'null', '1', '{"id":7}', '{"id":"junk","available":3,"version":9}'])
      await server.cli('PUBLISH', 'mobula:members', text);
    await join('bb');
    await said(a, /^joined bb$/);
    assert.deepEqual(ids(a), ['bb']);
  });
});
