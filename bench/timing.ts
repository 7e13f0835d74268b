/** Clocks and middles. */

/** The middle one; of an even number, the mean of the two in the middle. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((left, right) => left - right);
  const middle = sorted.length >> 1;
  const upper = sorted[middle];
  if (upper === undefined) throw new Error('the median of nothing');
  const lower = sorted.length % 2 === 1 ? upper : (sorted[middle - 1] as number);
  return (lower + upper) / 2;
}

/** Milliseconds that `work` takes. */
export async function time(work: () => unknown): Promise<number> {
  const start = performance.now();
  await work();
  return performance.now() - start;
}

/** The median of `count` runs, in milliseconds. */
export async function medianTime(count: number, work: () => unknown): Promise<number> {
  const times: number[] = [];
  for (let i = 0; i < count; i++) times.push(await time(work));
  return median(times);
}

/** Runs before those that count: compiled code is what a program that runs for long gets. Ray's programs do the same. */
const WARM_UP_MILLISECONDS = 500;

/** The same, of runs that come after half a second of others. */
export async function warmMedianTime(count: number, work: () => unknown): Promise<number> {
  const end = performance.now() + WARM_UP_MILLISECONDS;
  do await work();
  while (performance.now() < end);
  return medianTime(count, work);
}

/** How often a second `work` happens, `times` times a call, over about `seconds`. Called once before for warming up. */
export async function rate(times: number, work: () => unknown, seconds = 2): Promise<number> {
  await work();
  let calls = 0;
  const start = performance.now();
  let now = start;
  while (now - start < seconds * 1000) {
    await work();
    calls++;
    now = performance.now();
  }
  return (calls * times * 1000) / (now - start);
}

/** Calls `task` `count` times with at most `inFlight` unfinished, and gives the rate per second. */
export async function flood(
  count: number,
  inFlight: number,
  task: (i: number) => Promise<number>,
): Promise<number> {
  let next = 0;
  const lane = async (): Promise<void> => {
    while (next < count) {
      const i = next++;
      const result = await task(i);
      if (result !== i + 1) throw new Error(`task ${i} gave ${result}`);
    }
  };
  const milliseconds = await time(() => Promise.all(Array.from({ length: inFlight }, lane)));
  return (count * 1000) / milliseconds;
}
