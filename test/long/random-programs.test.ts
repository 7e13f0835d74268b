import assert from 'node:assert/strict';
import * as mobula from '../../lib/index.js';
import { killWorker, PATIENT, workerPids } from '../integration/support/processes.js';
import { Random } from '../integration/support/random.js';

type Options = Pick<mobula.RemoteOptions, 'numCpus' | 'resources' | 'maxRetries'>;

/** What a task does; the driver draws all of it, so that it knows the result: the number of leaves. */
interface Plan {
  /** `blocking` gets its children by getSync, in a process to itself. */
  readonly kind: 'leaf' | 'slow' | 'flaky' | 'node' | 'blocking';
  readonly options: Options;
  readonly children: readonly Plan[];
  readonly gets: 'together' | 'one by one' | 'as they come';
  /** Also submits a task that it cancels. */
  readonly cancels: boolean;
}

const ROUNDS = 250;
/** Each so many rounds a worker is killed in the middle. */
const ROUNDS_A_DEATH = 10;
const NEEDS: readonly Options[] = [{}, { numCpus: 0.5 }, { numCpus: 0 }];
const LEAF_NEEDS: readonly Options[] = [...NEEDS, { numCpus: 2 }, { resources: { part: 0.5 } }];

function draw(random: Random, depth: number, blocking: boolean, mayDie: boolean): Plan {
  const children: Plan[] = [];
  for (let count = 1 + random.below(blocking ? 3 : 4); count > 0; count--) {
    const roll = random.below(20);
    if (depth > 0 && roll < 8) children.push(draw(random, depth - 1, false, mayDie));
    else if (depth > 0 && roll < 11) children.push(draw(random, depth - 1, true, mayDie));
    else {
      const kind = roll < 14 ? 'slow' : roll < 16 ? 'flaky' : 'leaf';
      const options = random.pick(LEAF_NEEDS);
      children.push({ kind, options, children: [], gets: 'together', cancels: false });
    }
  }
  const once = !mayDie && random.below(6) === 0;
  return {
    kind: blocking ? 'blocking' : 'node',
    options: blocking ? {} : { ...random.pick(NEEDS), ...(once ? { maxRetries: 0 } : {}) },
    children,
    gets: random.pick(['together', 'one by one', 'as they come']),
    cancels: random.below(6) === 0,
  };
}

function leavesOf(plan: Plan): number {
  if (plan.children.length === 0) return 1;
  return plan.children.reduce((sum, child) => sum + leavesOf(child), 0);
}

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);

const leaf = mobula.remote(() => 1);
const slow = mobula.remote(() => {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 5);
  return 1;
});
const flaky = mobula.remote({ retryErrors: true }, () => {
  if (mobula.currentTask()!.attempt === 1) throw new Error('not at once');
  return 1;
});

function submit(plan: Plan): mobula.ObjectRef<number> {
  if (plan.kind === 'node') return node.options(plan.options).remote(plan);
  if (plan.kind === 'blocking') return blocking.remote(plan);
  return { leaf, slow, flaky }[plan.kind].options(plan.options).remote();
}

const node = mobula.remote(async (plan: Plan): Promise<number> => {
  const refs = plan.children.map(submit);
  if (plan.cancels) {
    const unwanted = slow.remote();
    mobula.cancel(unwanted);
    await mobula.get(unwanted).catch(() => undefined);
  }
  if (plan.gets === 'together') return sum(await mobula.get(refs));
  let total = 0;
  if (plan.gets === 'one by one') {
    for (const ref of refs) total += await mobula.get(ref);
    return total;
  }
  for (let rest = refs; rest.length > 0; ) {
    const [ready, others] = await mobula.wait(rest);
    total += sum(await mobula.get(ready));
    rest = others;
  }
  return total;
});

const blocking = mobula.remote({ exclusive: true }, (plan: Plan): number =>
  sum(mobula.getSync(plan.children.map(submit))),
);

describe('programs of random shape', function () {
  this.timeout(180_000);

  before(() => mobula.init({ numCpus: 2, resources: { part: 1 } }));
  after(() => mobula.shutdown());

  it('end, with the right results, also when workers die', async () => {
    const random = new Random('the programs');
    for (let round = 0; round < ROUNDS; round++) {
      const dies = round % ROUNDS_A_DEATH === ROUNDS_A_DEATH - 1;
      const plans = Array.from({ length: 1 + random.below(10) }, () =>
        draw(random, 1 + random.below(3), random.below(5) === 0, dies),
      );
      const results = mobula.get(plans.map(submit), PATIENT);
      if (dies) await killWorker(random.pick(await workerPids()));
      assert.deepEqual(await results, plans.map(leavesOf), `round ${round}`);
    }
  });
});
