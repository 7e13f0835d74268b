/**
 * Three million flights, put into the object store once and analysed where they lie: each task takes a range of rows,
 * reads the columns in place, and counts delays by origin, destination and hour; the driver adds the counts. The same
 * analysis in one plain pass must give the same answer.
 *
 *     npm run flights
 */
import assert from 'node:assert/strict';
import { availableParallelism } from 'node:os';
import * as mobula from 'mobula';
import {
  addCounts,
  countDelays,
  type DelayReport,
  type DelaySummary,
  quantiles,
  summarise,
  tableLength,
} from './flights-analysis.js';
import { columnBytes, type Flights, readFlights } from './flights-data.js';

/** Two for each core: fewer would leave one idle at the end, more would mean more tables to add. */
const ranges = 2 * availableParallelism();

const readStart = performance.now();
const flights = await readFlights();
const rows = flights.delay.length;
const megabytes = (bytes: number): string => `${(bytes / 1e6).toFixed(1)} MB`;
const milliseconds = (since: number, until: number): string => `${(until - since).toFixed(0)} ms`;
console.log(
  `${rows} flights, ${megabytes(columnBytes(flights))} of columns, read in ${milliseconds(readStart, performance.now())}`,
);

// The plain pass: one process, one loop.
function analyse(all: Flights): DelayReport {
  const counts = new Uint32Array(tableLength(all));
  countDelays(all, 0, all.delay.length, counts);
  return summarise(all, counts);
}
const plainStart = performance.now();
const plainReport = analyse(flights);
const plainEnd = performance.now();

// The same as tasks. What a task counts it writes into memory of the store itself, so that returning it copies nothing.
const countRange = mobula.remote((all: Flights, from: number, to: number) => {
  const counts = mobula.allocate(Uint32Array, tableLength(all));
  counts.array.fill(0);
  countDelays(all, from, to, counts.array);
  return counts.array;
});

const boundary = (range: number): number => Math.floor((range * rows) / ranges);

async function analyseInTasks(columns: mobula.ObjectRef<Flights>): Promise<DelayReport> {
  const parts = Array.from({ length: ranges }, (_, range) =>
    countRange.remote(columns, boundary(range), boundary(range + 1)),
  );
  const counts = new Uint32Array(tableLength(flights));
  for (const part of parts) {
    addCounts(counts, await mobula.get(part));
  }
  return summarise(flights, counts);
}

await mobula.init();
const putStart = performance.now();
const columns = mobula.put(flights);
const tasksStart = performance.now();
const report = await analyseInTasks(columns);
const againStart = performance.now();
const again = await analyseInTasks(columns);
const againEnd = performance.now();

assert.deepEqual(report, plainReport);
assert.deepEqual(again, plainReport);
printTable('origin', byFlights(report.origins).slice(0, 12));
printTable('destination', byFlights(report.destinations).slice(0, 12));
printTable('hour', report.hours);
console.log(
  `The plain pass gives the same ${report.origins.length + report.destinations.length + report.hours.length} groups.`,
);
console.log(`plain pass: ${milliseconds(plainStart, plainEnd)}`);
console.log(`put: ${milliseconds(putStart, tasksStart)}`);
console.log(
  `${ranges} tasks: ${milliseconds(tasksStart, againStart)} in workers that have to load the code, ${milliseconds(againStart, againEnd)} the second time`,
);

// What was copied, from the counters that each process keeps in the store: all of them together, and the driver's own.
const { totals, own } = (await mobula.statistics()).store;
console.log(
  `${' '.repeat(9)}${['copied in', 'copied out', 'read in place'].map((title) => title.padStart(16)).join('')}`,
);
for (const [who, counters] of Object.entries({ all: totals, driver: own })) {
  const { bytesCopiedIn, bytesCopiedOut, bytesViewed } = counters;
  const cells = [bytesCopiedIn, bytesCopiedOut, bytesViewed].map((bytes) => `${bytes} B`.padStart(16));
  console.log(`${who.padEnd(9)}${cells.join('')}`);
}
await mobula.shutdown();

function byFlights(summaries: readonly DelaySummary[]): DelaySummary[] {
  return [...summaries].sort((left, right) => right.flights - left.flights);
}

function printTable(title: string, summaries: readonly DelaySummary[]): void {
  const cells = (values: readonly string[]): string => values.map((value) => value.padStart(9)).join('');
  console.log(`\n${title.padEnd(11)}${cells(['flights', 'mean', ...quantiles.map((q) => `${q * 100} %`)])}`);
  for (const { group, flights: count, mean, quantiles: minutes } of summaries) {
    console.log(`${group.padEnd(11)}${cells([String(count), mean.toFixed(2), ...minutes.map(String)])}`);
  }
  console.log();
}
