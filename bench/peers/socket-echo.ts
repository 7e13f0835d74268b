/** Sends back what arrives on the unix socket named by the argument. */
import { connect } from 'node:net';

const socket = connect(String(process.argv[2]));
socket.pipe(socket);
