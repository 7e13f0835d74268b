/** The arrays that rows are about. Sizes are called by the MB that they roughly are. */

const mebibyte = 2 ** 20;

/** Bytes. */
export const sizes = { '1 MB': mebibyte, '64 MB': 64 * mebibyte, '800 MB': 800 * mebibyte } as const;

export type SizeName = keyof typeof sizes;

export const sizeNames = Object.keys(sizes) as SizeName[];

/** An array of that many bytes whose sum is {@link expectedSum}; every page of it has been written. */
export function filledArray(bytes: number, shared = false): Float64Array {
  const array = new Float64Array(shared ? new SharedArrayBuffer(bytes) : new ArrayBuffer(bytes));
  for (let i = 0; i < array.length; i++) array[i] = i & 7;
  return array;
}

export function expectedSum(bytes: number): number {
  return (bytes / Float64Array.BYTES_PER_ELEMENT) * 3.5;
}

export function gigabytesASecond(bytes: number, milliseconds: number): number {
  return bytes / 1e6 / milliseconds;
}
