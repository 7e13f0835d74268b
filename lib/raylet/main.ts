import { randomBytes } from 'node:crypto';
import { writeSync } from 'node:fs';
import { MemoryControlStore } from '../control/memory-control-store.js';
import { type RayletConfig, READY_DESCRIPTOR } from '../protocol/startup.js';
import { createStore } from '../store/native.js';
import { RayletServer } from './server.js';

const config = JSON.parse(process.argv[2] as string) as RayletConfig;
const node = randomBytes(8).toString('hex');
const store = createStore({ memory: config.objectStoreMemory });
const server = new RayletServer(config, store, new MemoryControlStore(), node);
server.start();
writeSync(READY_DESCRIPTOR, 'ready\n');
process.on('SIGTERM', () => void server.stop());
process.title = 'mobula-raylet';
