/**
 * npm run load -- steady|storm|walk|mixed [--rate 500] [--seconds 20] [--clients 1000]
 *                 [--url URL --key KEY[,KEY…] [--admin URL]] [--out FOLDER]
 * npm run load -- hostile [--only ABUSE] [--seconds 20] [--out FOLDER]
 * npm run load -- rolling|failover|cluster
 *
 * Runs a scenario against two nodes started here, or against an installation at a URL. Writes
 * `FOLDER/SCENARIO.html` and `.json`. `hostile` starts a node for each abuse, and writes a table
 * and `FOLDER/hostile.json`. Exit code 1: a promise was broken.
 */
import { mkdir, writeFile } from 'node:fs/promises';
import { cpus } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { isAvailabilityName, runAvailability } from './availability/command.ts';
import { runHostile } from './hostile/run.ts';
import { createOrders } from './kit/orders.ts';
import { createRecorder } from './kit/recorder.ts';
import { renderReport } from './kit/report/report.ts';
import type { Scenario } from './kit/scenario.ts';
import { scrape } from './kit/scrape.ts';
import { startSystem, systemAt } from './kit/system.ts';
import { mixed } from './scenarios/mixed.ts';
import { steady } from './scenarios/steady.ts';
import { storm } from './scenarios/storm.ts';
import { walk } from './scenarios/walk.ts';
import { pinned } from './serve.ts';

const SCENARIOS: Record<string, Scenario> = { steady, storm, walk, mixed };
/**
 * The system started here: two nodes on one core. Only the loud shop of a storm exceeds its quota.
 */
const NODES_COUNT = 2;
const SHOPS_COUNT = 8;
const QUOTAS = { HOLDFAST_RATE_LIMIT_WRITE: '1500/1', HOLDFAST_RATE_LIMIT_READ: '100000/1' };

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    rate: { type: 'string', default: '500' },
    seconds: { type: 'string', default: '20' },
    clients: { type: 'string', default: '1000' },
    url: { type: 'string' },
    key: { type: 'string' },
    admin: { type: 'string' },
    out: { type: 'string', default: 'load-report' },
    main: { type: 'string' },
    only: { type: 'string' },
    samples: { type: 'boolean', default: false },
  },
});
const [name = ''] = positionals;
const scenario = SCENARIOS[name];
const options = {
  rate: Number(values.rate),
  seconds: Number(values.seconds),
  clients: Number(values.clients),
};
const isHostile = name === 'hostile';
const say = (text: string) => process.stdout.write(`${text}\n`);
if (isAvailabilityName(name)) process.exit((await runAvailability(name, say)) ? 0 : 1);
if (
  (scenario === undefined && !isHostile) ||
  !(options.rate > 0) ||
  !(options.seconds >= 5) ||
  (values.url && !values.key)
) {
  process.stderr.write(
    `Usage: npm run load -- ${Object.keys(SCENARIOS).join('|')} [--rate REQUESTS_A_SECOND] [--seconds SECONDS, at least 5]
                    [--clients 1000] [--url URL --key KEY[,KEY…] [--admin URL]] [--out FOLDER]
       npm run load -- hostile [--only ABUSE] [--seconds SECONDS] [--out FOLDER]
       npm run load -- rolling|failover|cluster\n`,
  );
  process.exit(2);
}

if (scenario === undefined) {
  const isKept = await runHostile({ seconds: options.seconds, only: values.only, out: values.out, say });
  process.exit(isKept ? 0 : 1);
}
say('start the system');
const system = values.url
  ? systemAt(values.url, values.key!.split(','), values.admin)
  : await startSystem({
      nodes: NODES_COUNT,
      shops: SHOPS_COUNT,
      env: QUOTAS,
      ...(values.main && { main: values.main }),
    });
for (const { admin } of system.nodes) if (admin !== undefined) say(`overview: ${admin}/ops`);
const recorder = createRecorder();
const samples: string[] = [];
const stopScraping = scrape(
  system,
  recorder,
  (text) => values.samples && samples.push(`# at ${Date.now()}\n${text}`),
);
const progress = setInterval(() => {
  const last = recorder.seconds().at(-2);
  if (last === undefined) return;
  const { at, outcomes, p99, server } = last;
  const counts = Object.entries(outcomes).map(([outcome, count]) => `${count} ${outcome}`);
  say(
    `${String(at).padStart(4)} s  ${counts.join(', ')}${p99 === null ? '' : `; p99 ${p99} ms`}; queue ${server['queue'] ?? '?'}`,
  );
}, 1_000);
try {
  const outcome = await scenario({
    system,
    recorder,
    orders: createOrders(scenario === storm),
    say: (text) => say(`— ${text}`),
    options,
  });
  clearInterval(progress);
  const report = {
    scenario: name,
    command: `npm run load -- ${process.argv
      .slice(2)
      .join(' ')
      .replace(/--key \S+/, '--key …')}`,
    machine: `${cpus().length} cores, Node ${process.version}${pinned && !values.url ? '; all nodes on one core, clients and services on the other' : ''}`,
    date: new Date().toISOString().slice(0, 10),
    ...outcome,
    seconds: recorder.seconds(),
  };
  await mkdir(values.out, { recursive: true });
  await writeFile(join(values.out, `${name}.json`), `${JSON.stringify(report)}\n`);
  await writeFile(join(values.out, `${name}.html`), await renderReport(report));
  if (values.samples) await writeFile(join(values.out, `${name}.metrics.txt`), samples.join('\n'));
  say('');
  for (const [figure, value] of Object.entries(outcome.figures))
    say(`  ${figure.padEnd(46)} ${typeof value === 'number' ? value.toLocaleString('en') : value}`);
  say('');
  for (const { text, ok } of outcome.verdicts) say(`  ${ok ? 'yes' : 'NO '}  ${text}`);
  say(`\n${join(values.out, `${name}.html`)}`);
  process.exitCode = outcome.verdicts.every(({ ok }) => ok) ? 0 : 1;
} finally {
  clearInterval(progress);
  stopScraping();
  await system.stop();
}
