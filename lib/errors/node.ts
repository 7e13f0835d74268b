import { MobulaError } from './mobula-error.js';
import { describeEnd, type ProcessEnd } from './task.js';
import { quoteOutput } from './text.js';

/** The raylet, the process that runs a node, died; the session is over. */
export class RayletDiedError extends MobulaError {
  static readonly code = 'ERR_MOBULA_RAYLET_DIED';
  readonly pid: number;
  readonly signal: string | undefined;
  readonly exitCode: number | undefined;
  /** The last lines that the process wrote to stderr; '' if none. */
  readonly stderr: string;

  constructor(end: ProcessEnd, stderr = '') {
    super(
      RayletDiedError.code,
      `the raylet (process ${end.pid}) ${describeEnd(end)}; its workers and objects are gone. ` +
        'Call `await mobula.shutdown()`, then `await mobula.init()` to start again.' +
        quoteOutput('Its last output to stderr', stderr),
    );
    this.pid = end.pid;
    this.signal = end.signal;
    this.exitCode = end.exitCode;
    this.stderr = stderr;
  }
}

/** A process sent something that is no valid frame; its connection is closed and nobody else is harmed. */
export class ProtocolError extends MobulaError {
  static readonly code = 'ERR_MOBULA_PROTOCOL';
  /** Who sent it, such as `worker process 4711`. */
  readonly peer: string;

  constructor(peer: string, reason: string) {
    super(
      ProtocolError.code,
      `${peer} sent what is no valid frame: ${reason}. The connection was closed. ` +
        'Check that all processes run the same version of Mobula.',
    );
    this.peer = peer;
  }
}

/** `init({ address })` found no node there. */
export class NodeNotFoundError extends MobulaError {
  static readonly code = 'ERR_MOBULA_NODE_NOT_FOUND';
  /** What was asked for. */
  readonly address: string;

  /** @param reason what was found instead, and what to do: sentences */
  constructor(address: string, reason: string, options?: ErrorOptions) {
    super(NodeNotFoundError.code, `there is no node to attach to at '${address}'. ${reason}`, options);
    this.address = address;
  }
}
