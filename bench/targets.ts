/** The kinds of target that rows have. */
import type { FloorName, Target } from './family.js';

/** So many units, whatever else was measured. */
export function fixed(value: number, text: string): Target {
  return { text, value: () => value };
}

/** A rate `factor` times Ray's. */
export function timesRayRate(factor: number): Target {
  return { text: `${factor} x Ray`, value: ({ ray }) => ray && ray * factor };
}

/** A time `factor` times shorter than Ray's. */
export function timesRaySpeed(factor: number): Target {
  return { text: `${factor} x Ray`, value: ({ ray }) => ray && ray / factor };
}

/** As good as a floor, or as `scale` of it gives. */
export function floor(
  name: FloorName,
  text: string,
  scale: (floor: number) => number = (value) => value,
): Target {
  return {
    text,
    value: ({ floor: measured }) => {
      const value = measured(name);
      return value === undefined ? undefined : scale(value);
    },
  };
}
