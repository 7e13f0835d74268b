import { ResourceT } from './generated/protocol.js';

/** Amounts of resources by name, 1 = one. */
export type Amounts = Readonly<Record<string, number>>;

/** Tables of amounts: those of other schemas (`peers.Amount`) are the same. */
export function resourceTables(amounts: Amounts): ResourceT[] {
  return Object.entries(amounts).map(([name, amount]) => new ResourceT(name, amount));
}

/** Reads what frames of either schema carry; flatc's types leave open whether names are text. */
export function amountsOf(
  tables: readonly { readonly name: string | Uint8Array | null; readonly amount: number }[],
): Record<string, number> {
  return Object.fromEntries(tables.map(({ name, amount }) => [String(name), amount]));
}
