/** What the workers of the peers do. Argument lists are packed, because most pools hand over a single value. */

export function add([a, b]: readonly [number, number]): number {
  return a + b;
}

export function sum(array: Float64Array): number {
  let total = 0;
  for (let i = 0; i < array.length; i++) total += array[i] as number;
  return total;
}

export function length(array: Float64Array): number {
  return array.length;
}
