import { ResourceT } from './generated/protocol.js';

/** Amounts of resources by name, 1 = one. */
export type Amounts = Readonly<Record<string, number>>;

export function resourceTables(amounts: Amounts): ResourceT[] {
  return Object.entries(amounts).map(([name, amount]) => new ResourceT(name, amount));
}

export function amountsOf(tables: readonly ResourceT[]): Record<string, number> {
  return Object.fromEntries(tables.map(({ name, amount }) => [String(name), amount]));
}
