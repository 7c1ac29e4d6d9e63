// npm run bench:scale: what it takes to carry so many events a second, by a model that calls the real
// packer and the real writer with AWS's published limits and prices. docs/scale.md holds the table.
import { scaleTo, tableOf } from './model.ts';

const STEPS = [100, 1_000, 10_000, 100_000, 1_000_000];

console.log(tableOf(await Promise.all(STEPS.map(scaleTo))));
