import { randomBytes } from 'node:crypto';
import { InvalidArgumentError } from '../errors/index.js';
import type { AnyClass, AnyFunction } from './types.js';

/** How instances of a class are sent: `serialize` takes one apart into anything that can be sent, `deserialize` puts it together. */
export interface Serializer<Instance, Data> {
  serialize(value: Instance): Data;
  deserialize(data: Data): Instance;
  /**
   * A name for programs whose processes each register the class themselves. Without it, a process that has not
   * registered the class gets both functions, and the class, together with the first value.
   */
  name?: string | undefined;
}

/** The parts of a registration that are shipped to a process that lacks it. */
export interface SerializerParts {
  readonly target: AnyClass;
  serialize(value: object): unknown;
  deserialize(data: unknown): unknown;
}

/** A class and its serializer in this process. */
export interface Registration {
  /** The same in every process that knows it. */
  readonly id: string;
  readonly parts: SerializerParts;
  /** Gives the parts; it is what is shipped. One function, so that the parts keep sharing what they capture. */
  readonly bundle: AnyFunction;
}

/** Classes whose instances the codec knows itself. */
const BUILT_IN = new Set<unknown>([
  Object,
  Array,
  Function,
  Map,
  Set,
  Date,
  RegExp,
  ArrayBuffer,
  DataView,
  Promise,
]);

/** The serializers that this process registered, or learned from values that it received. */
export class SerializerRegistry {
  readonly #byPrototype = new Map<object, Registration>();
  readonly #byId = new Map<string, Registration>();
  readonly #origin = randomBytes(6).toString('hex');
  /** Changes whenever what the registry answers may have changed. */
  version = 0;

  /** Registers a class; a second registration of the class replaces the first. */
  register<Instance extends object, Data>(
    target: abstract new (...args: never[]) => Instance,
    serializer: Serializer<Instance, Data>,
  ): void {
    if (typeof target !== 'function' || typeof target.prototype !== 'object') {
      throw new InvalidArgumentError('registerSerializer: the first argument must be a class');
    }
    if (BUILT_IN.has(target)) {
      throw new InvalidArgumentError(`registerSerializer: ${target.name} is built in and is sent as it is`);
    }
    if (typeof serializer?.serialize !== 'function' || typeof serializer.deserialize !== 'function') {
      throw new InvalidArgumentError(
        'registerSerializer: the second argument must be { serialize, deserialize }',
      );
    }
    const id = serializer.name ?? `${target.name}@${this.#origin}.${this.version}`;
    const { serialize, deserialize } = serializer;
    const parts = { target, serialize, deserialize } as unknown as SerializerParts;
    this.#add(id, parts, true);
  }

  /** Keeps what came with a value. A class that is registered here already keeps its own serializer. */
  adopt(id: string, parts: SerializerParts): Registration {
    return this.#add(id, parts, !this.#byPrototype.has(parts.target.prototype as object));
  }

  byId(id: string): Registration | undefined {
    return this.#byId.get(id);
  }

  /** The registration of the nearest class of a prototype chain. */
  find(prototype: object | null): Registration | undefined {
    if (this.#byPrototype.size === 0) return undefined;
    for (let link = prototype; link !== null; link = Object.getPrototypeOf(link)) {
      const registration = this.#byPrototype.get(link);
      if (registration !== undefined) return registration;
    }
    return undefined;
  }

  #add(id: string, parts: SerializerParts, forPrototype: boolean): Registration {
    const registration = { id, parts, bundle: bundleOf(parts) };
    this.version++;
    this.#byId.set(id, registration);
    if (forPrototype) this.#byPrototype.set(parts.target.prototype as object, registration);
    return registration;
  }
}

function bundleOf(parts: SerializerParts): AnyFunction {
  return () => parts;
}
