import assert from 'node:assert/strict';
import { parseRedisUrl } from '../../lib/control/redis/url.js';
import { InvalidArgumentError } from '../../lib/errors/index.js';

describe('the URL of Redis', () => {
  const plain = {
    kind: 'single',
    tls: false,
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
});
