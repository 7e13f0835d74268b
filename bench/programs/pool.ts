/** Prints its first result, puts both workers to use, and stays until the standard input ends. */
import { pools } from '../peers/pools.js';

const pool = await pools[String(process.argv[2])]?.open();
if (pool === undefined) throw new Error(`no pool is called ${process.argv[2]}`);
console.log(await pool.add(1, 2));
await Promise.all(Array.from({ length: 2000 }, (_, i) => pool.add(i, 1)));
for await (const _ of process.stdin);
await pool.close();
