import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Member } from '../cluster/member.js';
import { Membership } from '../cluster/membership.js';
import { formatHostAndPort } from '../protocol/host-and-port.js';
import { GATEWAY_ALLOCATOR, type GatewayConfig } from '../protocol/startup.js';
import { readLine } from '../protocol/startup-line.js';
import { dieWith } from '../store/native.js';
import { Gateway } from './gateway.js';
import { Mesh } from './mesh.js';

/** So often it is tried to declare a node dead while Redis does not answer. */
const BURY_MILLISECONDS = 1000;

const config = JSON.parse(await readLine(process.stdin)) as GatewayConfig;
process.title = 'mobula-gateway';
for (const name of Object.keys(GATEWAY_ALLOCATOR)) delete process.env[name];
dieWith(process.ppid);
process.stdin.on('close', () => void end());

const { address, secretFile, tls } = config.cluster;
// The raylet may say at once what is free.
let available = config.resources;
let announced: Membership | undefined;
const gateway = await Gateway.start(config.directory, config.cluster.surroundings, (now) => {
  available = now;
  announced?.setAvailable(now);
});
const mesh = new Mesh(gateway, {
  host: address?.host ?? '127.0.0.1',
  port: address?.port ?? 0,
  secret: readFileSync(secretFile),
  tls: tls && { cert: readFileSync(tls.cert), key: readFileSync(tls.key), ca: readFileSync(tls.ca) },
  log,
  lost: (node) => void bury(node),
});
const port = await mesh.listen(config.node, config.start);
const host = address?.host ?? '127.0.0.1';
const self: Member = {
  id: config.node,
  address: formatHostAndPort(host, port),
  resources: config.resources,
  available,
  objectStoreMemory: config.objectStoreMemory,
  pid: process.pid,
  incarnation: config.start,
};
const membership = new Membership({ url: config.cluster.redis, member: self });
membership.on('joined', (member) => mesh.joined(member));
membership.on('left', (member) => mesh.left(member.id));
membership.on('absent', (node) => void bury(node));
membership.on('evicted', (reason) => void rejoin(reason));
announced = membership;
membership.setAvailable(available);
await membership.start();
gateway.announced(membership.self.id, membership.self.address);

/**
 * A node that is missing may come back as long as nobody has declared it dead; only then its end is recorded. While Redis does not
 * answer nobody can know whether it is missing.
 */
async function bury(node: string): Promise<void> {
  while (!membership.members().some(({ id }) => id === node)) {
    if (await membership.declareDead(node)) {
      gateway.gone(node);
      return;
    }
    await sleep(BURY_MILLISECONDS, undefined, { ref: false });
  }
}

/** The others took this node for dead: what it ran for them is void, and it begins anew. */
async function rejoin(reason: string): Promise<void> {
  log(`this node was taken for dead (${reason}); it joins again`);
  mesh.disconnect('taken for dead');
  const { incarnation } = membership.self;
  const member = { ...membership.self, id: randomBytes(8).toString('hex'), incarnation: incarnation + 1 };
  await mesh.rename(member.id, member.incarnation);
  await membership.rejoin(member);
  gateway.announced(member.id, member.address);
  for (const other of membership.members()) mesh.joined(other);
}

async function end(): Promise<void> {
  await Promise.all([mesh.close(), membership.close()]);
  process.exit(0);
}

function log(text: string): void {
  console.error(`mobula-gateway: ${text}`);
}
