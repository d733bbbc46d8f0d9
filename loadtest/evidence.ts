/**
 * npm run load:evidence -- [--out load-report] [--only RUN[,RUN…]] [--tables]
 *
 * Runs the storm with and without each guard, one run after another, about 2 minutes each. Writes a
 * folder a run, the tables of docs/evidence/README.md and the two reports that the repository
 * keeps. `--tables` writes the tables from the folders of earlier runs.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { copyFile, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { endWithUs } from './kit/ending.ts';

const EVIDENCE = new URL('../docs/evidence/', import.meta.url);
const here = (file: string) => fileURLToPath(new URL(file, import.meta.url));

/** The runs, and the guard that is missing in each (WITHOUT of loadtest/unguarded.ts). */
const RUNS: Record<string, { without?: string; clients: number }> = {
  'all-guards': { clients: 1_000 },
  'without-idempotency': { without: 'idempotency', clients: 1_000 },
  'without-limiter': { without: 'limiter', clients: 1_000 },
  'all-guards-3000': { clients: 3_000 },
  'without-shedding-3000': { without: 'shedding', clients: 3_000 },
  'without-queue-3000': { without: 'queue', clients: 3_000 },
};
/** Runs whose HTML report the repository keeps. */
const KEPT_RUNS = ['all-guards', 'without-idempotency'];

/** The figures in the tables. */
const FIGURES = [
  'capacity, orders/s',
  'placed in the storm, orders/s',
  'goodput, share of the capacity',
  'placed by the seven quiet shops, orders/s',
  'orders placed twice',
  'orders acknowledged and lost',
  '429, quota used up',
  '503, shed',
  'other 5xx',
  'client timeouts',
  'p99 of orders placed in the storm, ms',
  'seconds until p99 is normal',
  'seconds without metrics',
];
const BOLD_FIGURES = new Set(['goodput, share of the capacity', 'orders placed twice']);

const { values } = parseArgs({
  options: {
    out: { type: 'string', default: 'load-report' },
    only: { type: 'string', default: Object.keys(RUNS).join() },
    tables: { type: 'boolean', default: false },
  },
});
const selected = values.only.split(',');
const unknown = selected.filter((run) => !(run in RUNS));
if (unknown.length > 0) {
  process.stderr.write(`--only: ${unknown.join(', ')} is none of ${Object.keys(RUNS).join(', ')}\n`);
  process.exit(2);
}

/** @throws if the storm ends without a report; a broken promise (exit code 1) is a result */
async function runStorm(run: string): Promise<void> {
  const { without, clients } = RUNS[run]!;
  process.stdout.write(`\n${run}\n`);
  const main = without === undefined ? [] : ['--main', here('unguarded.ts')];
  const options = ['--samples', '--clients', String(clients), '--out', join(values.out, run), ...main];
  const child = spawn(process.execPath, [here('load.ts'), 'storm', ...options], {
    env: { ...process.env, ...(without !== undefined && { WITHOUT: without }) },
    stdio: 'inherit',
  });
  const [code] = (await once(endWithUs(child), 'exit')) as [number | null];
  if (code !== 0 && code !== 1) throw new Error(`${run}: load.ts ended with ${code}`);
}

interface Report {
  figures: Record<string, number | string>;
}

const readReport = async (run: string): Promise<Report | undefined> => {
  const text = await readFile(join(values.out, run, 'storm.json'), 'utf8').catch(() => undefined);
  return text === undefined ? undefined : (JSON.parse(text) as Report);
};

/** A table with a column for each run; `undefined` if a run is missing. */
async function tableOf(runs: readonly string[]): Promise<string | undefined> {
  const reports = await Promise.all(runs.map(readReport));
  if (reports.includes(undefined)) return undefined;
  const heading = (run: string) => {
    const name = run.replace(/-\d+$/, '').replaceAll('-', ' ');
    return KEPT_RUNS.includes(run) ? `[${name}](${run}.html)` : name;
  };
  const row = (figure: string) => {
    const values = reports.map((report) => report!.figures[figure]?.toLocaleString('en') ?? '–');
    return `| ${BOLD_FIGURES.has(figure) ? `**${figure}**` : figure} | ${values.join(' | ')} |`;
  };
  return [
    `| | ${runs.map(heading).join(' | ')} |`,
    `| --- | ${runs.map(() => '---:').join(' | ')} |`,
    ...FIGURES.map(row),
  ].join('\n');
}

if (!values.tables) for (const run of selected) await runStorm(run);

for (const run of KEPT_RUNS) {
  if ((await readReport(run)) === undefined) continue;
  await copyFile(join(values.out, run, 'storm.html'), new URL(`${run}.html`, EVIDENCE));
}
const readme = new URL('README.md', EVIDENCE);
let text = await readFile(readme, 'utf8');
for (const [, mark = '', runs = ''] of text.matchAll(/<!-- (runs: ([\w -]+)) -->/g)) {
  const table = await tableOf(runs.split(' '));
  if (table === undefined) continue;
  const between = new RegExp(`(<!-- ${mark} -->\n)[^]*?(\n<!-- end -->)`);
  text = text.replace(between, (_, start: string, end: string) => `${start}\n${table}\n${end}`);
}
await writeFile(readme, text);
process.stdout.write(`\nReports: ${values.out}/RUN/storm.html. Tables: docs/evidence/README.md\n`);
