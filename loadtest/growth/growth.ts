/**
 * npm run bench:growth [-- --events 10000,1000000,10000000 --rounds 3 --seconds 4
 *   --rebuild 1000000 --data FOLDER --json FILE --svg FILE]
 *
 * Fills a log of each size by SQL, with its read tables, and measures each: orders a second in
 * interleaved rounds, appends, pages of lists, receipts, replays, a rebuild up to a size, bytes a
 * row, and orders during a checkpoint and a vacuum.
 *
 * A size that the disk has no room for is left out. `--data` keeps the filled logs for the next
 * run; `--rounds 0` only fills.
 */
import { mkdir, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import type { Result } from '../kit/http/http-client.ts';
import { median } from '../kit/open-loop.ts';
import { startServices } from '../kit/services.ts';
import {
  type Grown,
  appendLatency,
  place,
  placeDuring,
  readLatencies,
  rebuildRate,
  sizesOf,
} from './measure.ts';
import { missingBytes, prepare, serveLog } from './prepare.ts';
import { type Figures, growthChart, sizeLines, tableLines } from './report.ts';

const { values: options } = parseArgs({
  options: {
    events: { type: 'string', default: '10000,1000000,10000000' },
    rounds: { type: 'string', default: '3' },
    seconds: { type: 'string', default: '4' },
    rebuild: { type: 'string', default: '1000000' },
    data: { type: 'string' },
    json: { type: 'string' },
    svg: { type: 'string' },
  },
});
const rounds = Number(options.rounds);
const roundMs = Number(options.seconds) * 1_000;
const WARM_UP_MS = 4_000;
/** Reads each page of the table, as a vacuum against wraparound does. */
const VACUUM = 'VACUUM (DISABLE_PAGE_SKIPPING) events';
const VACUUM_MS_MAX = 8_000;

const say = (text: string) => process.stdout.write(`${text}\n`);
const folder = options.data === undefined ? undefined : resolve(options.data);
if (folder !== undefined) await mkdir(folder, { recursive: true });
const services = await startServices(folder);
const logs: Awaited<ReturnType<typeof serveLog>>[] = [];
try {
  for (const events of options.events.split(',').map(Number)) {
    const missing = await missingBytes(events, folder ?? tmpdir());
    if (missing > 0) {
      say(`${events} events are left out: the disk lacks ${Math.ceil(missing / 1e9)} GB`);
      continue;
    }
    const startedMs = performance.now();
    const log = await prepare(services, events);
    say(`${log.events} events are there after ${Math.round((performance.now() - startedMs) / 1_000)} s`);
    if (rounds > 0) logs.push(await serveLog(services, log));
  }
  if (logs.length > 0) await measure();
} finally {
  for (const { child } of logs) child.kill('SIGTERM');
  await services.stop();
}

async function measure(): Promise<void> {
  const all = new Map<Grown, Figures>();
  for (const log of logs) {
    const sizes = await sizesOf(log);
    await place(log, WARM_UP_MS);
    const { events } = log;
    all.set(log, {
      events,
      sizes,
      reads: await readLatencies(log),
      append: await appendLatency(log),
    } as Figures);
  }
  const results = new Map<Grown, Result[]>(logs.map((log) => [log, []]));
  for (let round = 0; round < rounds; round += 1)
    for (const log of round % 2 === 0 ? logs : logs.toReversed())
      results.get(log)!.push(await place(log, roundMs));
  for (const [log, list] of results) {
    const figures = all.get(log)!;
    figures.rate = median(list.map(({ rate }) => rate));
    figures.p99 = median(list.map(({ p99 }) => p99));
    figures.share = median(list.map(({ rate }, n) => rate / results.get(logs[0]!)![n]!.rate));
    figures.checkpoint = await placeDuring(log, 'CHECKPOINT', roundMs);
    figures.vacuum = await placeDuring(log, VACUUM, VACUUM_MS_MAX);
  }
  for (const log of logs)
    if (log.events <= Number(options.rebuild)) all.get(log)!.rebuild = await rebuildRate(log);
  const figures = [...all.values()];
  for (const line of tableLines(figures)) say(line);
  say('');
  for (const line of sizeLines(figures.at(-1)!.sizes)) say(line);
  if (options.json) await writeFile(options.json, `${JSON.stringify(figures, null, 2)}\n`);
  if (options.svg) await writeFile(options.svg, growthChart(figures));
}
