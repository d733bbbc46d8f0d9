/**
 * npm run fuzz -- [--requests 10000] [--seed N]
 *
 * Asks a Holdfast many things, good and bad, and holds each answer against the log. docs/fuzz.md
 */
import { parseArgs } from 'node:util';
import { requestsOf } from './fuzz/case.ts';
import { readCatalogue } from './fuzz/catalogue.ts';
import { createContractCheck } from './fuzz/contract-check.ts';
import { createFailures } from './fuzz/failures.ts';
import { createLedger } from './fuzz/ledger.ts';
import { openLog } from './fuzz/log.ts';
import { watchMemory } from './fuzz/memory.ts';
import { askTheLog } from './fuzz/oracle.ts';
import { createPlan } from './fuzz/plan.ts';
import { readRepertoire } from './fuzz/repertoire.ts';
import { runCases, untilRequests } from './fuzz/run.ts';
import { startTarget, targetAt } from './fuzz/target.ts';
import { createLessons } from './fuzz/tokens.ts';

const { values } = parseArgs({
  options: {
    requests: { type: 'string', default: '10000' },
    seed: { type: 'string', default: '1' },
    url: { type: 'string' },
    database: { type: 'string' },
    grpc: { type: 'string' },
  },
});
const say = (text: string) => process.stdout.write(`${text}\n`);
const seed = Number(values.seed);
const repertoire = await readRepertoire(seed);
const plan = createPlan(seed, repertoire);
const target =
  values.url && values.database
    ? await targetAt(values.url, values.database, values.grpc)
    : await startTarget({ heapMb: 512 });
const failures = createFailures();
const ledger = createLedger();
const lessons = createLessons(target.apiKeys);
const memory = watchMemory(target.pid);
const kinds = new Map<string, number>();
const tallies = { statuses: new Map<string, number>(), endings: new Map<string, number>() };
let requests = 0;
const began = performance.now();
try {
  await runCases({
    plan,
    target,
    indexes: untilRequests(plan, Number(values.requests)),
    check: createContractCheck(repertoire, readCatalogue()),
    failures,
    ledger,
    lessons,
    tenantOf: (caller) =>
      caller === 'nobody' ? '' : caller === 'other' ? target.tenants.other : target.tenants.shop,
    tallies,
    wasUp: target.wasUp,
    onBegin: () => {},
    onEnd(one) {
      const count = requestsOf(one).length;
      requests += count;
      kinds.set(one.kind, (kinds.get(one.kind) ?? 0) + count);
    },
  });
  const seconds = (performance.now() - began) / 1_000;
  say(`${requests} requests in ${seconds.toFixed(1)} s, ${(requests / seconds).toFixed(0)}/s`);
  const log = await openLog(target.databaseUrl, Object.values(target.tenants));
  const agreement = await askTheLog({ seed, log, ledger, failures, shop: target.tenants.shop });
  await log.close();
  say(JSON.stringify(agreement));
  say(JSON.stringify([...kinds]));
  say(JSON.stringify([...tallies.statuses].sort()));
  say(JSON.stringify([...tallies.endings]));
  say(JSON.stringify(memory.result()));
  for (const { kind, count, first } of failures.groups()) {
    say(`${count} x ${kind}`);
    for (const { at, detail, answer } of first.slice(0, 1))
      say(
        `    ${at ? `${at.index}.${at.n} ${plan(at.index).kind} ${plan(at.index).what}` : ''}\n    ${detail}\n    ${answer ?? ''}`,
      );
  }
} finally {
  memory.stop();
  await target.stop();
}
