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

/** How a class is sent, and the class. */
export interface SerializerParts {
  readonly target: AnyClass;
  serialize(value: object): unknown;
  deserialize(data: unknown): unknown;
}

/** A class with its serializer, in one process. */
export class Registration {
  /** Gives the parts: the one function that is shipped for them, so that they keep sharing what they capture. */
  readonly bundle: AnyFunction;

  constructor(
    /** The same in every process that knows it. */
    readonly id: string,
    readonly parts: SerializerParts,
  ) {
    this.bundle = () => parts;
  }
}

/**
 * The property of a class that holds its {@link Registration}. A class that a function captures is shipped with its
 * properties: so the copy of the class that the function gets brings its serializer along, and what the function gets
 * and returns are instances of that very copy.
 */
const SERIALIZER = Symbol.for('mobula.serializer');

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
  /** What this process registered itself, and what came from others, by the prototypes of the classes. */
  readonly #own = new Map<object, Registration>();
  readonly #adopted = new WeakMap<object, Registration>();
  /** The newest of each id, and those that were replaced: values that name them may still be stored. */
  readonly #byId = new Map<string, Registration>();
  readonly #origin = randomBytes(6).toString('hex');
  #count = 0;
  /** Changes whenever what the registry answers may have changed. */
  version = 0;

  /** How often this process registered a class. */
  get registered(): number {
    return this.#count;
  }

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
    this.#count++;
    const id = serializer.name ?? `${target.name}@${this.#origin}.${this.#count}`;
    const { serialize, deserialize } = serializer;
    const parts = { target, serialize, deserialize } as unknown as SerializerParts;
    const registration = new Registration(id, parts);
    this.#own.set(target.prototype as object, registration);
    this.#byId.set(id, registration);
    this.version++;
    // A frozen class works all the same, but functions that capture it do not bring its serializer along.
    Reflect.defineProperty(target, SERIALIZER, { value: registration, configurable: true, writable: true });
  }

  /** What this process registered itself: the newest of each class. */
  get own(): readonly Registration[] {
    return [...this.#own.values()];
  }

  /** Keeps what came from another process. What this process registered itself stays as it is. */
  adopt(id: string, parts: SerializerParts): Registration {
    const registration = new Registration(id, parts);
    this.#adopted.set(parts.target.prototype as object, registration);
    const known = this.#byId.get(id);
    if (known === undefined || this.#own.get(known.parts.target.prototype as object) !== known) {
      this.#byId.set(id, registration);
    }
    this.version++;
    return registration;
  }

  byId(id: string): Registration | undefined {
    return this.#byId.get(id);
  }

  /** The registration of the nearest class of a prototype chain. */
  find(prototype: object | null): Registration | undefined {
    for (let link = prototype; link !== null; link = Object.getPrototypeOf(link)) {
      const registration = this.#own.get(link) ?? this.#adopted.get(link);
      if (registration !== undefined) return registration;
    }
    return undefined;
  }
}
