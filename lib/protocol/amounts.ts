import { ResourceT } from './generated/protocol.js';

/** Amounts of resources by name, 1 = one. */
export type Amounts = Readonly<Record<string, number>>;

/** Tables of amounts: those of other schemas (`peers.Amount`) are the same. */
export function resourceTables(amounts: Amounts): ResourceT[] {
  return Object.entries(amounts).map(([name, amount]) => new ResourceT(name, amount));
}

export function amountsOf(
  tables: readonly { readonly name: ResourceT['name']; readonly amount: number }[],
): Record<string, number> {
  return Object.fromEntries(tables.map(({ name, amount }) => [String(name), amount]));
}
