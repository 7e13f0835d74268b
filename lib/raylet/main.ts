import { randomBytes } from 'node:crypto';
import { writeSync } from 'node:fs';
import { MemoryControlStore } from '../control/memory-control-store.js';
import { type RayletConfig, READY_DESCRIPTOR } from '../protocol/startup.js';
import { createStore } from '../store/native.js';
import { makeDirectory } from './directory.js';
import { RayletServer } from './server.js';

const config = JSON.parse(process.argv[2] as string) as RayletConfig;
makeDirectory(config.directory);
const node = randomBytes(8).toString('hex');
const store = createStore({ memory: config.objectStoreMemory });
const server = new RayletServer(config, store, new MemoryControlStore(), node);
server.start();
try {
  writeSync(READY_DESCRIPTOR, 'ready\n');
} catch {
  // The driver has died already.
  void server.stop();
}
process.on('SIGTERM', () => void server.stop());
process.title = 'mobula-raylet';
if (config.ownerPid !== 0) {
  // Also when the driver dies before it has connected.
  process.stdin.on('close', () => void server.stop());
  process.stdin.resume();
}
