import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect, createServer as createTlsServer, type TLSSocket } from 'node:tls';
import { connectNode, type LinkTls, MOST_FRAME_BYTES } from '../../lib/cluster/link/index.js';
import { InvalidArgumentError } from '../../lib/errors/index.js';
import { until } from '../support/poll.js';
import {
  dialerIdentity,
  echo,
  highestType,
  host,
  listenerIdentity,
  openHandles,
  RawSocket,
  Relay,
  TestListener,
} from './link-support.js';

/** An authority that signs certificates, in a folder of its own. */
class Authority {
  readonly #folder: string;
  readonly #name: string;

  constructor(folder: string, name: string) {
    this.#folder = folder;
    this.#name = name;
    const options = ['-x509', '-subj', `/CN=${name}`, '-days', '2'];
    this.#openssl('req', ...newKey, ...options, '-keyout', `${name}.key`, '-out', `${name}.crt`);
  }

  /** A certificate of a node, for whatever host. */
  certify(node: string): LinkTls {
    const file = `${this.#name}-${node}`;
    this.#openssl('req', ...newKey, '-subj', `/CN=${node}`, '-keyout', `${file}.key`, '-out', `${file}.csr`);
    const signer = ['-CA', `${this.#name}.crt`, '-CAkey', `${this.#name}.key`, '-CAcreateserial'];
    this.#openssl('x509', '-req', '-in', `${file}.csr`, ...signer, '-days', '2', '-out', `${file}.crt`);
    const read = (name: string) => readFileSync(join(this.#folder, name));
    return { cert: read(`${file}.crt`), key: read(`${file}.key`), ca: read(`${this.#name}.crt`) };
  }

  #openssl(...words: string[]): void {
    execFileSync('openssl', words, { cwd: this.#folder, stdio: 'pipe' });
  }
}

const newKey = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];

describe('a link over TLS', () => {
  let folder: string;
  let ours: LinkTls;
  let alsoOurs: LinkTls;
  let foreign: LinkTls;
  let handles: string;
  let listener: TestListener;
  const open: { close(): unknown }[] = [];

  const assertServesTheGood = async (): Promise<void> => {
    const [near, far] = await listener.link({ tls: alsoOurs });
    near.link.send(1, Buffer.from('good'));
    await until(() => near.frames.length === 1, { what: 'the answer' });
    near.link.close('served');
    await far.closed();
  };

  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'certificates-'));
    const authority = new Authority(folder, 'cluster');
    ours = authority.certify('listening-node');
    alsoOurs = authority.certify('dialing-node');
    foreign = new Authority(folder, 'stranger').certify('dialing-node');
  });
  after(() => rmSync(folder, { recursive: true }));
  beforeEach(async () => {
    handles = openHandles();
    listener = await TestListener.listen({ tls: ours }, echo);
  });
  afterEach(async () => {
    for (const thing of open.splice(0)) await thing.close();
    await listener.close();
    await until(() => openHandles() === handles, { what: () => `the end of ${openHandles()}` });
  });

  it('carries frames of all sizes, both ways, and nobody on the way can read them', async () => {
    const relay = await new Relay(listener.port).listen();
    open.push(relay);
    const [near, far] = await listener.link({ port: relay.port, tls: alsoOurs });
    assert.deepEqual(near.link.peer, listenerIdentity);
    assert.deepEqual(far.link.peer, dialerIdentity);
    const sizes = [0, 1, 16, 8192, 8193, 65_536, 1 << 20, 3, MOST_FRAME_BYTES, 0, 12];
    const bodies = sizes.map((size) => randomBytes(size));
    for (const [index, body] of bodies.entries()) {
      near.link.send(index, body.subarray(0, body.length >> 1), body.subarray(body.length >> 1));
    }
    near.link.send(highestType, Buffer.from('words that nobody may read'));
    await until(() => near.frames.length === sizes.length + 1, { what: 'all frames back' });
    for (const [index, body] of bodies.entries()) assert.ok(body.equals(near.frames[index]!.body));
    for (const direction of ['toListener', 'toDialer'] as const) {
      const carried = relay.bytes(direction);
      assert.ok(carried.length > MOST_FRAME_BYTES);
      for (const words of ['that nobody may read', dialerIdentity.nodeId, listenerIdentity.nodeId]) {
        assert.ok(!carried.includes(words), words);
      }
    }
    near.link.close('done');
    const [here, there] = await Promise.all([near.closed(), far.closed()]);
    assert.match(here.message, /closed here: done/);
    assert.match(there.message, /closed there: done/);
  });

  it('ends when a byte is changed on the way', async () => {
    let change = false;
    const relay = await new Relay(listener.port, (bytes) => {
      if (change) bytes[bytes.length >> 1]! ^= 1;
      return bytes;
    }).listen();
    open.push(relay);
    const [near, far] = await listener.link({ port: relay.port, tls: alsoOurs });
    change = true;
    near.link.send(1, Buffer.from('words'));
    assert.equal((await far.closed()).failure, 'lost');
    await near.closed();
    assert.deepEqual(near.frames, []);
  });

  it('is refused to who has the secret and a certificate of another authority', async () => {
    // Who trusts the listener's authority, but has not been certified by it.
    const stranger = { ...foreign, ca: ours.ca };
    await assert.rejects(connectNode(listener.dialing({ tls: stranger })), { failure: 'refused' });
    await until(() => listener.refusals.length === 1, { what: 'the refusal' });
    assert.match(listener.refusals[0]!.reason, /its certificate was not signed by this cluster's authority/);
    await assertServesTheGood();
  });

  it('is not made to a listener of another authority', async () => {
    await assert.rejects(connectNode(listener.dialing({ tls: foreign })), {
      failure: 'unreachable',
      message: /certificate/,
    });
    await assertServesTheGood();
  });

  it('is refused to who has no certificate, or a good one and not the secret', async () => {
    const anonymous = connect({
      host,
      port: listener.port,
      ca: ours.ca,
      checkServerIdentity: () => undefined,
    });
    anonymous.on('error', () => undefined).resume();
    await until(() => anonymous.closed, { what: 'the end of who has no certificate' });
    assert.match(listener.refusals[0]!.reason, /its certificate was not signed/);
    const guessing = listener.dialing({ tls: alsoOurs, secret: randomBytes(32) });
    await assert.rejects(connectNode(guessing), { failure: 'refused' });
    assert.deepEqual(listener.ends, []);
    await assertServesTheGood();
  });

  it('is not made by who speaks plainly to a TLS port', async () => {
    await assert.rejects(connectNode(listener.dialing()), {
      failure: 'refused',
      message: /it demands TLS|closed the connection|ECONNRESET/,
    });
    const stranger = new RawSocket(listener.port);
    stranger.send('GET / HTTP/1.1\r\n\r\n');
    await stranger.end();
    await assertServesTheGood();
  });

  it('is not made by who speaks TLS to a plain port', async () => {
    const plain = await TestListener.listen({}, echo);
    open.push(plain);
    await assert.rejects(connectNode(plain.dialing({ tls: alsoOurs })), { failure: 'unreachable' });
    await until(() => plain.refusals.length === 1, { what: 'the refusal' });
    assert.match(plain.refusals[0]!.reason, /speaks TLS, which this node was not told to use/);
    const [near] = await plain.link();
    near.link.send(1);
    await until(() => near.frames.length === 1, { what: 'the answer' });
  });

  it('cannot be had by standing in between with a good certificate of another node', async () => {
    // TLS ends in the middle, on both sides; the handshake is passed on as it is.
    const sockets: TLSSocket[] = [];
    const options = { ...ours, requestCert: true };
    const middle = createTlsServer(options, (fromDialer) => {
      const toListener = connect({
        host,
        port: listener.port,
        ...alsoOurs,
        checkServerIdentity: () => undefined,
      });
      for (const socket of [fromDialer, toListener]) sockets.push(socket.on('error', () => undefined));
      fromDialer.pipe(toListener);
      toListener.pipe(fromDialer);
    });
    await new Promise<void>((resolve) => middle.listen(0, host, resolve));
    open.push({
      close: () => {
        middle.close();
        for (const socket of sockets) socket.destroy();
      },
    });
    const { port } = middle.address() as { port: number };
    await assert.rejects(connectNode(listener.dialing({ port, tls: alsoOurs })), { failure: 'refused' });
    await until(() => listener.refusals.length === 1, { what: 'the refusal' });
    assert.match(listener.refusals[0]!.reason, /its secret is another one/);
    assert.deepEqual(listener.ends, []);
  });

  it('waits, and is made, for who shares a host with one that guesses', async () => {
    const guessing = listener.dialing({ tls: alsoOurs, secret: randomBytes(32) });
    for (let guess = 0; guess < 4; guess++) await assert.rejects(connectNode(guessing));
    await until(() => listener.refusals.length === 2, { what: 'the refusals' });
    assert.ok(listener.refusals[1]!.slowed);
    await assertServesTheGood();
  });

  it('drops who connects and never begins with TLS', async () => {
    const silent = new RawSocket(listener.port);
    await until(() => listener.listener.knocking === 1, { what: 'the knock' });
    listener.listener.close();
    await silent.end();
  });

  it('needs all three of certificate, key and authority', async () => {
    const { cert, key } = ours;
    const incomplete = { cert, key } as LinkTls;
    await assert.rejects(connectNode(listener.dialing({ tls: incomplete })), InvalidArgumentError);
  });
});
