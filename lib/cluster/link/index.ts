// The authenticated link between two nodes: frames over TCP or TLS. docs/security.md says what it protects.
export { type ConnectOptions, connectNode } from './connect-node.js';
export { MOST_FRAME_BYTES } from './frames.js';
export type { NodeIdentity } from './identity.js';
export type { LinkOptions, LinkTls } from './link-options.js';
export { DRAINED_BYTES, type LinkHandler, type LinkTimes, type NodeLink } from './node-link.js';
export { type ListenOptions, NodeListener, type Refusal } from './node-listener.js';
