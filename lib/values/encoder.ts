import { SerializationError } from '../errors/index.js';
import { hasOtherKeys, INDEX_KEYS, isIndex, isSparse, KEYS_LENGTH } from './array-kinds.js';
import { BufferTable } from './buffers.js';
import type { ObjectClassifier } from './classifier.js';
import {
  ARRAY,
  BACK_REFERENCE,
  FALSE,
  FLAG_ABSENT_KEYS,
  FLAG_BACK_REFERENCES,
  FLAG_TRAILER,
  FLOAT64_ARRAY,
  HOLE,
  INT32_ARRAY,
  NULL,
  OBJECT,
  SHAPE_DEFINITION,
  SHAPED_OBJECT,
  SHORT_ARRAY,
  SHORT_ARRAY_LIMIT,
  SPARSE_ARRAY,
  TRUE,
  UNDEFINED,
} from './format.js';
import { writeFunction, writeInstance, writeSymbol } from './instance-writers.js';
import { keyStep, located, Refusal } from './refusal.js';
import type { Registration } from './serializers.js';
import { EncodedShapes, MAX_SHAPE_KEYS } from './shapes.js';
import type { AnyFunction, CodecHooks, EncodedValue } from './types.js';
import { Writer } from './writer.js';

/** Objects that are searched one by one before a Map is made. */
const SEARCHED_OBJECTS = 8;

/** Key lists, for all encoders of this process. */
const shapes = new EncodedShapes();
/** Number of the last message, in all encoders. */
let lastMessage = 0;

const objectPrototype: object = Object.prototype;

/** Encodes one value at a time. */
export class Encoder extends Writer {
  readonly buffers = new BufferTable();
  /** Serializers that this message has named, by their numbers. */
  registrations: Registration[] = [];
  /** Objects whose serializers' output is being written: it cannot refer to them. */
  open: object[] = [];
  readonly #result: EncodedValue = {
    bytes: this.bytes,
    start: 0,
    end: 0,
    buffers: undefined,
    contained: undefined,
  };
  #message = 0;
  #flags = 0;
  #shapeCount = 0;
  #objectCount = 0;
  /** Objects by number, which is the order of meeting: the first few are in the list; when they are more, all in the map. */
  readonly #objects: (object | undefined)[] = new Array(SEARCHED_OBJECTS).fill(undefined);
  #numbers: Map<object, number> | undefined;
  #contained: number[] | undefined;
  /** An array whose keys need no look. */
  #list: unknown;
  /** The same, once they are many. */
  #held: Set<number> | undefined;

  constructor(
    readonly hooks: CodecHooks,
    readonly classifier: ObjectClassifier,
  ) {
    super();
  }

  /**
   * @param outOfBandBytes buffers of this size and more leave the message
   * @param isList the value is an array that has neither holes nor other properties
   */
  encode(value: unknown, name: string, outOfBandBytes: number, isList: boolean): EncodedValue {
    this.rewind();
    this.#list = isList ? value : undefined;
    this.#message = ++lastMessage;
    this.#flags = 0;
    this.position = 1;
    try {
      this.write(value);
      const result = this.#result;
      result.buffers = this.buffers.used ? this.#trailer(outOfBandBytes) : undefined;
      this.bytes[0] = this.#flags;
      result.bytes = this.bytes;
      result.end = this.position;
      result.contained = this.#contained;
      return result;
    } catch (error) {
      throw encodingError(error, name);
    } finally {
      this.#forget();
    }
  }

  /** Lets go of the value: the encoder outlives it. */
  #forget(): void {
    const count = Math.min(this.#objectCount, SEARCHED_OBJECTS);
    for (let number = 0; number < count; number++) this.#objects[number] = undefined;
    this.#objectCount = 0;
    this.#shapeCount = 0;
    this.#numbers = undefined;
    this.#contained = undefined;
    this.#list = undefined;
    this.#held = undefined;
    if (this.registrations.length > 0) this.registrations = [];
    if (this.open.length > 0) this.open = [];
    this.buffers.clear();
  }

  #trailer(outOfBandBytes: number): ArrayBufferView[] | undefined {
    const start = this.position;
    const outOfBand = this.buffers.write(this, outOfBandBytes);
    this.reserve(0);
    this.uint32(start);
    this.#flags |= FLAG_TRAILER;
    return outOfBand;
  }

  write(value: unknown): void {
    this.reserve(0);
    switch (typeof value) {
      case 'number':
        this.number(value);
        break;
      case 'string':
        this.string(value);
        break;
      case 'object':
        if (value === null) this.byte(NULL);
        else this.#object(value);
        break;
      case 'boolean':
        this.byte(value ? TRUE : FALSE);
        break;
      case 'undefined':
        this.byte(UNDEFINED);
        break;
      case 'bigint':
        this.bigint(value);
        break;
      case 'function':
        writeFunction(this, value as AnyFunction);
        break;
      default:
        writeSymbol(this, value as symbol);
    }
  }

  /** Whether an object was met before: then a reference to it is written. It gets its number otherwise. */
  met(value: object): boolean {
    const objects = this.#objects;
    const count = this.#objectCount;
    if (this.#numbers === undefined) {
      for (let number = 0; number < count; number++) {
        if (objects[number] === value) return this.#backReference(value, number);
      }
      if (count < SEARCHED_OBJECTS) objects[count] = value;
      else
        this.#numbers = new Map((objects as object[]).map((object, number) => [object, number])).set(
          value,
          count,
        );
    } else {
      const number = this.#numbers.get(value);
      if (number !== undefined) return this.#backReference(value, number);
      this.#numbers.set(value, count);
    }
    this.#objectCount = count + 1;
    return false;
  }

  /** Takes back the number of the object met last. */
  unmeet(value: object): void {
    this.#objectCount--;
    if (this.#numbers === undefined) this.#objects[this.#objectCount] = undefined;
    else this.#numbers.delete(value);
  }

  #backReference(value: object, number: number): true {
    if (this.open.includes(value))
      throw new Refusal('what its serializer makes of it contains the object itself.');
    this.#flags |= FLAG_BACK_REFERENCES;
    this.byte(BACK_REFERENCE);
    this.varint(number);
    return true;
  }

  /** Notes that the value refers to an object of the store. */
  readonly hold = (handle: number): void => {
    this.#contained ??= [];
    const contained = this.#contained;
    if (contained.length === SEARCHED_OBJECTS) this.#held = new Set(contained);
    if (this.#held === undefined ? contained.includes(handle) : this.#held.has(handle)) return;
    contained.push(handle);
    this.#held?.add(handle);
  };

  #object(value: object): void {
    if (Array.isArray(value)) {
      if (!this.met(value)) this.array(value);
      return;
    }
    const prototype: object | null = Object.getPrototypeOf(value);
    if (prototype === objectPrototype) {
      if (!this.met(value)) this.properties(value);
    } else writeInstance(this, value, this.classifier.classOf(value, prototype));
  }

  array(array: unknown[]): void {
    const { length } = array;
    if (array === this.#list && length <= KEYS_LENGTH) this.#list = undefined;
    else if (length <= KEYS_LENGTH) {
      const keys = Object.keys(array);
      if (keys.length !== length || (length > 0 && keys[length - 1] !== INDEX_KEYS[length - 1])) {
        this.#sparseArray(array, keys);
        return;
      }
    } else if (hasOtherKeys(array)) {
      this.#sparseArray(array, Object.keys(array));
      return;
    }
    if (length < SHORT_ARRAY_LIMIT) this.byte(SHORT_ARRAY | length);
    else {
      if (typeof array[0] === 'number' && this.#numberArray(array)) return;
      if (length > KEYS_LENGTH && isSparse(array)) {
        this.#sparseArray(array, Object.keys(array));
        return;
      }
      this.byte(ARRAY);
      this.varint(length);
    }
    let index = 0;
    try {
      for (; index < length; index++) {
        const element = array[index];
        if (element === undefined && !Object.hasOwn(array, index)) this.#hole();
        else this.write(element);
      }
    } catch (error) {
      throw located(error, `[${index}]`);
    }
  }

  /** An array that holds only numbers, as a block; false if it does not. */
  #numberArray(array: unknown[]): boolean {
    const { length } = array;
    let integers = true;
    for (let index = 0; index < length; index++) {
      const element = array[index];
      if (typeof element !== 'number') return false;
      if (integers && ((element | 0) !== element || (element === 0 && 1 / element < 0))) integers = false;
    }
    const numbers = array as number[];
    this.reserve(length * (integers ? 4 : 8));
    this.byte(integers ? INT32_ARRAY : FLOAT64_ARRAY);
    this.varint(length);
    const { view } = this;
    let { position } = this;
    if (integers) {
      for (let index = 0; index < length; index++, position += 4)
        view.setInt32(position, numbers[index]!, true);
    } else {
      for (let index = 0; index < length; index++, position += 8)
        view.setFloat64(position, numbers[index]!, true);
    }
    this.position = position;
    return true;
  }

  #sparseArray(array: unknown[], keys: string[]): void {
    this.byte(SPARSE_ARRAY);
    this.varint(array.length);
    this.varint(keys.length);
    this.entries(array, keys, true);
  }

  /** An ordinary object: its own enumerable properties. */
  properties(value: object): void {
    const keys = Object.keys(value);
    const shape = keys.length > MAX_SHAPE_KEYS ? undefined : shapes.find(keys);
    if (shape === undefined) {
      this.byte(OBJECT);
      this.varint(keys.length);
      this.entries(value, keys, false);
      return;
    }
    if (shape.message === this.#message) {
      this.byte(SHAPED_OBJECT);
      this.varint(shape.index);
    } else {
      shape.message = this.#message;
      shape.index = this.#shapeCount++;
      this.byte(SHAPE_DEFINITION);
      this.varint(shape.block.length);
      this.raw(shape.block);
    }
    let index = 0;
    try {
      for (; index < keys.length; index++) this.#property(value, keys[index]!);
    } catch (error) {
      throw located(error, keyStep(keys[index]!));
    }
  }

  /** Keys and values, after their count. */
  entries(value: object, keys: readonly string[], indices: boolean): void {
    let index = 0;
    try {
      for (; index < keys.length; index++) {
        const key = keys[index]!;
        this.reserve(0);
        if (indices && isIndex(key)) this.number(Number(key));
        else this.string(key);
        this.#property(value, key);
      }
    } catch (error) {
      const key = keys[index]!;
      throw located(error, indices && isIndex(key) ? `[${key}]` : keyStep(key));
    }
  }

  /** The value of a property, or a hole if a getter removed it meanwhile. */
  #property(value: object, key: string): void {
    const property = (value as Record<string, unknown>)[key];
    if (property === undefined && !Object.hasOwn(value, key)) {
      this.#flags |= FLAG_ABSENT_KEYS;
      this.#hole();
    } else this.write(property);
  }

  #hole(): void {
    this.reserve(0);
    this.byte(HOLE);
  }
}

/** What `encode` throws for what was thrown inside it; what getters and serializers threw passes as it is. */
function encodingError(error: unknown, name: string): unknown {
  if (error instanceof Refusal) return error.toError(name);
  if (error instanceof RangeError && /call stack/.test(error.message)) {
    const reason = 'it is nested too deeply. Use arrays instead of chains of objects.';
    return new SerializationError({ path: name, reason }, { cause: error });
  }
  return error;
}
