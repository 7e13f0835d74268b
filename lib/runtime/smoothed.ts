/** Weight of the newest value. */
const WEIGHT = 0.2;

/**
 * A mean in which older values count ever less; 0 stands for none yet. Of run times in microseconds: what takes no time that
 * could be measured counts as one.
 */
export function smoothed(mean: number, newest: number): number {
  return mean === 0 ? Math.max(newest, 1) : mean + (newest - mean) * WEIGHT;
}
