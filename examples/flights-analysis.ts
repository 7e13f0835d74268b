/**
 * Delays by origin, destination and hour. A range of rows becomes a table of counts, one row a group and one column a
 * minute of delay; tables of several ranges are added; means and quantiles are read off the sum. Counts are integers, so
 * that the answer is the same, to the bit, however the rows were divided.
 */
import type { Flights } from './flights-data.js';

/** The delays of one group of flights. */
export interface DelaySummary {
  readonly group: string;
  readonly flights: number;
  /** Minutes. */
  readonly mean: number;
  /** Minutes, by nearest rank, in the order of {@link quantiles}. */
  readonly quantiles: readonly number[];
}

export interface DelayReport {
  readonly origins: readonly DelaySummary[];
  readonly destinations: readonly DelaySummary[];
  readonly hours: readonly DelaySummary[];
}

/** What is reported of each group. */
export const quantiles: readonly number[] = [0.1, 0.5, 0.9, 0.99];

const hoursADay = 24;

/** How the table of counts is laid out: first the origins, then the destinations, then the hours. */
function layout(flights: Flights): { bins: number; groups: number; destinations: number; hours: number } {
  const [least, most] = flights.delayRange;
  const airports = flights.airports.length;
  return {
    bins: most - least + 1,
    groups: 2 * airports + hoursADay,
    destinations: airports,
    hours: 2 * airports,
  };
}

/** How many counts a table for these flights has. */
export function tableLength(flights: Flights): number {
  const { bins, groups } = layout(flights);
  return bins * groups;
}

/** Counts rows `from` up to `to` into `counts`, which has {@link tableLength} entries. */
export function countDelays(flights: Flights, from: number, to: number, counts: Uint32Array): void {
  const { bins, destinations, hours } = layout(flights);
  const { departure, delay, origin, destination, delayRange } = flights;
  const least = delayRange[0];
  for (let row = from; row < to; row++) {
    const bin = (delay[row] as number) - least;
    const hour = Math.floor((departure[row] as number) / 60) % hoursADay;
    (counts[(origin[row] as number) * bins + bin] as number)++;
    (counts[(destinations + (destination[row] as number)) * bins + bin] as number)++;
    (counts[(hours + hour) * bins + bin] as number)++;
  }
}

/** Adds a table to another. */
export function addCounts(sum: Uint32Array, counts: Uint32Array): void {
  for (let i = 0; i < sum.length; i++) {
    (sum[i] as number) += counts[i] as number;
  }
}

/** Means and quantiles of every group that has flights. */
export function summarise(flights: Flights, counts: Uint32Array): DelayReport {
  const { bins, groups, destinations, hours } = layout(flights);
  const summaries = (first: number, end: number, name: (index: number) => string): DelaySummary[] => {
    const out: DelaySummary[] = [];
    for (let group = first; group < end; group++) {
      const summary = summariseGroup(
        name(group - first),
        counts.subarray(group * bins, (group + 1) * bins),
        flights.delayRange[0],
      );
      if (summary.flights > 0) {
        out.push(summary);
      }
    }
    return out;
  };
  const airport = (index: number): string => flights.airports[index] as string;
  return {
    origins: summaries(0, destinations, airport),
    destinations: summaries(destinations, hours, airport),
    hours: summaries(hours, groups, (hour) => `${String(hour).padStart(2, '0')}:00`),
  };
}

function summariseGroup(group: string, counts: Uint32Array, least: number): DelaySummary {
  let flights = 0;
  let minutes = 0;
  for (let bin = 0; bin < counts.length; bin++) {
    flights += counts[bin] as number;
    minutes += (counts[bin] as number) * (least + bin);
  }
  return {
    group,
    flights,
    mean: minutes / flights,
    quantiles: quantiles.map((q) => quantile(counts, flights, q) + least),
  };
}

/** The bin of the value of rank ceil(q x total), counted from one. */
function quantile(counts: Uint32Array, total: number, q: number): number {
  const rank = Math.ceil(q * total);
  let seen = 0;
  for (let bin = 0; bin < counts.length; bin++) {
    seen += counts[bin] as number;
    if (seen >= rank) {
      return bin;
    }
  }
  return Number.NaN;
}
