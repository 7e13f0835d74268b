import { types } from 'node:util';
import type { PackagedRecipe } from './packaged.js';
import { Refusal } from './refusal.js';

/** What is read of an `ndarray`. */
interface Ndarray {
  data: unknown;
  shape: number[];
  stride: number[];
  offset: number;
}

type Parts = [data: unknown, shape: number[], stride: number[], offset: number];

/** The package `ndarray`. */
export const ndarrayRecipe: PackagedRecipe = {
  kind: 0,
  packages: ['ndarray'],

  recognises(value) {
    const { data, shape, stride, offset, dtype, pick, transpose } = value as Record<string, unknown>;
    return (
      Array.isArray(shape) &&
      Array.isArray(stride) &&
      typeof offset === 'number' &&
      typeof dtype === 'string' &&
      typeof pick === 'function' &&
      typeof transpose === 'function' &&
      typeof data === 'object'
    );
  },

  takeApart(value): Parts {
    const { data, shape, stride, offset } = value as Ndarray;
    const [part, start] = usedPart(data, shape, stride, offset);
    return [part, [...shape], [...stride], offset - start];
  },

  putTogether(parts, exports) {
    const [data, shape, stride, offset] = parts as Parts;
    return callable(exports)(data, shape, stride, offset) as object;
  },
};

/** What is read of an array of `@stdlib/ndarray`. */
interface StdlibArray {
  data: unknown;
  dtype: unknown;
  shape: number[];
  strides: number[];
  offset: number;
  order: string;
  flags: { READONLY?: boolean } | undefined;
  _mode?: unknown;
  _submode?: unknown;
}

interface StdlibParts {
  dtype: string;
  data: unknown;
  shape: number[];
  strides: number[];
  offset: number;
  order: string;
  options: { mode?: string; submode?: unknown[]; readonly?: boolean };
}

/** The package `@stdlib/ndarray` (alone, or within `@stdlib/stdlib`). */
export const stdlibRecipe: PackagedRecipe = {
  kind: 1,
  packages: ['@stdlib/ndarray-ctor', '@stdlib/ndarray/ctor', '@stdlib/stdlib/ndarray/ctor'],

  recognises(value) {
    const { data, shape, strides, offset, order, iget, iset } = value as Record<string, unknown>;
    return (
      Array.isArray(shape) &&
      Array.isArray(strides) &&
      typeof offset === 'number' &&
      typeof order === 'string' &&
      typeof iget === 'function' &&
      typeof iset === 'function' &&
      typeof data === 'object'
    );
  },

  takeApart(value): StdlibParts {
    const array = value as StdlibArray;
    const { shape, strides, offset, order } = array;
    if (!types.isTypedArray(array.data) && !Array.isArray(array.data)) {
      throw new Refusal(
        `the elements of this ndarray (${String(array.dtype)}) are kept in a class of @stdlib. ` +
          'Send a real view of them, made by @stdlib/strided/base/reinterpret.',
      );
    }
    const [data, start] = usedPart(array.data, shape, strides, offset);
    const options: StdlibParts['options'] = {};
    if (typeof array._mode === 'string') options.mode = array._mode;
    if (Array.isArray(array._submode)) options.submode = [...array._submode];
    if (array.flags?.READONLY === true) options.readonly = true;
    return {
      dtype: String(array.dtype),
      data,
      shape: [...shape],
      strides: [...strides],
      offset: offset - start,
      order,
      options,
    };
  },

  putTogether(parts, exports) {
    const { dtype, data, shape, strides, offset, order, options } = parts as StdlibParts;
    const stored = shape.length === 0 ? [0] : strides;
    return callable(exports)(dtype, data, shape, stored, offset, order, options) as object;
  },
};

/**
 * The part of an array's data that its elements lie in, and where it starts: a view of some rows of a big array is sent
 * without the others.
 */
function usedPart(
  data: unknown,
  shape: readonly number[],
  strides: readonly number[],
  offset: number,
): [part: unknown, start: number] {
  if (!types.isTypedArray(data)) return [data, 0];
  let first = offset;
  let last = offset;
  for (let dimension = 0; dimension < shape.length; dimension++) {
    const length = shape[dimension]!;
    if (length === 0) return [data.subarray(0, 0), offset];
    const reach = (length - 1) * strides[dimension]!;
    if (reach < 0) first += reach;
    else last += reach;
  }
  if (first === 0 && last === data.length - 1) return [data, 0];
  return [data.subarray(first, last + 1), first];
}

/** The function that a package exports, seen by `require` or by `import`. */
function callable(exports: unknown): (...args: unknown[]) => unknown {
  if (typeof exports === 'function') return exports as (...args: unknown[]) => unknown;
  return callable((exports as { default: unknown }).default);
}
