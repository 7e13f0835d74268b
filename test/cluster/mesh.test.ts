import assert from 'node:assert/strict';
import { connectNode } from '../../lib/cluster/link/index.js';
import type { Member } from '../../lib/cluster/member.js';
import { Mesh } from '../../lib/gateway/mesh.js';
import type { Peer } from '../../lib/gateway/peer.js';
import { formatHostAndPort } from '../../lib/protocol/host-and-port.js';
import { VERSION } from '../../lib/runtime/version.js';
import { until } from '../support/poll.js';
import { host, LinkEnd, secret, TestListener } from './link-support.js';

const identityOf = (nodeId: string, version = VERSION) => ({
  nodeId,
  incarnation: 1,
  purpose: 'gateway',
  version,
});

const memberAt = (id: string, port: number): Member => ({
  id,
  address: formatHostAndPort(host, port),
  resources: {},
  available: {},
  objectStoreMemory: 0,
  pid: 1,
  incarnation: 1,
});

describe('the mesh of links between gateways', () => {
  /** Nodes that there is a link to, in the order in which it was made. */
  let joined: string[];
  let logged: string[];
  let mesh: Mesh;
  let port: number;

  beforeEach(async () => {
    joined = [];
    logged = [];
    mesh = new Mesh(
      {
        joined: ({ node }) => {
          joined.push(node);
          return { onFrame: () => undefined } as unknown as Peer;
        },
        left: () => undefined,
      },
      {
        host,
        port: 0,
        secret,
        tls: undefined,
        log: (text) => logged.push(text),
        lost: () => undefined,
      },
    );
    port = await mesh.listen('m', 1);
  });

  afterEach(async () => {
    await mesh.close();
  });

  it('uses the new link of a node that the list of members lacked when it connected again', async () => {
    const dial = async (): Promise<LinkEnd> =>
      new LinkEnd(await connectNode({ host, port, secret, identity: identityOf('a') }));
    mesh.joined(memberAt('a', 1));
    const old = await dial();
    await until(() => joined.length === 1, { what: 'the first link' });
    mesh.left('a');
    const again = await dial();
    // The mesh has the new one.
    await old.closed();
    mesh.joined(memberAt('a', 1));
    assert.deepEqual(joined, ['a', 'a']);
    again.link.close('the test is over');
    await again.closed();
  });

  it('does not take the node that answers at the address of another one for that one', async () => {
    const other = await TestListener.listen({ identity: identityOf('y') });
    mesh.joined(memberAt('z', other.port));
    await until(() => logged.length > 0, { what: 'a word on it' });
    assert.match(logged[0]!, /node z at .* cannot be reached: node y answers there/);
    assert.deepEqual(joined, []);
    await mesh.close();
    await other.close();
  });

  it('does not work with a node of another version, whoever connects', async () => {
    const other = await TestListener.listen({ identity: identityOf('z', '0.0.0') });
    mesh.joined(memberAt('z', other.port));
    mesh.joined(memberAt('a', 1));
    await until(() => logged.length > 0, { what: 'a word on it' });
    assert.match(logged[0]!, /node z at .*: its version of Mobula is 0\.0\.0, and not /);
    const dialer = new LinkEnd(await connectNode({ host, port, secret, identity: identityOf('a', '0.0.0') }));
    assert.match((await dialer.closed()).message, /its version of Mobula is 0\.0\.0, and not /);
    assert.deepEqual(joined, []);
    await mesh.close();
    await other.close();
  });
});
