/**
 * `npm run walk -- --operations N --seed S`: a seeded random walk over everything a reader can do and everything that can
 * go wrong (test/walk). Without a seed a new one is taken; it is printed, and replays.
 */
import { parseArgs } from 'node:util';
import { walk } from '../walk/walk.ts';
import { say } from './closing.ts';

const { values } = parseArgs({
  options: {
    operations: { type: 'string', default: '2000' },
    seed: { type: 'string' },
    seconds: { type: 'string' },
    failures: { type: 'string' },
  },
});
const seed = values.seed === undefined ? Math.floor(Math.random() * 2 ** 31) : Number(values.seed);
const operations = Number(values.operations);
console.log(`seed ${seed}, ${operations} operations`);

const started = performance.now();
const seconds = (): number => (performance.now() - started) / 1000;
let told = 0;
let failed = 0;
let explained = 0;
const sum = await walk({
  seed,
  operations,
  ...(values.seconds !== undefined && { time: Number(values.seconds) * 1000 }),
  ...(values.failures !== undefined && { failures: Number(values.failures) }),
  progress: ({ operations: done, legs, failures, explained: lines }) => {
    for (const line of lines.slice(explained)) console.log(line);
    explained = lines.length;
    for (const failure of failures.slice(failed)) console.log(`FAIL ${failure}`);
    failed = failures.length;
    if (seconds() < told + 10) return;
    told = seconds();
    console.log(`${done} operations in ${legs} legs, ${(done / seconds()).toFixed(0)} a second`);
  },
});
for (const line of sum.explained.slice(explained)) console.log(line);
for (const failure of sum.failures.slice(failed)) console.log(`FAIL ${failure}`);
const faults = Object.entries(sum.faults).sort(([, a], [, b]) => b - a);
const thrown = faults.reduce((all, [, count]) => all + count, 0);
console.log(`seed ${seed}: ${sum.operations} operations in ${sum.legs} legs and ${seconds().toFixed(0)} s`);
console.log(
  `${sum.acknowledged} acknowledged, ${sum.refused} refused as they had to be, ${sum.replaced} votes replaced by newer ones, ` +
    `${sum.unsaved} gone with a tab before they were kept, ${sum.notOffered} not offered`,
);
console.log(`${thrown} faults: ${faults.map(([name, count]) => `${name} ${count}`).join(', ')}`);
console.log(
  `${sum.views} views compared, ${sum.mails} mails read; lost ${sum.lost}, doubled ${sum.doubled}, out of order ${sum.outOfOrder}`,
);
say({ passed: sum.legs, failed: sum.failures.length, skipped: 0 });
// Whatever of a browser or a connection is still about to end must not hold up who waits for the figures.
process.exit(sum.failures.length > 0 ? 1 : 0);
