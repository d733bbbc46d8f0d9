/** `holdfast import --history` as a process: kills, its output, and its exit code. */
import { readFile, readdir } from 'node:fs/promises';
import { expect, test } from '@jest/globals';
import { holdfast } from '../../setup/processes/command.ts';
import { until } from '../../setup/shop.ts';
import { openImports } from './import-scene.ts';

const { folder, server, fileOf, env, begin } = openImports();
const eur = (amount: number) => ({ amount, currency: 'EUR' });

/** A line of history: an order of 10.00 EUR with a payment. */
const line = (reference: string, paid = 1_000) =>
  JSON.stringify({
    order: {
      reference,
      ordered_at: '2024-03-01T10:00:00Z',
      lines: [{ name: 'Kelp', quantity: 2, unit_price: eur(500) }],
    },
    records: [{ payment: { amount: eur(paid), paid_at: '2024-03-01T10:05:00Z' } }],
  });

test('after a kill of the import, the same command goes on, and each order is there once', async () => {
  const count = 1_500;
  const lines = Array.from({ length: count }, (_, n) => line(`killed-${n}`));
  const path = await fileOf([...lines, line('too-much', 1_001), 'no json']);
  const words = ['--history', '--to', server().url];
  const going = begin(path, ...words);
  const done = async () =>
    JSON.parse(await readFile(`${path}.import`, 'utf8').catch(() => '{"done":0}')).done as number;
  await until(async () => (await done()) > 0, 60_000);
  going.child.kill('SIGKILL');
  await going.ended;
  const kept = await done();
  expect(kept).toBeLessThan(count);
  const { code, stdout, stderr } = await holdfast(['import', path, '--json', ...words], env());
  expect(code).toBe(1);
  const json = JSON.parse(stdout);
  expect(json).toMatchObject({ lines: count + 2, records: count, refused: 2 });
  expect(json.placed + json.replayed).toBe(count + 1);
  expect(stderr).toContain(`${count + 1} of ${count + 1} lines`);
  const report = (await readFile(json.report_file, 'utf8')).trim().split('\n');
  expect(report.map((each) => JSON.parse(each).code)).toEqual(['malformed_json', 'payment_exceeds_due']);
  expect((await readdir(folder())).toSorted()).toEqual(['orders.ndjson', 'orders.ndjson.report.ndjson']);
}, 120_000);

test('options that do not fit together, and a wrong address, are usage errors', async () => {
  const path = await fileOf([line('a')]);
  const strict = await holdfast(['import', path, '--strict'], env());
  expect([strict.code, strict.stderr]).toEqual([2, '--strict is an option of --history\n']);
  const to = await holdfast(['import', path, '--history', '--to', '127.0.0.1:8080'], env());
  expect([to.code, to.stderr]).toEqual([
    2,
    '--to must be a URL such as https://orders.example.com or http://127.0.0.1:8080, not "127.0.0.1:8080"\n',
  ]);
});
