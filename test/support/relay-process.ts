/**
 * Makes the connections of some machines: see relay.ts, and relay-preload.cts for its clients. It ends with its input.
 *
 *     node relay-process.js FOLDER MACHINES
 */
import { connect, createServer, type Socket } from 'node:net';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { Random } from '../integration/support/random.js';
import type { MachineTraffic, RelayedMachine } from './relay.js';

/** What is lost is sent again after so long, milliseconds. */
const AGAIN_MILLISECONDS = 200;
/** With more than this on the way no more is read. */
const MOST_BYTES = 4 << 20;

const [folder, machinesText] = process.argv.slice(2) as [string, string];
const machines = JSON.parse(machinesText) as RelayedMachine[];
const names = new Map(machines.map(({ name, address }) => [address, name]));
const random = new Random('relay');
const cuts = new Set<string>();
const flows = new Set<Flow>();
/** Bytes that have reached and left each machine; what has the address of none of them counts for its partner alone. */
const traffic = new Map(
  machines.map(({ name }): [string, MachineTraffic] => [name, { received: 0, sent: 0 }]),
);
let delay = 0;
let loss = 0;

const between = (one: string, other: string): string => [one, other].sort().join(' ');

/** The bytes from one end of a connection to the other. */
class Flow {
  readonly #from: Socket;
  readonly #to: Socket;
  readonly #pair: string;
  readonly #source: MachineTraffic | undefined;
  readonly #target: MachineTraffic | undefined;
  /** Each with the time at which it arrives; the end of the connection is undefined. */
  readonly #underway: { readonly piece: Buffer | undefined; readonly at: number }[] = [];
  #bytes = 0;
  #timer: NodeJS.Timeout | undefined;
  #ended = false;

  /** @param names of the machines at its ends */
  constructor(from: Socket, to: Socket, names: readonly [string, string]) {
    this.#from = from;
    this.#to = to;
    this.#pair = between(...names);
    [this.#source, this.#target] = names.map((name) => traffic.get(name));
    from.on('data', (piece: Buffer) => this.#add(piece));
    from.on('error', () => undefined);
    from.on('close', () => this.#finish());
    from.on('end', () => this.#finish());
    to.on('drain', () => this.move());
    flows.add(this);
  }

  #finish(): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#add(undefined);
  }

  #add(piece: Buffer | undefined): void {
    const before = this.#underway.at(-1)?.at ?? 0;
    const late = random.below(10_000) < loss * 10_000 ? AGAIN_MILLISECONDS : 0;
    this.#underway.push({ piece, at: Math.max(before, performance.now() + delay + late) });
    this.#bytes += piece?.length ?? 0;
    if (this.#bytes > MOST_BYTES) this.#from.pause();
    this.move();
  }

  /** Passes on what has arrived. Across a cut nothing does, not even the end of a connection. */
  move(): void {
    clearTimeout(this.#timer);
    while (!cuts.has(this.#pair) && this.#underway.length > 0 && !this.#to.writableNeedDrain) {
      const { piece, at } = this.#underway[0]!;
      const wait = at - performance.now();
      if (wait > 0) {
        this.#timer = setTimeout(() => this.move(), wait);
        return;
      }
      this.#underway.shift();
      if (piece === undefined) {
        this.#to.end();
        flows.delete(this);
        continue;
      }
      this.#to.write(piece);
      if (this.#source !== undefined) this.#source.sent += piece.length;
      if (this.#target !== undefined) this.#target.received += piece.length;
      this.#bytes -= piece.length;
      if (this.#bytes <= MOST_BYTES) this.#from.resume();
    }
  }
}

/** The first line says where to. */
function open(from: string, client: Socket): void {
  let head = Buffer.alloc(0);
  client.on('error', () => undefined);
  const read = (piece: Buffer): void => {
    head = Buffer.concat([head, piece]);
    const at = head.indexOf('\n');
    if (at < 0) return;
    client.off('data', read);
    client.pause();
    const line = head.subarray(0, at).toString();
    const colon = line.lastIndexOf(':');
    const host = line.slice(0, colon);
    const target = names.get(host) ?? host;
    const pair = between(from, target);
    client.unshift(head.subarray(at + 1));
    // A connection that is made across a cut is made when that is over.
    const dial = (): void => {
      if (client.destroyed) return;
      if (cuts.has(pair)) {
        setTimeout(dial, 50);
        return;
      }
      const server = connect({ host, port: Number(line.slice(colon + 1)) });
      server.once('error', () => client.destroy());
      new Flow(server, client, [target, from]);
      new Flow(client, server, [from, target]);
      client.resume();
    };
    dial();
  };
  client.on('data', read);
}

for (const { name } of machines)
  await new Promise<void>((resolve) => {
    createServer({ allowHalfOpen: true }, (client) => open(name, client)).listen(
      join(folder, `${name}.relay`),
      resolve,
    );
  });
console.log('ready');

interface Order {
  readonly cut?: [string, string];
  readonly heal?: [string, string];
  readonly delay?: number;
  readonly loss?: number;
  /** To be answered with what went by. */
  readonly traffic?: true;
}

for await (const line of createInterface({ input: process.stdin })) {
  const order = JSON.parse(line) as Order;
  if (order.cut !== undefined) cuts.add(between(...order.cut));
  if (order.heal !== undefined) cuts.delete(between(...order.heal));
  delay = order.delay ?? delay;
  loss = order.loss ?? loss;
  if (order.traffic) console.log(JSON.stringify(Object.fromEntries(traffic)));
  for (const flow of flows) flow.move();
}
process.exit();
