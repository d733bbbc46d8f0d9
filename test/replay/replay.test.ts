/**
 * A recorded log must always give the same tables and the same answers (docs/replay.md).
 *
 * `npm run record:shop` records it again: do so only when no installation has events of the old
 * form.
 */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { sql } from 'slonik';
import { z } from 'zod';
import { fingerprint, requestOf } from '../../domain/order/request.ts';
import { upcast } from '../../domain/order/upcast.ts';
import { addApiKey } from '../../store/keys/api-keys.ts';
import { SCOPES } from '../../store/keys/scopes.ts';
import { toId } from '../../store/ids.ts';
import { importLog } from '../../store/archive/import-log.ts';
import { type LogLine, readHeader, readLine } from '../../store/archive/log-file.ts';
import { progressOf } from '../../store/partitions.ts';
import { type Answer, type Shop, newApiKey, openShop, until } from '../setup/shop.ts';
import { createRandom } from './random.ts';
import { type Recorded, generateLog, readDigests, readLog, writeDigests, writeLog } from './recorded-shop.ts';
import { digestOf, repeatOf } from './repeat.ts';
import { digestShop } from './shop-digests.ts';

const RECORDING = process.env['RECORD_SHOP'] === '1';
const SAMPLE = 500;
const AT_ONCE = 8;

let shop: Shop;
let lines: string[];
let recorded: Recorded;
beforeAll(async () => {
  if (RECORDING) await writeLog(generateLog());
  else recorded = await readDigests();
  lines = (await readLog()).trimEnd().split('\n');
  shop = await openShop({ HOLDFAST_PARTITIONS: '2' });
}, 60_000);
afterAll(() => shop.close());

const tenantsOf = () =>
  readHeader(lines[0]!).tenants.map(({ tenant_id: tenantId, partition }) => ({ tenantId, partition }));

const recordedEvents = (): LogLine[] => lines.slice(1).map((line, index) => readLine(line, index + 2));

test('the generator produces this log, byte for byte', () => {
  expect(generateLog() === `${lines.join('\n')}\n`).toBe(true);
});

test('the request of each event has the recorded fingerprint', () => {
  const wrong = recordedEvents().filter((line) => {
    const event = upcast(line.type, line.schema_version, JSON.parse(line.data));
    const request = requestOf({ ...event, order_id: toId('ord', line.order_id) });
    return fingerprint(request).toString('hex') !== line.fingerprint;
  });
  expect(wrong).toEqual([]);
});

test('the tables, the folded orders and the feeds have their recorded digests', async () => {
  async function* all() {
    yield* lines;
  }
  const { partitions } = await importLog(shop.pool, all());
  for (const partition of partitions) {
    await until(async () => {
      const { head, applied } = await progressOf(shop.pool, partition, 'orders');
      return head === applied;
    }, 30_000);
  }
  const digests = await digestShop(shop.pool, tenantsOf());
  if (RECORDING) recorded = { ...digests, answers: {} };
  const { answers: _answers, ...expected } = recorded;
  expect(digests).toEqual(expected);
  expect(digests.events).toBe(lines.length - 1);
}, 60_000);

test('a sample of commands, repeated in both API versions, gets its recorded answers and changes nothing', async () => {
  const keys = new Map<string, string>();
  for (const { tenantId } of tenantsOf()) {
    const key = newApiKey();
    await addApiKey(shop.pool, { tenantId, key, name: 'replay', scopes: SCOPES });
    keys.set(tenantId, key);
  }
  const before = await standing();
  const random = createRandom(1);
  const positions = new Set<number>();
  while (positions.size < SAMPLE) positions.add(random.between(1, lines.length - 1));
  const queue = [...positions]
    .sort((a, b) => a - b)
    .map((position) => readLine(lines[position]!, position + 1));

  const answers: Record<string, string> = {};
  const wrong: { position: number; got: Pick<Answer, 'status' | 'text'> }[] = [];
  async function sendAll(): Promise<void> {
    for (let line = queue.shift(); line; line = queue.shift()) {
      const got: Answer[] = [];
      for (const version of ['v1', 'v2'] as const) {
        const { path, ask } = repeatOf(line, version);
        got.push(await shop.ask(path, { ...ask, apiKey: keys.get(line.tenant_id)! }));
      }
      const { position } = line;
      answers[position] = got.map(digestOf).join(' ');
      const was = RECORDING ? answers[position] : recorded.answers[position];
      for (const answer of got) {
        const good = answer.status < 300 && answer.headers.get('idempotent-replayed') === 'true';
        const { status, text } = answer;
        if (!good || answers[position] !== was) wrong.push({ position, got: { status, text } });
      }
    }
  }
  await Promise.all(Array.from({ length: AT_ONCE }, sendAll));
  expect(wrong.slice(0, 3)).toEqual([]);
  expect(Object.keys(answers)).toHaveLength(SAMPLE);
  expect(await standing()).toEqual(before);
  if (RECORDING) await writeDigests({ ...recorded, answers });
  else expect(answers).toEqual(recorded.answers);
}, 60_000);

/** The state that a command could change. */
const standing = () =>
  shop.pool.any(sql.type(z.object({ partition: z.int(), position: z.int(), events: z.int() }))`
    SELECT partition, head.position, (SELECT count(*) FROM events WHERE events.partition = head.partition) AS events
      FROM log_heads AS head ORDER BY partition`);
