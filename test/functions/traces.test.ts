// biome-ignore-all lint/complexity/noStaticOnlyClass: classes of all kinds are tested
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Reviver } from './harness.js';

const here = fileURLToPath(import.meta.url);
const lines = readFileSync(here, 'utf8').split('\n');

/** Line and column, from 1, of a mark in the compiled form of this file. */
function positionOf(mark: string): string {
  const line = lines.findIndex((text) => text.includes(mark) && !text.includes('positionOf'));
  return `${line + 1}:${lines[line]!.indexOf('new Error') + 1}`;
}

function helper(): never {
  throw new Error('in a helper');
}

class Thrower {
  method(): never {
    throw new Error('in a method');
  }
}

describe('stack traces of shipped functions', () => {
  let reviver: Reviver;
  before(() => {
    reviver = new Reviver();
  });
  after(() => reviver.close());

  async function stackOf(fn: () => unknown): Promise<string> {
    const error: unknown = await reviver.call(fn).catch((thrown: unknown) => thrown);
    assert.ok(error instanceof Error);
    return error.stack!;
  }

  it('show the original file, line and column, and the names of functions', async () => {
    const arrow = () => {
      throw new Error('in an arrow');
    };
    assert.ok(
      (await stackOf(arrow)).includes(
        `at arrow (${import.meta.url}:${positionOf("new Error('in an arrow')")})`,
      ),
    );
    const viaHelper = await stackOf(() => helper());
    assert.ok(
      viaHelper.includes(`at helper (${import.meta.url}:${positionOf("new Error('in a helper')")})`),
      viaHelper,
    );
    const method = await stackOf(() => new Thrower().method());
    assert.ok(
      method.includes(`at Thrower.method (${import.meta.url}:${positionOf("new Error('in a method')")})`),
      method,
    );
    const object = {
      [`computed${1}`]() {
        throw new Error('in a computed method');
      },
    };
    const computed = await stackOf(object.computed1!);
    assert.ok(
      computed.includes(`${import.meta.url}:${positionOf("new Error('in a computed method')")}`),
      computed,
    );
  });

  it('keep lines and columns behind what is replaced', async () => {
    const fn = () => {
      void import.meta.url;
      throw new Error('behind import.meta');
    };
    assert.ok(
      (await stackOf(fn)).includes(`${import.meta.url}:${positionOf("new Error('behind import.meta')")}`),
    );
    class Statics {
      static value = [1, 2];
      static {
        Statics.value.push(3);
      }
      static fail(): never {
        throw new Error('behind static fields');
      }
    }
    const stack = await stackOf(() => Statics.fail());
    assert.ok(stack.includes(`${import.meta.url}:${positionOf("new Error('behind static fields')")}`), stack);
  });

  it('are mapped to the source where the process runs with source maps', async () => {
    const mapping = new Reviver({ execArgv: ['--enable-source-maps'] });
    try {
      const error: unknown = await mapping.call(() => helper()).catch((thrown: unknown) => thrown);
      const { stack } = error as Error;
      const source = stack!.match(/at helper \((.*traces\.test\.ts):(\d+):/);
      assert.ok(source, stack);
      const line = readFileSync(source[1]!, 'utf8').split('\n')[Number(source[2]) - 1]!;
      assert.ok(line.includes("new Error('in a helper')"), stack);
    } finally {
      await mapping.close();
    }
  });
});
