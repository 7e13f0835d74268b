import assert from 'node:assert/strict';
import * as mobula from '../../lib/index.js';
import { Random } from '../integration/support/random.js';
import { Cluster } from '../support/cluster.js';
import { until } from '../support/poll.js';

const LINKS = 1000;
const KILLS = 6;

describe('a long chain of tasks on nodes that die', function () {
  this.timeout(300_000);

  it('comes to the right end', async () => {
    const random = new Random('chain');
    const plan = (name: string) => ({ name, cpus: 2, resources: { link: 1 } });
    const cluster = await Cluster.start([{ name: 'a' }, plan('n0'), plan('n1')]);
    try {
      await cluster.connected('a', 2);
      await cluster.attach('a');
      const link = mobula.remote(
        { resources: { link: 0.01 }, maxRetries: 20 },
        async (value: { sum: number; data: Float64Array }, index: number) => {
          await new Promise((resolve) => setTimeout(resolve, 5));
          return { sum: value.sum + index, data: value.data.map((each) => each + 1) };
        },
      );
      const refs: mobula.ObjectRef<{ sum: number; data: Float64Array }>[] = [];
      let last: mobula.RemoteArgument<{ sum: number; data: Float64Array }> = {
        sum: 0,
        data: new Float64Array(2_500),
      };
      for (let index = 0; index < LINKS; index++) {
        const ref = link.remote(last, index);
        refs.push(ref);
        last = ref;
      }
      let names = ['n0', 'n1'];
      for (let kill = 0; kill < KILLS; kill++) {
        // In the middle of a link, some links on.
        const at = Math.floor(((kill + 1) * LINKS) / (KILLS + 2)) + random.below(10);
        await until(async () => (await mobula.wait([refs[at]!], { timeout: 0 }))[0].length === 1, {
          timeout: 60_000,
          what: () => `link ${at} of ${LINKS}\n${cluster.logs()}`,
        });
        const victim = kill % 2 === 0 ? names[0]! : names[1]!;
        cluster.killNode(victim);
        const next = `n${kill + 2}`;
        names = names.map((name) => (name === victim ? next : name));
        await cluster.add(plan(next));
      }
      const { sum, data } = await cluster.get(refs[LINKS - 1]!);
      assert.equal(sum, (LINKS * (LINKS - 1)) / 2);
      assert.ok(data.every((each) => each === LINKS));
    } finally {
      await cluster.remove();
    }
  });
});
