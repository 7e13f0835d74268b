import type { ObjectBegin } from '../protocol/generated/peers.js';
import type { Exchange } from './exchange.js';
import { IncomingObject, type ReceivedObject } from './incoming-object.js';
import type { Replicas } from './replicas.js';

/**
 * An object that this node is to receive: from whichever source, or from several one after another, each of which goes on where the last
 * one ended. While it arrives other nodes may have it from here. Has to be ended.
 */
export class Arrival {
  readonly replicas: Replicas;
  /** What it contains is on its way, too. */
  readonly nested: Promise<void>[];
  /** Resolves when it has ended. */
  readonly over: Promise<void>;
  readonly #exchange: Exchange;
  #object: IncomingObject | undefined;
  #memory: Promise<void> | undefined;
  /** Bytes of leave that were got, to be given back. */
  #leave = 0;
  #ready = false;
  #ended = false;
  #watchers: (() => void)[] = [];
  #isOver!: () => void;

  constructor(exchange: Exchange, replicas: Replicas, nested: Promise<void>[]) {
    this.#exchange = exchange;
    this.replicas = replicas;
    this.nested = nested;
    this.over = new Promise((resolve) => {
      this.#isOver = resolve;
    });
  }

  /** The object, when it has its memory, so that its bytes come. */
  get object(): IncomingObject | undefined {
    return this.#ready ? this.#object : undefined;
  }

  /** Nothing more comes, be it complete or not. */
  get ended(): boolean {
    return this.#ended;
  }

  /** Resolves when something has changed: there is a description, there are more bytes, it has ended. */
  changed(): Promise<void> {
    return new Promise((resolve) => this.#watchers.push(resolve));
  }

  /**
   * A source says what the object consists of.
   * @returns undefined when the source sends the bytes at once, else resolves when they can be taken, from `object.position` on
   * @throws ObjectStoreFullError, also as a rejection
   */
  accept(begin: ObjectBegin): Promise<void> | undefined {
    const known = this.#object;
    if (known?.matches(begin)) {
      if (known.small) known.restart();
      return this.#memory;
    }
    known?.abort();
    this.#ready = false;
    const { replicas, nested } = this;
    const object = new IncomingObject(
      replicas.runtime,
      begin,
      (id) => replicas.obtain(id, nested),
      this.#exchange.evict,
    );
    this.#object = object;
    if (object.small) {
      this.#memory = undefined;
      this.#ready = true;
      this.#tell();
    } else this.#memory = this.#reserve(object);
    return this.#memory;
  }

  /** @throws RangeError for bytes that do not belong to it */
  add(buffer: number, offset: number, bytes: Uint8Array): void {
    if (this.object === undefined) throw new RangeError('a chunk that nobody asked for');
    this.object.add(buffer, offset, bytes);
    this.#tell();
  }

  /** The draft, when all of it is here; see `IncomingObject.finish`. */
  finish(): ReceivedObject | Promise<ReceivedObject> {
    return this.#object!.finish();
  }

  /** Gives back what it has taken. A draft that `finish` gave is the caller's. */
  end(): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#object?.abort();
    this.#exchange.memory.release(this.#leave);
    this.#leave = 0;
    this.#tell();
    this.#isOver();
  }

  async #reserve(object: IncomingObject): Promise<void> {
    const { memory } = this.#exchange;
    memory.release(this.#leave);
    this.#leave = 0;
    await memory.acquire(object.total);
    if (this.#ended || this.#object !== object) {
      memory.release(object.total);
      return;
    }
    this.#leave = object.total;
    await object.reserve();
    if (this.#ended || this.#object !== object) return;
    this.#ready = true;
    this.#tell();
  }

  #tell(): void {
    for (const resolve of this.#watchers.splice(0)) resolve();
  }
}
