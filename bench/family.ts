/** What a benchmark is made of: families of rows, and the subjects that are measured for them. */

/** Figures by the name of their row, each in its row's unit. */
export type Figures = Record<string, number>;

/**
 * Measures one subject (Mobula, a pool, Ray) for the rows of a family, once. Every call has a process of its own, so it
 * may leave that process in any state, but must end what it started.
 */
export type Subject = () => Promise<Figures>;

/** What a target may be computed from; everything was measured in the same run. */
export interface Measured {
  /** The pools' medians for this row; empty where no pool can do it. */
  readonly pools: readonly number[];
  /** Ray's median for this row, if Ray was asked for. */
  readonly ray: number | undefined;
  /** The median of a floor row; undefined if it could not be measured. */
  floor(name: FloorName): number | undefined;
  /** Our own median of another row. */
  ours(row: string): number | undefined;
}

export interface Target {
  /** In words, for the table. */
  readonly text: string;
  /** In the row's unit; undefined when what it depends on was not measured. */
  value(measured: Measured): number | undefined;
}

export interface Row {
  readonly name: string;
  readonly unit: string;
  readonly better: 'more' | 'less';
  /** Absent: the row stands there to be seen beside another. */
  readonly target?: Target;
}

export interface Family {
  readonly name: string;
  readonly rows: readonly Row[];
  /** Processes started for each subject; the rows show the median over them. */
  readonly trials?: number;
  readonly rayTrials?: number;
  readonly ours: Subject;
  /** By name; names of {@link pools} are pools, any other is shown but sets no target. */
  readonly peers?: Readonly<Record<string, Subject>>;
  readonly ray?: Subject;
}

/** The rows that depend on the machine alone. */
export const floorRows = [
  { name: 'sum of 64 MB in process', unit: 'ms', better: 'less' },
  { name: 'memcpy of 1 MB', unit: 'GB/s', better: 'more' },
  { name: 'memcpy of 64 MB', unit: 'GB/s', better: 'more' },
  { name: 'memcpy of 800 MB', unit: 'GB/s', better: 'more' },
  { name: 'socket ping-pong', unit: 'us', better: 'less' },
  { name: 'worker_threads ping-pong', unit: 'us', better: 'less' },
] as const satisfies readonly Row[];

export type FloorName = (typeof floorRows)[number]['name'];
