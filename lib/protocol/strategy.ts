/** On which nodes a task may run. */
export interface Strategy {
  /** In turn on all nodes that have room. */
  readonly spread: boolean;
  /** Hexadecimal id of the one node that it is to run on; empty for any. */
  readonly node: string;
  /** It may run elsewhere when that node is not there, or can never run it. */
  readonly soft: boolean;
  /** Any node, but first the one of this id while that has room: it has most of what the tasks are given. */
  readonly near?: string;
}

/** This node first, then whichever has room. */
export const ANY_NODE: Strategy = { spread: false, node: '', soft: false };

/** Whether it is said to a node's own scheduler, task by task, how many of these it may take. */
export function isDealtOut({ spread, near }: Strategy): boolean {
  return spread || near !== undefined;
}

/** Text that differs where strategies do; empty for {@link ANY_NODE}. */
export function strategyKey({ spread, node, soft, near }: Strategy): string {
  if (spread) return '|SPREAD';
  if (near !== undefined) return `|near ${near}`;
  return node === '' ? '' : `|${soft ? '~' : ''}${node}`;
}
