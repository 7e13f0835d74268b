import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { Member } from '../cluster/member.js';
import { Membership } from '../cluster/membership.js';
import type { GatewayConfig } from '../protocol/startup.js';
import { readLine } from '../protocol/startup-line.js';
import { dieWith } from '../store/native.js';
import { Gateway } from './gateway.js';
import { Mesh } from './mesh.js';

const config = JSON.parse(await readLine(process.stdin)) as GatewayConfig;
process.title = 'mobula-gateway';
dieWith(process.ppid);
process.stdin.on('close', () => void end());

const { address, secretFile, tls } = config.cluster;
// The raylet's first word on what is free may come before the node is announced.
let available = config.resources;
let announced: Membership | undefined;
const gateway = await Gateway.start(config.directory, (amounts) => {
  available = amounts;
  announced?.setAvailable(amounts);
});
const mesh = new Mesh(gateway, {
  host: address?.host ?? '127.0.0.1',
  port: address?.port ?? 0,
  secret: readFileSync(secretFile),
  tls: tls && { cert: readFileSync(tls.cert), key: readFileSync(tls.key), ca: readFileSync(tls.ca) },
  log,
});
const port = await mesh.listen(config.node, 1);
const host = address?.host ?? '127.0.0.1';
const self: Member = {
  id: config.node,
  address: host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`,
  resources: config.resources,
  available,
  objectStoreMemory: config.objectStoreMemory,
  pid: process.pid,
  incarnation: 1,
};
const membership = new Membership({ url: config.cluster.redis, member: self });
announced = membership;
membership.on('joined', (member) => mesh.joined(member));
membership.on('left', (member) => mesh.left(member.id));
membership.on('evicted', (reason) => void rejoin(reason));
await membership.start();

/** The others took this node for dead: what it ran for them is void, and it begins anew. */
async function rejoin(reason: string): Promise<void> {
  log(`this node was taken for dead (${reason}); it joins again`);
  mesh.disconnect('taken for dead');
  const { incarnation } = membership.self;
  const member = { ...membership.self, id: randomBytes(8).toString('hex'), incarnation: incarnation + 1 };
  await mesh.rename(member.id, member.incarnation);
  await membership.rejoin(member);
  for (const other of membership.members()) mesh.joined(other);
}

async function end(): Promise<void> {
  await Promise.all([mesh.close(), membership.close()]);
  process.exit(0);
}

function log(text: string): void {
  console.error(`mobula-gateway: ${text}`);
}
