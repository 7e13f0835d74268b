import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { fileURLToPath } from 'node:url';
import { deprecate } from 'node:util';
import { SerializationError } from '../../lib/errors/index.js';
import type { AnyFunction } from '../../lib/functions/index.js';
import { makeFunctions } from './fixtures/captures.js';
import { Reviver } from './harness.js';

const file = fileURLToPath(new URL('./fixtures/captures.js', import.meta.url));
const lines = readFileSync(file, 'utf8').split('\n');

/** The line, from 1, of a mark in the compiled file, or of the first line that begins with the text. */
function lineOf(mark: string): number {
  const marked = lines.findIndex((text) => text.endsWith(`// mark: ${mark}`)) + 1;
  const line = marked || lines.findIndex((text) => text.trim().startsWith(mark)) + 1;
  assert.notEqual(line, 0, mark);
  return line;
}

describe('what cannot be shipped', () => {
  let reviver: Reviver;
  const functions = makeFunctions();
  before(() => {
    reviver = new Reviver();
  });
  after(() => reviver.close());

  function refusalOf(fn: AnyFunction): SerializationError {
    try {
      reviver.capture(fn);
    } catch (error) {
      assert.ok(error instanceof SerializationError, String(error));
      return error;
    }
    throw new Error('it was captured');
  }

  /** Expects the refusal at the function of one mark, by a path, at the line of another. */
  function refused(fn: AnyFunction, from: string, path: string, at: string, reason: RegExp): void {
    const error = refusalOf(fn);
    assert.equal(error.path, `${basename(file)}:${lineOf(from)} ${fn.name || '(anonymous)'}${path}`);
    assert.equal(error.file, file);
    assert.equal(error.line, lineOf(at));
    assert.match(error.reason, reason);
    assert.ok(
      error.message.includes(error.path) && error.message.includes(`${file}:${error.line}`),
      error.message,
    );
    // It is refused each time.
    assert.equal(refusalOf(fn).path, error.path);
  }

  it('is refused with the capture path, file and line: sockets', () => {
    refused(functions.direct, 'direct', ' -> socket', 'direct', /./);
    refused(functions.viaHelper, 'via helper', ' -> helper -> send -> socket', 'socket.write', /./);
    refused(functions.viaData, 'via data', ' -> settings.deep.list[1].socket', 'via data', /./);
  });

  it('also when a function inside captured data captures it', () => {
    refused(
      functions.viaFunctionInData,
      'function in data',
      ' -> holder -> (anonymous) -> socket',
      'inside data',
      /./,
    );
  });

  it('WeakMaps, proxies, promises', () => {
    refused(functions.weak, 'weak', ' -> weak', 'weak', /WeakMap/);
    refused(functions.proxy, 'proxy', ' -> proxy', 'proxy', /Proxy/);
    refused(functions.later, 'promise', ' -> later', 'promise', /Await/);
  });

  it('what a function is bound to', () => {
    const error = refusalOf(functions.bound);
    assert.equal(error.path, 'bound send -> bound function -> socket');
  });

  it('private names, this, super and arguments of the code around', () => {
    refused(functions.privateName, 'read() {', ' -> #balance', 'private name', /class/);
    refused(functions.privateMethod, '#hidden() {', '', '#hidden() {', /class/);
    refused(functions.arrow, 'lexical this', ' -> this', 'lexical this', /const self = this/);
    refused(functions.arguments, 'arguments', ' -> arguments', 'arguments', /variable/);
    refused(functions.super, 'override() {', ' -> super', 'super', /class/);
    refused(functions.superObject, 'method() {', ' -> super', 'super in an object', /class/);
  });

  it('native functions that have no name of their own', () => {
    let resolve: unknown;
    void new Promise((first) => {
      resolve = first;
    });
    assert.match(refusalOf(() => resolve).reason, /native code|Proxy/);
    assert.match(refusalOf(resolve as AnyFunction).reason, /native code|Proxy/);
  });

  it('functions of the internals of Node.js', () => {
    const inner = deprecate(() => {}, 'old');
    assert.match(refusalOf(() => inner).reason, /internals of Node\.js/);
  });

  it('functions inside values, with the path of the value', () => {
    assert.throws(
      () => reviver.session.codec.encode({ list: [functions.weak] }),
      (error: SerializationError) =>
        error.path === `value.list[0]: ${basename(file)}:${lineOf('weak')} weak -> weak` &&
        error.line === lineOf('weak'),
    );
  });
});
