import { inspect } from 'node:util';

/** Up to this length Object.keys is the cheapest way to learn that an array has neither holes nor other properties. */
export const KEYS_LENGTH = 64;

/** The keys of the elements of such an array. */
export const INDEX_KEYS: readonly string[] = Array.from({ length: KEYS_LENGTH }, (_, index) => String(index));

/** In longer arrays more holes than elements, seen at this index or at a doubling of it, mean a sparse array. */
const SPARSE_CHECK = 1024;

const LISTED_KEYS = {
  maxArrayLength: 0,
  depth: 0,
  customInspect: false,
  breakLength: Number.POSITIVE_INFINITY,
};

/**
 * Whether an array of at least two elements has enumerable properties beside them. JavaScript can list them only
 * together with all indices; inspect asks V8 for the others alone, which takes a microsecond whatever the length. Should
 * it print something else one day, the answer is true, and the array is only written the longer way.
 */
export function hasOtherKeys(array: unknown[]): boolean {
  return !inspect(array, LISTED_KEYS).endsWith(`[ ... ${array.length} more items ]`);
}

/** Whether most of an array is holes. Looks at no more than twice as many indices as there are elements. */
export function isSparse(array: unknown[]): boolean {
  const { length } = array;
  let holes = 0;
  let check = SPARSE_CHECK;
  for (let index = 0; index < length; index++) {
    if (array[index] === undefined && !Object.hasOwn(array, index)) holes++;
    if (index === check) {
      if (holes > check / 2) return true;
      check *= 2;
    }
  }
  return holes > length / 2;
}

/** Whether a property of an array is an element. */
export function isIndex(key: string): boolean {
  const number = Number(key);
  return number >= 0 && number < 0xffffffff && Number.isInteger(number) && String(number) === key;
}
