/** Prints its first result, puts both workers to use, and stays until the standard input ends. */
import * as mobula from 'mobula';

await mobula.init({ numCpus: 2 });
const add = mobula.remote((a: number, b: number) => a + b);
console.log(await mobula.get(add.remote(1, 2)));
await mobula.get(Array.from({ length: 2000 }, (_, i) => add.remote(i, 1)));
for await (const _ of process.stdin);
await mobula.shutdown();
