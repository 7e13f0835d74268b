import assert from 'node:assert/strict';
import { parseRedisUrl, withAbsoluteFiles } from '../../lib/control/redis/url.js';
import { InvalidArgumentError } from '../../lib/errors/index.js';

describe('the URL of Redis', () => {
  const plain = {
    kind: 'single',
    tls: false,
    files: {},
    username: undefined,
    password: undefined,
    database: 0,
    masterName: undefined,
  };
  const forms = {
    'redis://localhost': {
      ...plain,
      addresses: [{ host: 'localhost', port: 6379 }],
      label: 'redis://localhost:6379',
    },
    'redis://ann:p%40ss@10.0.0.1:7000/3': {
      ...plain,
      addresses: [{ host: '10.0.0.1', port: 7000 }],
      username: 'ann',
      password: 'p@ss',
      database: 3,
      label: 'redis://10.0.0.1:7000/3',
    },
    'rediss://:secret@[::1]:7000/': {
      ...plain,
      tls: true,
      addresses: [{ host: '::1', port: 7000 }],
      password: 'secret',
      label: 'rediss://[::1]:7000',
    },
    'redis+sentinel://h1,h2:7001/main': {
      ...plain,
      kind: 'sentinel',
      addresses: [
        { host: 'h1', port: 26_379 },
        { host: 'h2', port: 7001 },
      ],
      masterName: 'main',
      label: 'redis+sentinel://h1:26379,h2:7001/main',
    },
    'redis+cluster://ann:pw@h1:7000,h2': {
      ...plain,
      kind: 'cluster',
      addresses: [
        { host: 'h1', port: 7000 },
        { host: 'h2', port: 6379 },
      ],
      username: 'ann',
      password: 'pw',
      label: 'redis+cluster://h1:7000,h2:6379',
    },
    'rediss://h?ca=/etc/redis%20ca.crt&cert=c.pem&key=k.pem': {
      ...plain,
      tls: true,
      files: { ca: '/etc/redis ca.crt', cert: 'c.pem', key: 'k.pem' },
      addresses: [{ host: 'h', port: 6379 }],
      label: 'rediss://h:6379',
    },
    'rediss+sentinel://h/main?ca=/ca': {
      ...plain,
      kind: 'sentinel',
      tls: true,
      files: { ca: '/ca' },
      addresses: [{ host: 'h', port: 26_379 }],
      masterName: 'main',
      label: 'rediss+sentinel://h:26379/main',
    },
    'rediss+cluster://h1:1,h2:2': {
      ...plain,
      kind: 'cluster',
      tls: true,
      addresses: [
        { host: 'h1', port: 1 },
        { host: 'h2', port: 2 },
      ],
      label: 'rediss+cluster://h1:1,h2:2',
    },
  };
  for (const [url, target] of Object.entries(forms)) {
    it(`can be ${url}`, () => assert.deepEqual(parseRedisUrl(url), target));
  }

  const mistakes = {
    '': /none of the known forms/,
    'localhost:6379': /none of the known forms/,
    'http://localhost': /none of the known forms/,
    'redis://': /none of the known forms/,
    'redis://h1,h2': /only one host/,
    'redis://h:0': /no port/,
    'redis://h:99999': /no port/,
    'redis://h:x': /no port/,
    'redis://user:hunter2@h:x': /no port/,
    'redis://h/two': /no number/,
    'redis://hunter2@h': /no colon/,
    'redis://:hunter2%@h': /two hexadecimal digits/,
    'redis+sentinel://h1,h2': /name of the master/,
    'redis+cluster://h1,h2/1': /database 0 only/,
    'redis+cluster://h1,,h2': /the host is missing/,
    'redis://h?ca=/ca': /with rediss:\/\/ only/,
    'rediss://h?authority=/ca': /ca=FILE, cert=FILE and key=FILE/,
    'rediss://h?ca=': /ca=FILE, cert=FILE and key=FILE/,
    'rediss://h?cert=/c': /cert and key go together/,
  };
  for (const [url, message] of Object.entries(mistakes)) {
    it(`cannot be ${JSON.stringify(url)}, which is said without the password`, () => {
      assert.throws(
        () => parseRedisUrl(url),
        (error: Error) => {
          assert.ok(error instanceof InvalidArgumentError);
          assert.match(error.message, message);
          assert.doesNotMatch(error.message, /hunter2/);
          return true;
        },
      );
    });
  }

  it('names files from anywhere once they are absolute', () => {
    const absolute = (file: string) => `/here/${file}`;
    assert.equal(
      withAbsoluteFiles('rediss://a:b@h/1?ca=my%20ca&cert=c&key=d/k', absolute),
      'rediss://a:b@h/1?ca=/here/my%20ca&cert=/here/c&key=/here/d/k',
    );
    for (const url of ['redis://h:1/2', 'rediss://h']) assert.equal(withAbsoluteFiles(url, absolute), url);
  });
});
