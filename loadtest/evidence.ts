/**
 * npm run load:evidence FOLDER
 *
 * Keeps the reports of storms with and without each guard under docs/evidence, and writes the tables of its README from them. FOLDER has one folder a run, as
 * docs/evidence/README.md says.
 */
import { copyFile, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

const [folder = 'load-report'] = process.argv.slice(2);
const EVIDENCE = new URL('../docs/evidence/', import.meta.url);

interface Report {
  figures: Record<string, number>;
  date: string;
  machine: string;
}
const read = async (run: string) =>
  JSON.parse(await readFile(join(folder, run, 'storm.json'), 'utf8')) as Report;

const ROWS: [figure: string, shown: string][] = [
  ['capacity, orders a second', 'capacity, orders/s'],
  ['placed in the storm, orders a second', 'placed in the storm, orders/s'],
  ['goodput, of capacity', '**goodput, of the capacity**'],
  ['of these by the shops that are not the loud one', 'by the seven quiet shops, orders/s'],
  ['placed twice', '**orders placed twice**'],
  ['acknowledged and lost', 'orders acknowledged and lost'],
  ['429, over quota', '429'],
  ['503, shed', '503'],
  ['other 5xx', 'other 5xx'],
  ['clients that gave up waiting', 'clients that gave up waiting'],
  ['p99 of orders placed in the storm, ms', 'p99 of orders placed in the storm, ms'],
  ['seconds until p99 is normal again', 'seconds until p99 is normal again'],
  ['seconds in which the metrics did not answer', 'seconds without metrics'],
];

async function table(runs: readonly string[]): Promise<string> {
  const reports = await Promise.all(runs.map(read));
  for (const run of runs) await copyFile(join(folder, run, 'storm.html'), new URL(`${run}.html`, EVIDENCE));
  const name = (run: string) => `[${run.replace(/-\d+$/, '').replaceAll('-', ' ')}](${run}.html)`;
  return [
    `| | ${runs.map(name).join(' | ')} |`,
    `| --- | ${runs.map(() => '---:').join(' | ')} |`,
    ...ROWS.map(
      ([figure, shown]) =>
        `| ${shown} | ${reports.map(({ figures }) => figures[figure]?.toLocaleString('en') ?? '–').join(' | ')} |`,
    ),
  ].join('\n');
}

const readme = new URL('README.md', EVIDENCE);
let text = await readFile(readme, 'utf8');
for (const [, mark = '', runs = ''] of text.matchAll(/<!-- (runs: ([\w -]+)) -->/g)) {
  const between = new RegExp(`(<!-- ${mark} -->\n)[^]*?(\n<!-- end -->)`);
  text = text.replace(between, `$1\n${await table(runs.split(' '))}\n$2`);
}
await writeFile(readme, text);
