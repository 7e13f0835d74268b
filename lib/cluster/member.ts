/** What a node says of itself to the others. */
export interface Member {
  /** Hexadecimal; never used again once the node has left or was declared dead. */
  readonly id: string;
  /** Where other nodes reach it: host:port. */
  readonly address: string;
  /** Totals by name, 1 = one. */
  readonly resources: Readonly<Record<string, number>>;
  /** What of them is free. */
  readonly available: Readonly<Record<string, number>>;
  /** Bytes. */
  readonly objectStoreMemory: number;
  readonly pid: number;
  /** 1, and one more each time that the node was declared dead, or announced itself by a new process. */
  readonly incarnation: number;
}

/** A member as it was last heard of: of two statements of one incarnation the one with the higher version is the later. */
export interface Statement {
  readonly member: Member;
  readonly version: number;
}

/** Names and values of the hash that holds a member. */
export function memberFields({ member, version }: Statement): string[] {
  const { address, resources, available, objectStoreMemory, pid, incarnation } = member;
  const fields = {
    address,
    resources: JSON.stringify(resources),
    available: JSON.stringify(available),
    objectStoreMemory,
    pid,
    incarnation,
    version,
  };
  return Object.entries(fields).flatMap(([name, value]) => [name, String(value)]);
}

/** Undefined for what is no member, whoever wrote it. */
export function statementOf(
  id: string,
  fields: Readonly<Record<string, string>> | undefined,
): Statement | undefined {
  if (fields?.address === undefined) return undefined;
  const resources = amountsOf(fields.resources);
  const available = amountsOf(fields.available);
  const [objectStoreMemory, pid, incarnation, version] = [
    fields.objectStoreMemory,
    fields.pid,
    fields.incarnation,
    fields.version,
  ].map(Number) as [number, number, number, number];
  if (resources === undefined || available === undefined || Number.isNaN(version)) return undefined;
  const member = {
    id,
    address: fields.address,
    resources,
    available,
    objectStoreMemory,
    pid,
    incarnation,
  };
  return { member, version };
}

/** Whether two records hold the same amounts. */
export function sameAmounts(
  left: Readonly<Record<string, number>>,
  right: Readonly<Record<string, number>>,
): boolean {
  const names = Object.keys(left);
  return names.length === Object.keys(right).length && names.every((name) => left[name] === right[name]);
}

function amountsOf(text: string | undefined): Record<string, number> | undefined {
  try {
    const value: unknown = JSON.parse(text ?? '');
    if (typeof value !== 'object' || value === null) return undefined;
    const amounts = Object.entries(value);
    return amounts.every(([, amount]) => typeof amount === 'number')
      ? Object.fromEntries(amounts)
      : undefined;
  } catch {
    return undefined;
  }
}
