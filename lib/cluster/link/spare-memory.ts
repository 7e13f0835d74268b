/** Room for a chunk of an object with all that goes around it; what is longer is not kept. */
const SPARE_BYTES = 1024 * 1024 + 4096;
/** So many are kept, for all links of the process together. */
const MOST_SPARES = 4;

const spares: Buffer[] = [];

/**
 * Memory for a long record whose frames are borrowed only. Memory that was just used is in the processor's caches, and
 * new memory costs a fault a page.
 */
export function takeSpare(bytes: number): Buffer {
  if (bytes > SPARE_BYTES) return Buffer.allocUnsafeSlow(bytes);
  return spares.pop() ?? Buffer.allocUnsafeSlow(SPARE_BYTES);
}

/** Takes back what `takeSpare` gave; nobody has a view of it any more. */
export function giveSpare(buffer: Buffer): void {
  if (buffer.length === SPARE_BYTES && spares.length < MOST_SPARES) spares.push(buffer);
}
