/**
 * The tables of docs/webhooks.md: `npx holdfast webhook-sink` with the options of each row as the
 * receiver, real workers, and the ledger as a client reads it.
 */
import { readFile } from 'node:fs/promises';
import { expect, test } from '@jest/globals';
import { parseWords } from '../../setup/cli.ts';
import { createRateMeter } from '../../../workers/cli/rate-meter.ts';
import { FAULTS } from '../../../workers/cli/sink-faults.ts';
import { openSink, webhookSink } from '../../../workers/cli/webhook-sink.ts';
import { ATTEMPT_ERRORS } from '../../../workers/sending/send.ts';
import { until } from '../../setup/shop.ts';
import { openWebhooks } from '../webhook-shop.ts';

/** A row of the table; cells without backticks, and `–` for none. */
interface Row {
  options: string;
  error: string;
  status: string;
  next: string;
}

const page = await readFile(new URL('../../../docs/webhooks.md', import.meta.url), 'utf8');
const section = page.slice(page.indexOf('## Odd receivers'), page.indexOf('## The ledger'));
const cells = section
  .split('\n')
  .filter((line) => line.startsWith('| `'))
  .map((line) => line.split('|').map((cell) => cell.trim().replace(/^`(.*)`$/, '$1')));
const rows: Row[] = cells
  .filter(([, first]) => first!.startsWith('--'))
  .map(([, options, , error, status, next]) => ({ options, error, status, next }) as Row);

test('the tables have each fault and each error', () => {
  const faults = rows.flatMap(({ options }) => /--fault (\S+)/.exec(options)?.[1] ?? []);
  expect([...new Set(faults)].toSorted()).toEqual(Object.keys(FAULTS).toSorted());
  const errors = cells.filter(([, first]) => !first!.startsWith('--')).map(([, error]) => error);
  expect(errors.toSorted()).toEqual([...ATTEMPT_ERRORS].toSorted());
});

const { aShop, ends } = openWebhooks();

/** A sink with these options, and the lines that it writes. */
async function sinkWith(options: string) {
  const words = ['sink', 'open', '--port', '0', ...options.split(' ')];
  const parsed = await parseWords({ sink: { open: webhookSink } }, words);
  if (parsed.kind !== 'run') throw new Error(`not a command: ${words.join(' ')}`);
  const lines: string[] = [];
  const sink = await openSink(parsed.given, (text) => {
    lines.push(text);
    return Promise.resolve();
  });
  return { ...sink, lines };
}

/** A shop with one event, for the endpoint of a sink. */
async function deliverTo(options: string) {
  const sink = await sinkWith(options);
  ends.push(sink.close);
  const { ask, place } = await aShop();
  const { json } = await ask('/v2/webhook-endpoints', { body: { url: sink.url } });
  const path = `/v2/webhook-endpoints/${json.id}`;
  ends.push(() => ask(path, { method: 'DELETE' }));
  await place();
  return { ask, path };
}

test('each receiver of the table gets what the table says', async () => {
  const receivers = await Promise.all(rows.map(async (row) => ({ row, at: await deliverTo(row.options) })));
  await Promise.all(
    receivers.map(async ({ row, at: { ask, path } }) => {
      const list = async () => (await ask(`${path}/deliveries`)).json.data;
      await until(async () => (await list())[0]?.attempt_count > 0, 40_000);
      const [{ id }] = await list();
      const { json } = await ask(`${path}/deliveries/${id}`);
      const first = json.attempts.at(-1);
      expect({
        options: row.options,
        error: first.error ?? '–',
        status: String(first.status ?? '–'),
      }).toEqual({
        options: row.options,
        error: row.error,
        status: row.status,
      });
      const { disabled_reason: reason } = (await ask(path)).json;
      expect([row.options, reason]).toEqual([row.options, row.next.endsWith('disabled') ? 'gone' : null]);
      if (row.next.startsWith('none')) {
        expect(json.next_attempt_at).toBeNull();
        return;
      }
      const seconds = Number(/^after (\d+) s$/.exec(row.next)![1]);
      const endedAt = Date.parse(first.attempted_at) + first.duration_ms;
      const nextAt = json.attempts.at(-2)?.attempted_at ?? json.next_attempt_at;
      const waited = (Date.parse(nextAt) - endedAt) / 1_000;
      expect(waited).toBeGreaterThan(seconds * 0.8 - 1);
      expect(waited).toBeLessThan(seconds * 1.2 + 10); // 5 s and 30 s stay apart
    }),
  );
}, 90_000);

test('the sink misbehaves --times N, and measures the rate', async () => {
  const sink = await sinkWith('--status 503 --times 2 --rate --json');
  const statuses = [];
  for (let n = 0; n < 5; n += 1)
    statuses.push((await fetch(sink.url, { method: 'POST', body: '{}' })).status);
  await sink.close();
  expect(statuses).toEqual([503, 503, 204, 204, 204]);
  expect(JSON.parse(sink.lines.at(-1)!)).toEqual({ messages: 5, most_in_one_second: expect.any(Number) });
});

test('the rate is the most messages within any second', () => {
  const times = [0, 900, 950, 1_000, 1_899, 1_900, 5_000];
  const measured = times.map((_, count) => {
    let next = 0;
    const meter = createRateMeter(() => times[next++]!);
    for (let n = 0; n <= count; n += 1) meter.count();
    return meter.rate();
  });
  expect(measured.map(({ most }) => most)).toEqual([1, 2, 3, 3, 4, 4, 4]);
  expect(measured.at(-1)?.messages).toBe(7);
});

test('an unknown fault is refused, with the names of the others', async () => {
  await expect(sinkWith('--fault nothing')).rejects.toThrow(
    '--fault: unknown fault "nothing". Faults: early-',
  );
  await expect(sinkWith('--fault close --hang')).rejects.toThrow('--fault and --hang exclude each other');
});
