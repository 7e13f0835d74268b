/** From trials to rows: medians, spreads, targets; the table and the JSON form. */
import type { Family, Figures, FloorName, Row } from './family.js';
import { pools } from './peers/pools.js';
import { median } from './timing.js';

/** The trials of one family: for each subject the figures of each trial that succeeded. */
export type Trials = ReadonlyMap<string, readonly Figures[]>;

export interface Summary {
  readonly median: number;
  readonly least: number;
  readonly most: number;
  readonly trials: number;
}

/** One line of the result. `ours` is null where our side failed, and in floor rows. */
export interface ResultRow {
  readonly name: string;
  readonly unit: string;
  readonly ours: number | null;
  /** Medians by subject, Ray among them. */
  readonly peers: Readonly<Record<string, number>>;
  /** Smallest and largest of the trials by subject; ours under `mobula`. */
  readonly spread: Readonly<Record<string, readonly [number, number]>>;
  readonly target?: { readonly text: string; readonly value: number };
  /** How far the target was reached: 1 is just there, 2 is twice as good. */
  readonly reached?: number;
}

export interface FloorResult {
  readonly name: FloorName;
  readonly unit: string;
  readonly before: number;
  readonly after: number;
  /** (larger - smaller) / smaller. */
  readonly drift: number;
}

/** Floors that differ by more make a run that is not to be trusted. */
export const driftLimit = 0.2;

export function summarise(row: string, trials: readonly Figures[]): Summary | undefined {
  const values = trials.map((figures) => figures[row]).filter((value) => value !== undefined);
  if (values.length === 0) return undefined;
  return {
    median: median(values),
    least: Math.min(...values),
    most: Math.max(...values),
    trials: values.length,
  };
}

export function floorResults(
  rows: readonly { readonly name: FloorName; readonly unit: string }[],
  before: readonly Figures[],
  after: readonly Figures[],
): FloorResult[] {
  return rows.flatMap(({ name, unit }) => {
    const first = summarise(name, before)?.median;
    const second = summarise(name, after)?.median;
    if (first === undefined || second === undefined) return [];
    return {
      name,
      unit,
      before: first,
      after: second,
      drift: Math.max(first, second) / Math.min(first, second) - 1,
    };
  });
}

export function resultRows(family: Family, trials: Trials, floors: readonly FloorResult[]): ResultRow[] {
  const ours = (row: string): number | undefined => summarise(row, trials.get('mobula') ?? [])?.median;
  const floor = (name: FloorName): number | undefined => {
    const found = floors.find((one) => one.name === name);
    return found && (found.before + found.after) / 2;
  };
  return family.rows.map((row) => {
    const peers: Record<string, number> = {};
    const spread: Record<string, readonly [number, number]> = {};
    for (const [subject, figures] of trials) {
      const summary = summarise(row.name, figures);
      if (summary === undefined) continue;
      if (subject !== 'mobula') peers[subject] = summary.median;
      spread[subject] = [summary.least, summary.most];
    }
    const own = ours(row.name);
    const value = row.target?.value({
      pools: Object.keys(peers).flatMap((name) => (pools[name]?.isPool ? (peers[name] as number) : [])),
      ray: peers.ray,
      floor,
      ours,
    });
    const target = row.target && value !== undefined ? { text: row.target.text, value } : undefined;
    return {
      name: row.name,
      unit: row.unit,
      ours: own ?? null,
      peers,
      spread,
      ...(target ? { target } : {}),
      ...(target && own !== undefined ? { reached: reached(row, own, target.value) } : {}),
    };
  });
}

function reached(row: Row, own: number, target: number): number {
  return row.better === 'more' ? own / target : target / own;
}

/** Names of a row's peers without Ray, the best first. */
export function ranked(row: Row, result: ResultRow): string[] {
  const sign = row.better === 'more' ? -1 : 1;
  const value = (name: string): number => result.peers[name] as number;
  return Object.keys(result.peers)
    .filter((name) => name !== 'ray')
    .sort((left, right) => sign * (value(left) - value(right)));
}

/** Four significant digits, thousands separated. */
export function figure(value: number | null | undefined): string {
  if (value === null || value === undefined) return '-';
  return value.toLocaleString('en-US', { maximumSignificantDigits: 4 });
}

export function spreadOf(result: ResultRow, subject: string): string {
  const range = result.spread[subject];
  return range === undefined ? '' : `${figure(range[0])} to ${figure(range[1])}`;
}

/** Lines of a table whose first column is aligned to the left, the others to the right. */
export function table(lines: readonly (readonly string[])[]): string {
  const widths = (lines[0] ?? []).map((_, column) =>
    Math.max(...lines.map((line) => line[column]?.length ?? 0)),
  );
  return lines
    .map((line) =>
      line
        .map((cell, column) =>
          column === 0 ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0),
        )
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}
