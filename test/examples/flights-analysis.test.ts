import assert from 'node:assert/strict';
import {
  addCounts,
  countDelays,
  type DelaySummary,
  quantiles,
  summarise,
  tableLength,
} from '../../examples/flights-analysis.js';
import type { Flights } from '../../examples/flights-data.js';

const rows = 5000;
const airports = ['AAA', 'BBB', 'CCC', 'DDD'];

/** Whole numbers below a limit, by a linear congruential generator. */
function generator(seed: number): (limit: number) => number {
  let state = seed >>> 0;
  return (limit) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * limit);
  };
}

function randomFlights(seed: number): Flights {
  const below = generator(seed);
  const delay = Int16Array.from({ length: rows }, () => below(40) * below(40) - 300);
  return {
    departure: Int32Array.from({ length: rows }, () => 16_000_000 + below(100_000)),
    delay,
    origin: Uint16Array.from({ length: rows }, () => below(3)), // never the last airport
    destination: Uint16Array.from({ length: rows }, () => below(4)),
    airports,
    delayRange: [Math.min(...delay), Math.max(...delay)],
  };
}

/** The plainest way: all delays of a group, sorted. */
function bySorting(
  flights: Flights,
  names: readonly string[],
  groupOf: (row: number) => number,
): DelaySummary[] {
  return names.flatMap((group, wanted) => {
    const delays = [...flights.delay].filter((_, row) => groupOf(row) === wanted).sort((a, b) => a - b);
    if (delays.length === 0) return [];
    const mean = delays.reduce((sum, delay) => sum + delay, 0) / delays.length;
    const atRank = (q: number): number => delays[Math.ceil(q * delays.length) - 1] as number;
    return { group, flights: delays.length, mean, quantiles: quantiles.map(atRank) };
  });
}

describe('the analysis of the flights', () => {
  const seed = Date.now() % 2 ** 32;

  it(`gives what sorting gives, however the rows are divided (seed ${seed})`, () => {
    const below = generator(seed + 1);
    for (let round = 0; round < 10; round++) {
      const flights = randomFlights(seed + round);
      const counts = new Uint32Array(tableLength(flights));
      for (let from = 0; from < rows; ) {
        const to = Math.min(rows, from + 1 + below(rows));
        const part = new Uint32Array(tableLength(flights));
        countDelays(flights, from, to, part);
        addCounts(counts, part);
        from = to;
      }
      const hours = Array.from({ length: 24 }, (_, hour) => `${String(hour).padStart(2, '0')}:00`);
      assert.deepEqual(summarise(flights, counts), {
        origins: bySorting(flights, airports, (row) => flights.origin[row] as number),
        destinations: bySorting(flights, airports, (row) => flights.destination[row] as number),
        hours: bySorting(flights, hours, (row) =>
          new Date((flights.departure[row] as number) * 60_000).getUTCHours(),
        ),
      });
    }
  });
});
