import { readTable, sendTable } from '../protocol/frames.js';
import {
  ClientKind,
  ClusterReply,
  type ClusterReplyT,
  ClusterRequestT,
  FrameType,
} from '../protocol/generated/protocol.js';
import { RayletLink } from '../runtime/raylet-link.js';
import { VERSION } from '../runtime/version.js';
import { CommandFailure } from './failure.js';

const ANSWER_MILLISECONDS = 10_000;

/**
 * Asks the node at this socket what it and the nodes that it knows have and do.
 * @throws CommandFailure when it does not answer
 */
export async function askNode(socket: string): Promise<ClusterReplyT> {
  const introduction = {
    version: VERSION,
    kind: ClientKind.Observer,
    worker: 0,
    name: 'mobula',
    logToDriver: false,
  };
  const [link, { store }] = await RayletLink.connect(socket, introduction, ANSWER_MILLISECONDS).catch(
    (error) => {
      throw new CommandFailure(`the node does not answer: ${(error as Error).message}.`);
    },
  );
  try {
    return await answerOf(link);
  } finally {
    store.detach();
    link.connection.close();
  }
}

function answerOf(link: RayletLink): Promise<ClusterReplyT> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(
      () => reject(new CommandFailure(`the node did not answer within ${ANSWER_MILLISECONDS / 1000} s.`)),
      ANSWER_MILLISECONDS,
    );
    link.listen({
      onFrame: (type, bytes, start) => {
        if (type !== FrameType.ClusterReply) return;
        clearTimeout(timer);
        resolve(readTable(ClusterReply.getRootAsClusterReply, bytes, start).unpack());
      },
      onClosed: () => {
        clearTimeout(timer);
        reject(new CommandFailure('the node ended while it was asked.'));
      },
    });
    sendTable(link.connection, FrameType.ClusterRequest, new ClusterRequestT(1));
  });
}
