/** The flights as columns: three million rows of the parquet file that the package `vega-datasets` ships. */

import { fileURLToPath } from 'node:url';
import { asyncBufferFromFile, type ColumnData, parquetMetadataAsync, parquetRead } from 'hyparquet';
import { compressors } from 'hyparquet-compressors';

/**
 * Flights within the United States in the first half of 2001, a row each. The file names no carrier, so there is none
 * here. All columns have the same length and are typed arrays, so that they stand in the object store as they are.
 */
export interface Flights {
  /** The file's date and time, which has no time zone: minutes since 1970-01-01. */
  readonly departure: Int32Array;
  /** Minutes late; negative when early. */
  readonly delay: Int16Array;
  /** Index into `airports`. */
  readonly origin: Uint16Array;
  /** Index into `airports`. */
  readonly destination: Uint16Array;
  /** The dictionary of both airport columns: IATA codes, in the order of their first appearance. */
  readonly airports: readonly string[];
  /** The smallest and the largest delay. */
  readonly delayRange: readonly [number, number];
}

/** Where the parquet file lies; it comes with the development dependencies. */
export const flightsFile = fileURLToPath(
  new URL('../data/flights-3m.parquet', import.meta.resolve('vega-datasets')),
);

const microsecondsAMinute = 60_000_000;

/** Reads the columns, one after another, so that only one of them is ever held in its decoded form. */
export async function readFlights(path = flightsFile): Promise<Flights> {
  const file = await asyncBufferFromFile(path);
  const metadata = await parquetMetadataAsync(file);
  const rows = Number(metadata.num_rows);

  async function fill<Column extends { [index: number]: number; readonly length: number }>(
    column: Column,
    name: string,
    toNumber: (value: unknown) => number,
  ): Promise<Column> {
    let filled = 0;
    await parquetRead({
      file,
      metadata,
      compressors,
      columns: [name],
      parsers: { timestampFromMicroseconds: Number },
      onChunk({ columnData, rowStart }: ColumnData) {
        for (let i = 0; i < columnData.length; i++) {
          column[rowStart + i] = toNumber(columnData[i]);
        }
        filled += columnData.length;
      },
    });
    if (filled !== rows) {
      throw new Error(`${path}: column ${name} has ${filled} values for ${rows} rows`);
    }
    return column;
  }

  const codes = new Map<string, number>();
  const codeOf = (airport: unknown): number => {
    const name = String(airport);
    const code = codes.get(name) ?? codes.size;
    codes.set(name, code);
    return code;
  };

  const departure = await fill(new Int32Array(rows), 'date', (microseconds) =>
    Math.floor(Number(microseconds) / microsecondsAMinute),
  );
  const delay = await fill(new Int16Array(rows), 'delay', Number);
  const origin = await fill(new Uint16Array(rows), 'origin', codeOf);
  const destination = await fill(new Uint16Array(rows), 'destination', codeOf);
  const delayRange = delay.reduce<[number, number]>(
    (range, value) => (value < range[0] ? [value, range[1]] : value > range[1] ? [range[0], value] : range),
    [0, 0],
  );
  return { departure, delay, origin, destination, airports: [...codes.keys()], delayRange };
}

/** Bytes of the columns. */
export function columnBytes(flights: Flights): number {
  const { departure, delay, origin, destination } = flights;
  return departure.byteLength + delay.byteLength + origin.byteLength + destination.byteLength;
}
