import assert from 'node:assert/strict';
import { Socket } from 'node:net';
import * as mobula from '../../lib/index.js';
import { forgetSerializersAfterwards } from '../support/serializers.js';
import { DriverOnly } from './fixtures/driver-only.js';
import { Circle, Square, Table } from './fixtures/shapes.js';
import { failureOf, PATIENT } from './support/processes.js';

/** A class of this file, which is shipped by value. */
class Point {
  readonly #x: number;

  constructor(x: number) {
    this.#x = x;
  }

  get x(): number {
    return this.#x;
  }
}

/** A process to itself: a nested call runs in another one than its parent. */
const ALONE = { exclusive: true } as const;

describe('serializers that a driver registered', function () {
  this.timeout(90_000);

  forgetSerializersAfterwards();
  before(() => mobula.init({ numCpus: 2 }));
  after(() => mobula.shutdown());

  it('are known to workers that import the class, also to those that ran tasks before', async () => {
    const draw = mobula.remote((radius: number) => new Circle(radius));
    const plain: unknown = await mobula.get(draw.remote(1), PATIENT);
    assert.ok(!(plain instanceof Circle), 'the class is lost');

    mobula.registerSerializer(Circle, {
      serialize: ({ radius }) => radius,
      deserialize: (radius: number) => new Circle(radius),
    });
    const circles = await mobula.get(
      Array.from({ length: 20 }, (_, radius) => draw.remote(radius)),
      PATIENT,
    );
    for (const [radius, circle] of circles.entries()) {
      assert.ok(circle instanceof Circle);
      assert.equal(circle.radius, radius);
    }
  });

  it('reach the processes in which the tasks of tasks run', async () => {
    const draw = mobula.remote(ALONE, (radius: number) => [process.pid, new Circle(radius)] as const);
    const grow = mobula.remote(ALONE, async (radius: number) => {
      const [pid, circle] = await mobula.get(draw.remote(radius));
      return [pid !== process.pid, circle instanceof Circle, new Circle(circle.radius + 1)] as const;
    });
    const [elsewhere, isCircle, grown] = await mobula.get(grow.remote(5), PATIENT);
    assert.deepEqual([elsewhere, isCircle, grown.radius], [true, true, 6]);
  });

  it('are each known from their registration on', async () => {
    const cut = mobula.remote((side: number) => [new Square(side), new Circle(side)] as const);
    mobula.registerSerializer(Square, {
      serialize: ({ side }) => side,
      deserialize: (side: number) => new Square(side),
    });
    const [square, circle] = await mobula.get(cut.remote(3), PATIENT);
    assert.deepEqual([square.side, circle.radius], [3, 3]);
    // The second registration counts, in the driver and in the workers.
    mobula.registerSerializer(Square, {
      serialize: ({ side }) => ({ doubled: 2 * side }),
      deserialize: ({ doubled }: { doubled: number }) => new Square(doubled),
    });
    assert.equal((await mobula.get(cut.remote(3), PATIENT))[0].side, 6);
  });

  it('serve classes of the program itself, whose copies the functions know', async () => {
    mobula.registerSerializer(Point, {
      serialize: ({ x }) => x,
      deserialize: (x: number) => new Point(x),
    });
    const move = mobula.remote((point: Point) => [point instanceof Point, new Point(point.x + 1)] as const);
    const echo = mobula.remote((value: unknown) => value);
    for (let x = 0; x < 5; x++) {
      const [known, moved] = await mobula.get(move.remote(new Point(x)), PATIENT);
      assert.deepEqual([known, moved instanceof Point, moved.x], [true, true, x + 1]);
      assert.equal(((await mobula.get(echo.remote(new Point(x)), PATIENT)) as Point).x, x);
    }
  });

  it('may use long arrays and refs of the driver', async () => {
    const scale = new Float64Array(50_000).fill(2);
    const offset = mobula.put('kept');
    const made: unknown[] = [];
    mobula.registerSerializer(Table, {
      serialize: ({ sum }) => [sum, scale.length],
      deserialize: ([sum, length]: number[]) => {
        made.push(offset);
        return new Table(Float64Array.of(sum! + length!));
      },
    });
    const build = mobula.remote(ALONE, () => new Table(Float64Array.of(1, 2)));
    const rebuild = mobula.remote(ALONE, async () => (await mobula.get(build.remote())).sum);
    assert.equal((await mobula.get(build.remote(), PATIENT)).sum, 50_003);
    assert.equal(await mobula.get(rebuild.remote(), PATIENT), 50_003);
    assert.deepEqual(made, [offset]);
  });

  it('that workers cannot have disturb nobody who does not use them', async () => {
    const socket = new Socket();
    class Held {
      readonly held = true;
    }
    mobula.registerSerializer(Held, {
      serialize: () => socket.bytesRead,
      deserialize: () => new Held(),
    });
    mobula.registerSerializer(DriverOnly, {
      serialize: () => 0,
      deserialize: () => new DriverOnly(),
    });
    const draw = mobula.remote((radius: number) => new Circle(radius));
    assert.equal((await mobula.get(draw.remote(4), PATIENT)).radius, 4);
    const echo = mobula.remote((value: unknown) => value);
    const failure = await failureOf((async () => echo.remote(new Held()))());
    assert.ok(failure instanceof mobula.SerializationError);
    assert.match(failure.message, /socket/);
    socket.destroy();
  });
});
