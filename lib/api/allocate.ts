import type { ObjectRef } from '../store/object-ref.js';
import { invalid, show } from './options.js';
import { session } from './session.js';

type TypedArrayConstructor =
  | Int8ArrayConstructor
  | Uint8ArrayConstructor
  | Uint8ClampedArrayConstructor
  | Int16ArrayConstructor
  | Uint16ArrayConstructor
  | Int32ArrayConstructor
  | Uint32ArrayConstructor
  | Float32ArrayConstructor
  | Float64ArrayConstructor
  | BigInt64ArrayConstructor
  | BigUint64ArrayConstructor;

const CONSTRUCTORS: readonly unknown[] = [
  Int8Array,
  Uint8Array,
  Uint8ClampedArray,
  Int16Array,
  Uint16Array,
  Int32Array,
  Uint32Array,
  Float32Array,
  Float64Array,
  BigInt64Array,
  BigUint64Array,
];

/**
 * An array inside the object store, to be filled. Sealing it, or returning, putting or passing `array`, makes it an
 * object without a copy, and detaches the array: an object cannot be changed. Disposing of it unsealed gives the memory
 * back.
 */
export interface Allocated<T extends ArrayBufferView> extends Disposable {
  /** Its elements are whatever the memory held before. */
  readonly array: T;
  /** Makes the array an object; it is detached afterwards. */
  seal(): ObjectRef<T>;
}

/**
 * Memory inside the object store for `length` elements.
 *
 * @example
 * ```ts
 * using out = mobula.allocate(Float64Array, 1_000_000)
 * out.array.fill(1)
 * const ref = out.seal()
 * ```
 * @throws ObjectStoreFullError
 */
export function allocate<Constructor extends TypedArrayConstructor>(
  type: Constructor,
  length: number,
): Allocated<InstanceType<Constructor>> {
  const { runtime } = session.require('mobula.allocate');
  if (!CONSTRUCTORS.includes(type))
    invalid(`mobula.allocate takes the constructor of a typed array, not ${show(type)}`);
  if (!Number.isSafeInteger(length) || length < 1)
    invalid(`length must be a whole number of elements, at least 1, not ${show(length)}`);
  const buffer = runtime.values.allocate(length * type.BYTES_PER_ELEMENT);
  const array = new type(buffer, 0, length) as InstanceType<Constructor>;
  return {
    array,
    seal: () => {
      if (array.byteLength === 0) invalid('this array was stored or given back before');
      return runtime.put(array) as ObjectRef<InstanceType<Constructor>>;
    },
    [Symbol.dispose]: () => runtime.values.abandon(buffer),
  };
}
