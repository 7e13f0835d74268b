import { createHash } from 'node:crypto';
import { type AnyFunction, codeHash, type ShippedFunction } from '../functions/index.js';
import type { SerializerParts, SerializerRegistry } from '../values/index.js';

/** The serializers that a driver had registered when it exported a function, as the function names them. */
interface Listing {
  /** Registrations of the driver up to then: of two listings of a job the one with more is the newer. */
  readonly generation: number;
  readonly serializers: readonly {
    readonly id: string;
    /** Under this content hash the function was exported that gives the class and its serializer. */
    readonly file: string;
  }[];
  /** Hexadecimal ids of the objects that those functions refer to; the driver keeps them. */
  readonly objects: readonly string[];
}

/** What sending and receiving serializers needs of the process. */
export interface SerializerPort {
  /** @throws SerializationError */
  capture(bundle: AnyFunction): ShippedFunction;
  revive(payload: Uint8Array): Promise<AnyFunction>;
  /** Makes bytes known to all processes of the job under their hash. */
  send(hash: string, name: string, payload: Uint8Array): void;
  /** Gets them; undefined when they cannot be had. */
  fetch(hash: string): Promise<Uint8Array | undefined>;
  idOf(handle: number): string;
  /** 0 when there is no such object here. */
  handleOf(id: string): number;
  log(text: string): void;
}

const MAGIC = 0x534d424f;
const HEADER_BYTES = 8;

/**
 * The serializers that the driver registered, on their way to the workers: whoever runs one of its functions knows them
 * before. A function that is exported once there are some names them in an envelope around its payload; each is exported
 * once, and fetched once by each worker. Tasks do nothing for it.
 *
 * A worker names, in what its tasks submit, the newest listing that it got, not what it registered itself: a class that a module
 * registers is registered by all who import the module.
 */
export class JobSerializers {
  readonly #registry: SerializerRegistry;
  readonly #port: SerializerPort;
  readonly #isDriver: boolean;
  #newest: Listing | undefined;
  /** Listings are taken one after another, so that the newest stays what counts. */
  #taking: Promise<void> = Promise.resolve();

  constructor(registry: SerializerRegistry, isDriver: boolean, port: SerializerPort) {
    this.#registry = registry;
    this.#isDriver = isDriver;
    this.#port = port;
  }

  /** Changes when functions that were exported before should be exported anew. */
  get generation(): number {
    return this.#isDriver ? this.#registry.registered : (this.#newest?.generation ?? 0);
  }

  /** The function with the serializers of now. */
  envelop(shipped: ShippedFunction): ShippedFunction {
    const listing = this.#isDriver ? this.#ownListing() : this.#newest;
    if (listing === undefined || listing.serializers.length === 0) return shipped;
    const json = new TextEncoder().encode(JSON.stringify(listing));
    const payload = new Uint8Array(HEADER_BYTES + json.length + shipped.payload.length);
    const view = new DataView(payload.buffer);
    view.setUint32(0, MAGIC, true);
    view.setUint32(4, json.length, true);
    payload.set(json, HEADER_BYTES);
    payload.set(shipped.payload, HEADER_BYTES + json.length);
    const hash = createHash('sha256').update(shipped.hash).update(json).digest('hex').slice(0, 32);
    const objects = listing.objects.map((id) => this.#port.handleOf(id)).filter((handle) => handle !== 0);
    return { ...shipped, hash, payload, held: [...shipped.held, ...objects] };
  }

  /** The payload within the envelope, once this process knows the serializers that it names. */
  async open(payload: Uint8Array): Promise<Uint8Array> {
    const view = new DataView(payload.buffer, payload.byteOffset, payload.byteLength);
    if (payload.length < HEADER_BYTES || view.getUint32(0, true) !== MAGIC) return payload;
    const end = HEADER_BYTES + view.getUint32(4, true);
    const listing = JSON.parse(new TextDecoder().decode(payload.subarray(HEADER_BYTES, end))) as Listing;
    this.#taking = this.#taking.then(() => this.#take(listing));
    await this.#taking;
    return payload.subarray(end);
  }

  #ownListing(): Listing | undefined {
    const generation = this.#registry.registered;
    if (generation === 0 || this.#newest?.generation === generation) return this.#newest;
    const serializers: { id: string; file: string }[] = [];
    const objects: string[] = [];
    for (const { id, bundle } of this.#registry.own) {
      let shipped: ShippedFunction;
      try {
        shipped = this.#port.capture(bundle);
      } catch {
        // Who sends a value of the class gets this error, with the way to what cannot be shipped; others do not need it.
        continue;
      }
      const file = codeHash(shipped.payload);
      this.#port.send(file, `serializer ${id}`, shipped.payload);
      serializers.push({ id, file });
      for (const handle of shipped.held) objects.push(this.#port.idOf(handle));
    }
    this.#newest = { generation, serializers, objects };
    return this.#newest;
  }

  /** Never rejects: functions that do not use the class run without its serializer. */
  async #take(listing: Listing): Promise<void> {
    if (this.#newest !== undefined && this.#newest.generation >= listing.generation) return;
    const unknown = listing.serializers.filter(({ id }) => this.#registry.byId(id) === undefined);
    const bundles = await Promise.all(unknown.map(({ file, id }) => this.#bundle(file, id)));
    for (const [index, { id }] of unknown.entries()) {
      const bundle = bundles[index];
      // What came by value may have brought its serializer along.
      if (bundle !== undefined && this.#registry.byId(id) === undefined)
        this.#registry.adopt(id, bundle() as SerializerParts);
    }
    this.#newest = listing;
  }

  async #bundle(file: string, id: string): Promise<AnyFunction | undefined> {
    try {
      const payload = await this.#port.fetch(file);
      if (payload === undefined) throw new Error('it did not get here');
      return await this.#port.revive(payload);
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      this.#port.log(`the serializer '${id}' is not known to this worker: ${reason}`);
      return undefined;
    }
  }
}
