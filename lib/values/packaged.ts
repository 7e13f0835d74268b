import { arrowRecipes } from './arrow.js';
import { ndarrayRecipe, stdlibRecipe } from './ndarrays.js';

/**
 * An array type of a package that people use. It is recognised by its shape (`instanceof` would depend on which copy of
 * the package made it), sent as plain data whose typed arrays are read in place, and made again by the package that the
 * receiving program depends on.
 */
export interface PackagedRecipe {
  /** Names the recipe in messages: never reused. */
  readonly kind: number;
  /** Package specifiers, in order of preference. */
  readonly packages: readonly string[];
  recognises(value: object): boolean;
  takeApart(value: object): unknown;
  /** @param exports of the package that was found */
  putTogether(parts: unknown, exports: unknown): object;
}

/** All recipes; the position of one is its kind. */
export const RECIPES: readonly PackagedRecipe[] = [ndarrayRecipe, stdlibRecipe, ...arrowRecipes];
