/** A process that takes bytes into memory of its own, over a plain socket or a link between nodes. */
import { connect } from 'node:net';
import { connectNode } from '../../lib/cluster/link/index.js';

/** What it is told to do. It answers `'done'` when the last byte is in its place. */
export interface Receive {
  readonly over: 'socket' | 'link';
  readonly port: number;
  readonly bytes: number;
  /** Of the link, as hexadecimal digits. */
  readonly secret: string;
}

const host = '127.0.0.1';
const readBytes = 2 ** 20;

const spare = new Uint8Array(1);
let target = new Uint8Array(0);

process.on('message', ({ over, port, bytes, secret }: Receive) => {
  if (target.length !== bytes) target = new Uint8Array(bytes);
  const done = (): unknown => process.send?.('done');
  if (over === 'socket') fromSocket(port, done);
  else void fromLink(port, secret, done);
});

/** As fast as Node can: the kernel puts the bytes where they belong. */
function fromSocket(port: number, done: () => void): void {
  let at = 0;
  const onread = {
    // A read of no bytes would be an error: the end needs a place too.
    buffer: () => (at < target.length ? target.subarray(at, at + readBytes) : spare),
    callback: (count: number) => {
      at += count;
      if (at === target.length) {
        done();
        socket.end();
      }
      return true;
    },
  };
  const socket = connect({ host, port, onread });
  socket.on('close', () => endUnlessWhole(at));
}

async function fromLink(port: number, secret: string, done: () => void): Promise<void> {
  const identity = { nodeId: 'receiver', incarnation: 1, purpose: 'bench', version: '1' };
  const link = await connectNode({ host, port, secret: Buffer.from(secret, 'hex'), identity });
  let at = 0;
  link.start({
    knows: () => true,
    borrows: () => true,
    onFrame: (_type, body) => {
      target.set(body, at);
      at += body.length;
      if (at < target.length) return;
      done();
      link.close('all is here');
    },
    onClosed: () => endUnlessWhole(at),
  });
}

/** The sender sees that this process is gone. */
function endUnlessWhole(count: number): void {
  if (count < target.length) process.exit(1);
}
