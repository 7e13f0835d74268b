/** Weight of the newest value. */
const WEIGHT = 0.2;

/** The exponential mean of run times: the newest counts a fifth, the first one all. A mean of 0 is none yet. */
export function smoothed(mean: number, newest: number): number {
  return mean === 0 ? newest : mean + (newest - mean) * WEIGHT;
}
