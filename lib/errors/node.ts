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

/**
 * Why there is no link to another node, or none any more:
 * - `unreachable`: nothing listens there, or TLS could not be agreed on
 * - `refused`: one side could not prove to the other that it belongs to the cluster
 * - `closed`: one side closed it and said why
 * - `lost`: the connection ended without a word, as when a process is killed or a cable cut
 * - `silent`: it is open, but nothing came for too long
 * - `garbage`: what came is no frame of this session; its bytes were changed, or a part is broken
 */
export type NodeLinkFailure = 'unreachable' | 'refused' | 'closed' | 'lost' | 'silent' | 'garbage';

/** The link to another node of the cluster cannot be made, or has ended. */
export class NodeLinkError extends MobulaError {
  static readonly code = 'ERR_MOBULA_NODE_LINK';
  /** The other node, as `host:port`. */
  readonly peer: string;
  readonly failure: NodeLinkFailure;

  /** @param reason what happened  @param remedy what to do, as a sentence */
  constructor(
    peer: string,
    failure: NodeLinkFailure,
    reason: string,
    remedy: string,
    options?: ErrorOptions,
  ) {
    super(NodeLinkError.code, `no link to the node at ${peer}: ${reason}. ${remedy}`, options);
    this.peer = peer;
    this.failure = failure;
  }
}

/** The cluster's control store could not be reached, or did not take what it was given. */
export class ControlStoreError extends MobulaError {
  static readonly code = 'ERR_MOBULA_CONTROL_STORE';
  /** Where it is, without the password. */
  readonly url: string;

  constructor(url: string, reason: string) {
    super(
      ControlStoreError.code,
      `the control store at ${url} cannot be used: ${reason}. ` +
        'Check that Redis runs there, that this machine reaches it, and that the user and password are right.',
    );
    this.url = url;
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
