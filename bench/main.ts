/**
 * The benchmark. Each row stands beside the same work done by the pools and, if asked for, by Ray, in the same run;
 * only ratios within a run mean anything.
 *
 *     npm run bench [-- NAME] [--ray] [--json FILE] [--trials N]
 *
 * NAME is a family (`tasks`, `put`, ...) or a part of a row's name.
 */
import { writeFileSync } from 'node:fs';
import { cpus, loadavg } from 'node:os';
import { parseArgs } from 'node:util';
import { families } from './families.js';
import { type Family, type Figures, floorRows } from './family.js';
import { pools } from './peers/pools.js';
import { prepareRay } from './ray.js';
import {
  driftLimit,
  type FloorResult,
  figure,
  floorResults,
  type ResultRow,
  ranked,
  resultRows,
  spreadOf,
  table,
} from './report.js';
import { runTrial } from './runner.js';

const defaultTrials = 3;
const floorTrials = 3;

/** After so many a subject is given up for the family; any of our own fails the whole run. */
const failuresBorne = 2;

const { values: options, positionals } = parseArgs({
  allowPositionals: true,
  options: { ray: { type: 'boolean', default: false }, json: { type: 'string' }, trials: { type: 'string' } },
});

const chosen = choose(positionals[0]);
const asked = options.trials === undefined ? undefined : Number(options.trials);
if (asked !== undefined && !(Number.isInteger(asked) && asked > 0)) {
  fail(`--trials ${options.trials}: a whole number above 0 is needed`);
}
const ray = options.ray ? prepareRay() : undefined;
const failures: string[] = [];

const before = await floors();
const trials = new Map<Family, Map<string, Figures[]>>();
for (const family of chosen) trials.set(family, await runFamily(family));
const floor = floorResults(floorRows, before, await floors());
const rows = chosen.flatMap((family) => resultRows(family, trials.get(family) ?? new Map(), floor));
const steady = floor.every(({ drift }) => drift <= driftLimit);

console.log(
  `\nNode ${process.version}, ${cpus().length} x ${cpus()[0]?.model ?? 'unknown'}${ray ? `, Ray ${ray}` : ''}\n`,
);
printRows(rows);
printFloors(floor);
for (const failure of failures) console.log(`failed: ${failure}`);

if (options.json !== undefined) {
  const result = {
    node: process.version,
    cpus: cpus().map(({ model }) => model),
    load: loadavg(),
    ...(ray ? { ray } : {}),
    steady,
    floors: floor,
    rows,
    failures,
  };
  writeFileSync(options.json, `${JSON.stringify(result, null, 2)}\n`);
}
if (failures.some((failure) => failure.startsWith('mobula'))) process.exitCode = 1;

/** The families of that name, else those rows whose names contain it, in families cut down to them. */
function choose(name: string | undefined): readonly Family[] {
  if (name === undefined) return families;
  const named = families.filter((family) => family.name === name);
  if (named.length > 0) return named;
  const cut = families
    .map((family) => ({ ...family, rows: family.rows.filter((row) => row.name.includes(name)) }))
    .filter((family) => family.rows.length > 0);
  if (cut.length === 0) {
    const rowsOf = families.map(
      (family) => `  ${family.name}: ${family.rows.map((row) => row.name).join('; ')}`,
    );
    fail(`nothing is called ${name}; there are\n${rowsOf.join('\n')}`);
  }
  return cut;
}

function fail(message: string): never {
  console.error(message);
  process.exit(2);
}

async function floors(): Promise<Figures[]> {
  const figures: Figures[] = [];
  for (let trial = 0; trial < floorTrials; trial++) figures.push(await runTrial('floors'));
  return figures;
}

/** Subjects take turns, so that a machine that slows down slows all of them. */
async function runFamily(family: Family): Promise<Map<string, Figures[]>> {
  const subjects = ['mobula', ...Object.keys(family.peers ?? {}), ...(ray && family.ray ? ['ray'] : [])];
  const figures = new Map<string, Figures[]>(subjects.map((subject) => [subject, []]));
  const ownTrials = asked ?? family.trials ?? defaultTrials;
  const failed = new Map<string, number>();
  for (let trial = 0; trial < ownTrials; trial++) {
    for (const subject of subjects) {
      const wanted = subject === 'ray' ? Math.min(ownTrials, family.rayTrials ?? ownTrials) : ownTrials;
      if (trial >= wanted || failed.get(subject) === failuresBorne) continue;
      console.error(`${family.name}: ${subject}, trial ${trial + 1} of ${wanted}`);
      try {
        figures.get(subject)?.push(await runTrial(family.name, subject));
      } catch (error) {
        failed.set(subject, (failed.get(subject) ?? 0) + 1);
        failures.push(`${subject} in ${family.name}: ${error instanceof Error ? error.message : error}`);
      }
    }
  }
  return figures;
}

function printRows(results: readonly ResultRow[]): void {
  const known = new Map(families.flatMap((family) => family.rows).map((row) => [row.name, row]));
  const lines = [['row', 'unit', 'ours', 'spread', 'best pool', '', 'Ray', 'target', '', 'reached']];
  const others: string[] = [];
  for (const result of results) {
    const row = known.get(result.name);
    if (row === undefined) continue;
    const order = ranked(row, result);
    const best = order.find((name) => pools[name]?.isPool);
    lines.push([
      result.name,
      result.unit,
      figure(result.ours),
      spreadOf(result, 'mobula'),
      figure(best === undefined ? undefined : result.peers[best]),
      best ?? '',
      figure(result.peers.ray),
      figure(result.target?.value),
      row.target?.text ?? '',
      result.reached === undefined ? '' : `${result.reached.toFixed(2)} x`,
    ]);
    if (order.length > 0) {
      const each = order.map((name) => `${name} ${figure(result.peers[name])} (${spreadOf(result, name)})`);
      others.push(`${result.name}, ${result.unit}:\n  ${each.join('\n  ')}`);
    }
  }
  console.log(table(lines));
  if (others.length > 0)
    console.log(`\nAll peers, the best first, with the spread of their trials\n${others.join('\n')}`);
}

function printFloors(results: readonly FloorResult[]): void {
  const lines = [['floor', 'unit', 'before', 'after', 'differ by']];
  for (const { name, unit, before: first, after, drift } of results) {
    lines.push([name, unit, figure(first), figure(after), `${(drift * 100).toFixed(0)} %`]);
  }
  console.log(`\n${table(lines)}`);
  if (!steady) {
    const limit = `${driftLimit * 100} %`;
    console.log(
      `The floors before and after differ by over ${limit}: the machine was not steady. Run it again.`,
    );
  }
}
