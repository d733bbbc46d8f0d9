/**
 * Redis breaks under load: each event arrives, in time, and a node still ends. The usual fault
 * here; `REDIS_FAULTS=all npm run test:processes -- test/processes/redis` runs all of them, and
 * prints the table of docs/webhooks.md.
 */
import { afterAll, beforeAll, test } from '@jest/globals';
import { type FaultScene, openFaultScene } from './fault-scene.ts';
import { FAULTS } from './faults.ts';
import { type RedisPair, openRedisPair } from './redis-pair.ts';

const USUAL_FAULTS = ['a replica that refuses writes'];
const isAll = process.env['REDIS_FAULTS'] === 'all';

let scene: FaultScene;
let pair: RedisPair;
const table: string[] = [];
beforeAll(async () => {
  scene = await openFaultScene();
  pair = await openRedisPair(scene.folder);
  await scene.start(pair.url);
}, 60_000);
afterAll(async () => {
  await scene.close();
  await pair.close();
  if (isAll) process.stderr.write(`${table.join('\n')}\n`);
});

test.each(isAll ? Object.keys(FAULTS) : USUAL_FAULTS)(
  'Redis breaks: %s',
  async (name) => {
    table.push(await scene.breakUnderLoad(name, () => FAULTS[name]!(pair)));
  },
  120_000,
);
