import assert from 'node:assert/strict';
import { InvalidArgumentError } from '../../lib/errors/index.js';
import { formatHostAndPort, parseHost, parseHostAndPort } from '../../lib/protocol/host-and-port.js';

describe('a host and a port', () => {
  for (const [text, host] of Object.entries({
    '10.0.0.1:1': '10.0.0.1',
    'node-1.example:65535': 'node-1.example',
    '[::1]:7000': '::1',
    '[fe80::1%eth0]:7000': 'fe80::1%eth0',
  })) {
    it(`are ${text}, written and read`, () => {
      const read = parseHostAndPort(text);
      assert.equal(read.host, host);
      assert.equal(formatHostAndPort(read.host, read.port), text);
    });
  }

  it('may do without the port where that is said', () => {
    assert.deepEqual(parseHost('node-1'), { host: 'node-1' });
    assert.deepEqual(parseHost('[::1]'), { host: '::1' });
    assert.deepEqual(parseHost('::1'), { host: '::1' });
    assert.throws(() => parseHostAndPort('node-1'), /the port is missing/);
    assert.throws(() => parseHostAndPort('::1'), /the port is missing/);
  });

  for (const [text, message] of Object.entries({
    '': /host is missing/,
    ':7000': /host is missing/,
    '[]:7000': /host is missing/,
    '[a]:1': /brackets is no IPv6/,
    '[::1': /host is missing/,
    '::1]:1': /host is missing/,
    'secret b:1': /for the host is none/,
    'http://secret': /no port/,
    'secret/a': /for the host is none/,
    'a:': /no port/,
    'a:0': /no port/,
    'a:65536': /no port/,
    'a:+1': /no port/,
    'a:1\n': /no port/,
    'a:1:2': /no port/,
    '[::1]7000': /no port/,
  })) {
    it(`are not ${JSON.stringify(text)}, which is said without the text`, () => {
      assert.throws(
        () => parseHostAndPort(text),
        (error: Error) => {
          assert.ok(error instanceof InvalidArgumentError);
          assert.match(error.message, message);
          assert.doesNotMatch(error.message, /secret/);
          return true;
        },
      );
    });
  }
});
