import assert from 'node:assert/strict';
import { relative } from 'node:path';
import {
  checkName,
  checkNodeOptions,
  parseAddress,
  parseCpus,
  parseRedisUrl,
  parseResources,
  parseSize,
  parseTls,
} from '../../lib/cli/arguments.js';
import { CommandFailure } from '../../lib/cli/failure.js';
import { compiled } from '../support/paths.js';

/** It is a fault of usage, said in a sentence that names the option. */
function refuses(flag: string, parse: () => unknown): void {
  assert.throws(parse, (error) => {
    assert.ok(error instanceof CommandFailure);
    assert.equal(error.exitCode, 2);
    assert.match(error.message, /^.*\.$/);
    assert.ok(error.message.includes(flag), error.message);
    return true;
  });
}

describe('the arguments of the command', () => {
  it('are sizes with and without units', () => {
    const sizes: [string, number][] = [
      ['1000000', 1e6],
      ['2GiB', 2 ** 31],
      ['2gib', 2 ** 31],
      ['1.5 MiB', 1.5 * 2 ** 20],
      ['3kB', 3000],
      ['10B', 10],
      ['1TB', 1e12],
    ];
    for (const [text, bytes] of sizes) assert.equal(parseSize(text), bytes, text);
    for (const text of ['', 'GiB', '-1', '1e9', '2 G B', '0x10', '1.', '5XB'])
      refuses('--object-store-memory', () => parseSize(text));
  });

  it('are amounts by the rules of init, under the names that they have here', () => {
    assert.equal(parseCpus('0.5'), 0.5);
    assert.deepEqual(parseResources('{"gpu":1}'), { gpu: 1 });
    refuses('--num-cpus', () => parseCpus('many'));
    refuses('--num-cpus', () => parseCpus(' '));
    refuses('--num-cpus', () => checkNodeOptions({ numCpus: -1 }));
    refuses('--num-cpus', () => checkNodeOptions({ resources: { CPU: 1 } }));
    refuses('--resources', () => parseResources('gpu=1'));
    refuses('--resources', () => checkNodeOptions({ resources: JSON.parse('{"gpu":"1"}') }));
    refuses('--resources', () => checkNodeOptions({ resources: JSON.parse('null') }));
    refuses('--object-store-memory', () => checkNodeOptions({ objectStoreMemory: 5 }));
    refuses('--name', () => checkName('a/b'));
    checkNodeOptions({ numCpus: 2, resources: { gpu: 0.5 } });
  });

  it('are hosts with and without ports', () => {
    assert.deepEqual(parseAddress('10.0.0.1'), { host: '10.0.0.1' });
    assert.deepEqual(parseAddress('node-1.example:7000'), { host: 'node-1.example', port: 7000 });
    assert.deepEqual(parseAddress('[::1]:7000'), { host: '::1', port: 7000 });
    assert.deepEqual(parseAddress('[::1]'), { host: '::1' });
    assert.deepEqual(parseAddress('::1'), { host: '::1' });
    for (const text of ['', ':7000', 'a:b', 'a:0', 'a:65536', '[a]:1', 'a b', 'http://a', 'a:1:2'])
      refuses('--address', () => parseAddress(text));
  });

  it('are URLs of a Redis', () => {
    for (const url of [
      'redis://h:1',
      'rediss://u:p@h',
      'redis+sentinel://a,b:2/name',
      'redis+cluster://a:1,b:2',
    ])
      assert.equal(parseRedisUrl(url), url);
    const file = compiled('test/cli/arguments.test.ts');
    assert.equal(parseRedisUrl(`rediss://h?ca=${relative('', file)}`), `rediss://h?ca=${file}`);
    const unreadable = ['rediss://h?ca=/no/such/file', 'redis://h?ca=/etc'];
    for (const url of ['', 'h:6379', 'http://h', 'redis:', 'redis://', 'redis:///', 'REDIS', ...unreadable]) {
      refuses('--redis', () => parseRedisUrl(url));
    }
  });

  it('are three files for TLS, or none', () => {
    const file = compiled('test/cli/arguments.test.ts');
    assert.equal(parseTls(undefined, undefined, undefined), undefined);
    assert.deepEqual(parseTls(file, file, file), { cert: file, key: file, ca: file });
    refuses('--tls-ca', () => parseTls(file, file, undefined));
    refuses('--tls-key', () => parseTls(file, '/no/such/file', file));
  });
});
