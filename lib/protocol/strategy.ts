/** On which nodes a task may run. */
export interface Strategy {
  /** In turn on all nodes that have room. */
  readonly spread: boolean;
  /** Hexadecimal id of the one node that it is to run on; empty for any. */
  readonly node: string;
  /** It may run elsewhere when that node is not there, or can never run it. */
  readonly soft: boolean;
}

/** This node first, then whichever has room. */
export const ANY_NODE: Strategy = { spread: false, node: '', soft: false };

/** Text that differs where strategies do; empty for {@link ANY_NODE}. */
export function strategyKey({ spread, node, soft }: Strategy): string {
  if (spread) return '|SPREAD';
  return node === '' ? '' : `|${soft ? '~' : ''}${node}`;
}
