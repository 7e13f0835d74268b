import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import * as arrow from 'apache-arrow';
import ndarray from 'ndarray';
import { ModulesNotLoadedError, NotSupportedError } from '../../lib/errors/index.js';
import { createCodec, createPackageImporter } from '../../lib/values/index.js';
import { packageRoot } from '../support/paths.js';
import { roundTripImporting } from './support.js';

const program = join(packageRoot, 'test', 'program.js');
const require = createRequire(program);
const codec = createCodec({ importPackage: createPackageImporter(program) });
const trip = <T>(value: T) => roundTripImporting(codec, value);

describe('arrays of the package ndarray', () => {
  it('come back as such, over the same data', async () => {
    const array = ndarray(
      Float64Array.from({ length: 600 }, (_, index) => index),
      [10, 20, 3],
    );
    const copy = await trip({ array, transposed: array.transpose(2, 0, 1), step: array.step(-1, 2, 1) });
    assert.equal(copy.array.dtype, 'float64');
    assert.deepEqual(copy.array.shape, [10, 20, 3]);
    for (const [row, column, layer] of [
      [0, 0, 0],
      [9, 19, 2],
      [4, 7, 1],
    ] as const) {
      assert.equal(copy.array.get(row, column, layer), array.get(row, column, layer));
      assert.equal(copy.transposed.get(layer, row, column), array.get(row, column, layer));
    }
    assert.equal(copy.step.get(0, 1, 0), array.step(-1, 2, 1).get(0, 1, 0));
    copy.array.set(4, 7, 1, -5);
    assert.equal(copy.transposed.get(1, 4, 7), -5);
    assert.equal((copy.array.data as Float64Array).buffer, (copy.transposed.data as Float64Array).buffer);
  });

  it('leave the message, and a view of a row sends that row', async () => {
    const array = ndarray(new Float64Array(1_000_000), [1000, 1000]);
    array.set(500, 3, 7);
    assert.equal(codec.encode(array).buffers?.[0], array.data as Float64Array);
    const row = array.pick(500, null);
    assert.equal(codec.encode(row).buffers?.[0]?.byteLength, 8000);
    assert.equal((await trip(row)).get(3), 7);
    assert.equal((await trip(array.lo(999, 999).hi(0, 0))).size, 0);
  });

  it('of other elements', async () => {
    assert.equal((await trip(ndarray(['a', 'b', 'c', 'd'], [2, 2]))).get(1, 0), 'c');
    assert.equal((await trip(ndarray(new Uint8Array([1, 2, 3, 4]), [2, 2]))).get(1, 1), 4);
  });
});

describe('arrays of @stdlib/ndarray', () => {
  interface StdlibArray {
    get(...indices: number[]): unknown;
    readonly dtype: unknown;
    readonly shape: number[];
    readonly strides: number[];
    readonly order: string;
    readonly data: Float64Array;
  }
  const array = require('@stdlib/ndarray/array') as (values: unknown, options?: object) => StdlibArray;
  const slice = require('@stdlib/ndarray/slice') as (from: StdlibArray, by: unknown) => StdlibArray;
  const MultiSlice = require('@stdlib/slice/multi') as new (...slices: unknown[]) => unknown;
  const scalar = require('@stdlib/ndarray/from-scalar') as (value: number) => StdlibArray;

  it('come back as such', async () => {
    const original = array(
      [
        [1, 2, 3],
        [4, 5, 6],
      ],
      { dtype: 'float32', order: 'column-major', casting: 'unsafe' },
    );
    const copy = await trip(original);
    assert.equal(copy.constructor, require('@stdlib/ndarray/ctor'));
    assert.equal(String(copy.dtype), 'float32');
    assert.equal(copy.order, 'column-major');
    assert.deepEqual([copy.shape, copy.strides], [original.shape, original.strides]);
    for (let row = 0; row < 2; row++)
      for (let column = 0; column < 3; column++)
        assert.equal(copy.get(row, column), original.get(row, column));
    assert.equal((await trip(scalar(5))).get(), 5);
  });

  it('send only the part that a slice uses', async () => {
    const original = array(
      new Float64Array(10_000).map((_, index) => index),
      { shape: [100, 100] },
    );
    const row = slice(original, new MultiSlice(50, null));
    const copy = await trip(row);
    assert.equal(copy.get(7), 5007);
    assert.equal(copy.data.length, 100);
  });

  it('of complex numbers are refused with a way out', () => {
    const zeros = require('@stdlib/ndarray/zeros') as (shape: number[], options: object) => StdlibArray;
    const complex = zeros([2], { dtype: 'complex128' });
    assert.throws(() => codec.encode({ complex }), { path: 'value.complex', message: /reinterpret/ });
    // What was refused once does not stand in the way of others of the class.
    assert.ok(codec.encode(array([[1, 2]])));
  });
});

describe('Apache Arrow tables', () => {
  const rows = 500;
  const table = arrow.tableFromArrays({
    number: Float64Array.from({ length: rows }, (_, index) => index / 2),
    big: BigInt64Array.from({ length: rows }, (_, index) => BigInt(index)),
    text: Array.from({ length: rows }, (_, index) => (index % 5 === 0 ? null : `text ${index % 7}`)),
    flag: Array.from({ length: rows }, (_, index) => index % 2 === 0),
    day: Array.from({ length: rows }, (_, index) => new Date(index * 86_400_000)),
    nested: Array.from({ length: rows }, (_, index) => ({ list: [index, index + 1], name: `n${index}` })),
  });
  const union = new arrow.DenseUnion(
    [0, 1],
    [new arrow.Field('a', new arrow.Int32()), new arrow.Field('b', new arrow.Utf8())],
  );

  const assertSame = (copy: arrow.Table, original: arrow.Table) => {
    assert.ok(copy instanceof arrow.Table);
    assert.equal(String(copy.schema), String(original.schema));
    assert.deepEqual(copy.toArray().map(String), original.toArray().map(String));
    assert.deepEqual(arrow.tableToIPC(copy), arrow.tableToIPC(original));
  };

  it('come back with their schema and every column', async () => {
    assertSame(await trip(table), table);
    assert.equal((await trip(table)).getChild('text')?.nullCount, 100);
    const empty = new arrow.Table();
    assert.equal((await trip(empty)).numRows, 0);
  });

  it('keep metadata, slices and several batches', async () => {
    const schema = new arrow.Schema(table.schema.fields, new Map([['origin', 'test']]));
    const two = new arrow.Table(schema, table.batches).concat(table);
    const copy = await trip(two);
    assert.equal(copy.schema.metadata.get('origin'), 'test');
    assert.equal(copy.batches.length, 2);
    assertSame(copy, two);
    assertSame(await trip(two.slice(450, 520)), two.slice(450, 520));
  });

  it('read from a file of one ArrayBuffer leave as one buffer, and are read where they lie', async () => {
    const read = arrow.tableFromIPC(arrow.tableToIPC(table));
    const encoded = codec.encode(read);
    assert.equal(encoded.buffers?.length, 1);
    const copy = await trip(read);
    assertSame(copy, read);
    const [number, big] = [copy.getChild('number')!.data[0]!.values, copy.getChild('big')!.data[0]!.values];
    assert.equal((number as Float64Array).buffer, (big as BigInt64Array).buffer);
  });

  it('share dictionaries between batches', async () => {
    const copy = await trip(table.concat(table));
    const [left, right] = copy.batches.map((batch) => batch.getChild('text')!.data[0]!.dictionary);
    assert.equal(left, right);
    const [first, second] = copy.batches.map((batch) => batch.getChild('text')!.type);
    assert.equal(first, second);
  });

  it('of every kind of type', async () => {
    const types: arrow.DataType[] = [
      new arrow.Null(),
      new arrow.Uint8(),
      new arrow.Int64(),
      new arrow.Float32(),
      new arrow.Binary(),
      new arrow.LargeUtf8(),
      new arrow.Decimal(2, 10),
      new arrow.DateDay(),
      new arrow.TimestampMicrosecond('UTC'),
      new arrow.TimeMillisecond(),
      new arrow.IntervalYearMonth(),
      new arrow.DurationSecond(),
      new arrow.FixedSizeBinary(4),
      new arrow.FixedSizeList(2, new arrow.Field('item', new arrow.Float64())),
      new arrow.List(new arrow.Field('item', new arrow.Int8())),
      new arrow.Map_(
        new arrow.Field(
          'entries',
          new arrow.Struct<{ key: arrow.Utf8; value: arrow.Int32 }>([
            new arrow.Field('key', new arrow.Utf8()),
            new arrow.Field('value', new arrow.Int32()),
          ]),
        ),
      ),
      union,
    ];
    const schema = new arrow.Schema(types.map((type, index) => new arrow.Field(`f${index}`, type, true)));
    const empty = new arrow.Table(schema);
    const copy = await trip(empty);
    assert.equal(String(copy.schema), String(schema));
    assert.deepEqual(arrow.tableToIPC(copy), arrow.tableToIPC(empty));
    for (const [index, type] of types.entries()) {
      assert.equal(
        Object.prototype.toString.call(copy.schema.fields[index]!.type),
        Object.prototype.toString.call(type),
      );
    }
  });

  it('record batches travel too', async () => {
    const [batch] = table.batches;
    const copy = await trip({ batch, table });
    assert.ok(copy.batch instanceof arrow.RecordBatch);
    assert.deepEqual(copy.batch.toArray().map(String), batch!.toArray().map(String));
  });
});

describe('the package that makes them', () => {
  let folder: string;

  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'mobula-packages-'));
    const packages = join(folder, 'node_modules');
    const add = (name: string, manifest: object, files: Record<string, string>) => {
      mkdirSync(join(packages, name), { recursive: true });
      writeFileSync(join(packages, name, 'package.json'), JSON.stringify({ name, ...manifest }));
      for (const [file, text] of Object.entries(files)) writeFileSync(join(packages, name, file), text);
    };
    add(
      'both',
      { exports: { import: './a.mjs', require: './a.cjs' } },
      { 'a.mjs': 'export const form = "esm"', 'a.cjs': 'exports.form = "cjs"' },
    );
    add('classic', { main: 'a.js' }, { 'a.js': 'module.exports = () => 1' });
    add('broken', { type: 'module', main: 'a.js' }, { 'a.js': 'throw new Error("on import")' });
    symlinkSync(join(packageRoot, 'node_modules', 'ndarray'), join(packages, 'ndarray'));
  });
  after(() => rmSync(folder, { recursive: true }));

  const formOf = (exports: unknown) => (exports as { form?: string }).form;

  it('is found from the program, as the program imports it', async () => {
    const importPackage = createPackageImporter(join(folder, 'main.js'));
    let missing: ModulesNotLoadedError | undefined;
    try {
      importPackage(['absent', 'both']);
    } catch (error) {
      assert.ok(error instanceof ModulesNotLoadedError);
      missing = error;
    }
    assert.deepEqual(missing?.modules, ['both']);
    await missing?.load();
    assert.equal(formOf(importPackage(['absent', 'both'])), 'esm');
    const own = (await import(pathToFileURL(join(folder, 'node_modules/both/a.mjs')).href)) as object;
    assert.equal(importPackage(['both']), own);
  });

  it('is the one that a CommonJS program has loaded', () => {
    const file = join(folder, 'main2.cjs');
    createRequire(file)('both');
    assert.equal(formOf(createPackageImporter(pathToFileURL(file).href)(['both'])), 'cjs');
  });

  it('needs no waiting when it is CommonJS only', () => {
    const importPackage = createPackageImporter(join(folder, 'main.js'));
    assert.equal((importPackage(['classic']) as () => number)(), 1);
  });

  it('is named when the program has none, or it cannot be loaded', async () => {
    const importPackage = createPackageImporter(join(folder, 'main.js'));
    assert.throws(
      () => importPackage(['absent', 'gone']),
      (error) => {
        assert.ok(error instanceof NotSupportedError);
        assert.match(error.message, /package absent .* Install it/);
        return true;
      },
    );
    await assert.rejects(async () => {
      try {
        importPackage(['broken']);
      } catch (error) {
        await (error as ModulesNotLoadedError).load();
      }
    }, /on import/);
  });

  it('may lie elsewhere than the sender’s', async () => {
    const receiver = createCodec({ importPackage: createPackageImporter(join(folder, 'main.js')) });
    const copy = await roundTripImporting(codec, ndarray(new Float64Array([1, 2]), [2]), receiver);
    assert.equal(copy.get(1), 2);
  });
});
