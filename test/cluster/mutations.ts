import type { Random } from '../integration/support/random.js';

/** One way to damage bytes. May give back the same bytes by chance. */
type Damage = (bytes: Buffer, random: Random, recordStarts: readonly number[]) => Buffer;

const place = (bytes: Buffer, random: Random): number => random.below(bytes.length);

/** A stretch from 1 to 40 bytes long, within the bytes. */
function stretch(bytes: Buffer, random: Random): [start: number, end: number] {
  const start = place(bytes, random);
  return [start, Math.min(bytes.length, start + 1 + random.below(40))];
}

function randomBytes(random: Random, count: number): Buffer {
  return Buffer.from(Array.from({ length: count }, () => random.below(256)));
}

/** Each kind of damage, by its name. */
export const damages: Readonly<Record<string, Damage>> = {
  'a bit is flipped': (bytes, random) => {
    const changed = Buffer.from(bytes);
    changed[place(bytes, random)]! ^= 1 << random.below(8);
    return changed;
  },
  'several bits are flipped': (bytes, random) => {
    const changed = Buffer.from(bytes);
    for (let count = 2 + random.below(6); count > 0; count--) {
      changed[place(bytes, random)]! ^= 1 << random.below(8);
    }
    return changed;
  },
  'bytes are left out': (bytes, random) => {
    const [start, end] = stretch(bytes, random);
    return Buffer.concat([bytes.subarray(0, start), bytes.subarray(end)]);
  },
  'bytes are put in': (bytes, random) => {
    const at = place(bytes, random);
    return Buffer.concat([
      bytes.subarray(0, at),
      randomBytes(random, 1 + random.below(40)),
      bytes.subarray(at),
    ]);
  },
  'bytes come twice': (bytes, random) => {
    const [start, end] = stretch(bytes, random);
    return Buffer.concat([bytes.subarray(0, end), bytes.subarray(start)]);
  },
  'bytes are replaced': (bytes, random) => {
    const [start, end] = stretch(bytes, random);
    const changed = Buffer.from(bytes);
    changed.set(randomBytes(random, end - start), start);
    return changed;
  },
  'two stretches change places': (bytes, random) => {
    const [first, middle, last] = [
      place(bytes, random),
      place(bytes, random),
      random.below(bytes.length + 1),
    ].sort((a, b) => a - b) as [number, number, number];
    return Buffer.concat([
      bytes.subarray(0, first),
      bytes.subarray(middle, last),
      bytes.subarray(first, middle),
      bytes.subarray(last),
    ]);
  },
  'the end is missing': (bytes, random) => bytes.subarray(0, place(bytes, random)),
  'a prefix lies': (bytes, random, recordStarts) => {
    const changed = Buffer.from(bytes);
    const at = random.pick(recordStarts);
    // Length of the record, length and type of its first frame.
    const field = at + 4 * random.below(3);
    if (field + 4 > bytes.length) return bytes;
    const truth = bytes.readUInt32LE(field);
    const lies = [0, 1, truth + 1, truth - 1, 1 << 20, 1 << 24, (1 << 24) + 1, 2 ** 31, 2 ** 32 - 1];
    changed.writeUInt32LE((random.pick(lies) + 2 ** 32) % 2 ** 32, field);
    return changed;
  },
  'two records change places': (bytes, random, recordStarts) => {
    if (recordStarts.length < 3) return bytes;
    const index = random.below(recordStarts.length - 2);
    const [first, second, third] = recordStarts.slice(index, index + 3) as [number, number, number];
    return Buffer.concat([
      bytes.subarray(0, first),
      bytes.subarray(second, third),
      bytes.subarray(first, second),
      bytes.subarray(third),
    ]);
  },
};

const kinds = Object.keys(damages);

/** The bytes with one damage of a random kind, or several; never the same bytes. */
export function damaged(bytes: Buffer, random: Random, recordStarts: readonly number[]): Buffer {
  let changed = bytes;
  const count = random.below(4) === 0 ? 1 + random.below(4) : 1;
  for (let index = 0; (index < count || changed.equals(bytes)) && changed.length > 0; index++) {
    const starts = index === 0 ? recordStarts : [0];
    changed = damages[random.pick(kinds)]!(changed, random, starts);
  }
  return changed;
}
