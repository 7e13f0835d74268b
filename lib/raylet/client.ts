import type { Amounts } from '../protocol/amounts.js';
import { Connection, type ConnectionHandler } from '../protocol/connection.js';
import { readTable, sendTable } from '../protocol/frames.js';
import { ClientKind, FrameType, Hello, type WelcomeT } from '../protocol/generated/protocol.js';
import { parseWorkerCommand, type WorkerCommand } from '../protocol/startup.js';
import type { Strategy } from '../protocol/strategy.js';
import type { NativeSocket, RayletStore } from '../store/native.js';

/** A shape as a client numbers it, and what the scheduler knows it by. */
export interface ClientShape {
  readonly shape: number;
  readonly exclusive: boolean;
  readonly resources: Amounts;
  readonly strategy: Strategy;
  /** What the client said last. */
  demand: { readonly count: number; readonly depth: number; readonly meanMilliseconds: number };
  /** This node's scheduler was told that tasks wait. */
  waitsHere: boolean;
}

/** The grants that a client was sent, by this node's scheduler and on other nodes, which the client counts together. */
export class SentGrants {
  #sent = 0;
  #seen = 0;
  #seenHere = 0;
  /** Of those that it had not seen when it last counted: whether they were of here. */
  readonly #unseen: boolean[] = [];

  /** One of this node's scheduler is sent now; its number among all, from 1. */
  here(): number {
    this.#unseen.push(true);
    return ++this.#sent;
  }

  elsewhere(): number {
    this.#unseen.push(false);
    return ++this.#sent;
  }

  /** The client has seen so many in all; returns how many of them were of here. */
  seenHere(seen: number): number {
    for (; this.#seen < seen && this.#unseen.length > 0; this.#seen++)
      if (this.#unseen.shift() === true) this.#seenHere++;
    return this.#seenHere;
  }
}

/** What the server does with a client. */
export interface RayletClientEvents {
  readonly version: string;
  /** The client said who it is; returns what welcomes it, or undefined when it is not welcome. */
  joined(client: RayletClient): WelcomeT | undefined;
  frame(client: RayletClient, type: number, bytes: Uint8Array, start: number): void;
  /** A slot was claimed for a client that is not welcome. */
  unused(slot: number): void;
  left(client: RayletClient, reason: Error | undefined): void;
}

/** The raylet's end of the socket of one driver or worker. */
export class RayletClient implements ConnectionHandler {
  readonly connection: Connection;
  readonly #store: RayletStore;
  readonly #events: RayletClientEvents;
  /** Slot in the object store; 0 before the client was welcomed. */
  slot = 0;
  kind: ClientKind = ClientKind.Driver;
  pid = 0;
  worker = 0;
  job = 0;
  name = '';
  logToDriver = true;
  /** How workers are started for this driver, if it said so. */
  command: WorkerCommand | undefined;
  /** By the client's own numbers. */
  readonly shapes: ClientShape[] = [];
  /** By the scheduler's numbers and exclusiveness: back to the client's. */
  readonly #shapeNumbers = new Map<string, number>();
  readonly grants = new SentGrants();

  constructor(socket: NativeSocket, store: RayletStore, events: RayletClientEvents) {
    this.#store = store;
    this.#events = events;
    this.connection = new Connection(socket, this);
    this.connection.start();
  }

  defineShape(
    number: number,
    shape: number,
    exclusive: boolean,
    resources: Amounts,
    strategy: Strategy,
  ): void {
    const demand = { count: 0, depth: 0, meanMilliseconds: 0 };
    this.shapes[number] = { shape, exclusive, resources, strategy, demand, waitsHere: false };
    this.#shapeNumbers.set(`${shape}/${exclusive}`, number);
  }

  numberOf(shape: number, exclusive: boolean): number {
    return this.#shapeNumbers.get(`${shape}/${exclusive}`)!;
  }

  onFrame(type: number, bytes: Uint8Array, start: number): void {
    if (this.slot !== 0) this.#events.frame(this, type, bytes, start);
    else if (type !== FrameType.Hello || !this.#greet(bytes, start)) {
      this.connection.close();
      this.#events.left(this, undefined);
    }
  }

  onClosed(reason: Error | undefined): void {
    this.#events.left(this, reason);
  }

  /**
   * Welcomes the client, or returns false. Who is not welcome is told nothing: it is of another version, another user's, or no process
   * that we started.
   */
  #greet(bytes: Uint8Array, start: number): boolean {
    const { socket } = this.connection;
    try {
      if (socket.peer().uid !== process.getuid?.() || !this.#introduce(bytes, start)) return false;
      this.slot = this.#store.claimSlot(this.pid);
    } catch {
      // What came is no introduction; or there are as many clients as the store has slots.
      return false;
    }
    const welcome = this.#events.joined(this);
    if (welcome === undefined) {
      const { slot } = this;
      this.slot = 0;
      this.#events.unused(slot);
      return false;
    }
    // The descriptors come first: a client that reads its welcome can map the store.
    socket.sendStore(this.#store, this.slot);
    sendTable(this.connection, FrameType.Welcome, welcome);
    return true;
  }

  /** Reads who it says it is; false when it is of another version, whose words mean other things. */
  #introduce(bytes: Uint8Array, start: number): boolean {
    const hello = readTable(Hello.getRootAsHello, bytes, start);
    if (hello.version() !== this.#events.version) return false;
    this.kind = hello.kind();
    this.pid = hello.pid();
    this.worker = hello.worker();
    this.name = hello.name() ?? '';
    this.logToDriver = hello.logToDriver();
    const command = hello.workerCommand() ?? '';
    if (command !== '') this.command = parseWorkerCommand(command);
    return true;
  }
}
