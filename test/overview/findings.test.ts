/** The verdict of /ops: a table of measurements and the resulting texts. */
import { expect, test } from '@jest/globals';
import { createFindings, inspect } from '../../api/overview/findings.ts';
import { type Point, SERIES } from '../../api/overview/samples.ts';

const nothing = Object.fromEntries(SERIES.map((name) => [name, 0])) as Point;
const seconds = (count: number, change: Partial<Point>): Point[] =>
  Array.from({ length: count }, () => ({ ...nothing, ...change }));

function verdictOf(points: Point[], parts: Record<string, string> = { postgres: 'up' }) {
  const { assess } = createFindings();
  return assess(points, inspect(points, [], parts), 1_000).verdict;
}
const busy = { requests: 100, placed: 100, write_p99_ms: 20 };

test.each<[string, Point[], string, RegExp]>([
  ['no request arrived in the known past', seconds(10, {}), 'calm', /^0 commands a second$/],
  ['all is served', seconds(10, busy), 'calm', /^100 commands a second$/],
  [
    'the node has just started, perhaps during a storm',
    seconds(9, busy),
    'unknown',
    /^Not enough data: 9 of 10 seconds$/,
  ],
  ['no second has been measured', [], 'unknown', /^Not enough data: 0 of 10/],
  [
    'all requests of the only shop are refused, slowly',
    seconds(10, { requests: 5, limited: 5 }),
    'look',
    /^Goodput: 0 % of 5 requests a second are served$/,
  ],
  [
    'an eighth of the requests is shed',
    seconds(10, { ...busy, requests: 115, shed: 15 }),
    'trouble',
    /^Goodput: 86 % of 115 requests a second are served$/,
  ],
  [
    'clients hang up',
    seconds(10, { ...busy, requests: 119, hung_up: 19 }),
    'trouble',
    /^Goodput: 84 % of 119/,
  ],
  [
    'a storm is served',
    seconds(10, { ...busy, requests: 200, replayed: 100 }),
    'storm',
    /^A retry storm, absorbed: 100 repeats and refusals a second, 100 commands a second$/,
  ],
  [
    'nine tenths of a storm are served, and no further request is refused',
    seconds(10, { ...busy, requests: 300, replayed: 170, limited: 30 }),
    'storm',
    /, absorbed: 200/,
  ],
  [
    'a storm is served too slowly',
    seconds(10, { ...busy, requests: 200, replayed: 100, write_p99_ms: 1_000 }),
    'storm',
    /, not absorbed:/,
  ],
  [
    'a storm was slow nine seconds ago',
    [
      ...seconds(1, { ...busy, write_p99_ms: 1_500 }),
      ...seconds(9, { ...busy, requests: 200, replayed: 100 }),
    ],
    'storm',
    /, not absorbed:/,
  ],
  [
    'a storm is refused',
    seconds(10, { ...busy, requests: 400, limited: 300 }),
    'storm',
    /, not absorbed: 300 repeats and refusals a second, 25 % of 400 requests a second are served$/,
  ],
  [
    'a storm is shed',
    seconds(10, { ...busy, requests: 2_400, shed: 2_300 }),
    'trouble',
    /^Goodput: 4 % of 2,400/,
  ],
  ['a tile warns', seconds(10, { ...busy, relay_lag: 5_000 }), 'look', /^Webhooks: 5,000 events behind$/],
  [
    'a receiver refuses each delivery',
    seconds(10, { ...busy, endpoints_failing: 1 }),
    'look',
    /^Receivers: 1 webhook endpoint has failed for 30 s or longer$/,
  ],
  [
    'two receivers refuse each delivery',
    seconds(10, { endpoints_failing: 2 }),
    'look',
    /2 webhook endpoints have/,
  ],
  [
    'a new node has a fault',
    seconds(1, { ...busy, failed: 50 }),
    'trouble',
    /^Goodput: 50 requests a second fail/,
  ],
])('when %s', (_name, points, level, text) => {
  expect(verdictOf(points)).toMatchObject({ level, text: expect.stringMatching(text) });
});

test('a part that is down is reported, with its start time', () => {
  const { assess } = createFindings();
  const points = seconds(10, busy);
  const down = { postgres: 'down' };
  assess(points, inspect(points, [], down), 1_000);
  expect(assess(points, inspect(points, [], down), 4_000).verdict).toMatchObject({
    level: 'trouble',
    text: 'Parts: postgres down',
    since: 1_000,
  });
});

test.each<[string, Record<string, string>, string]>([
  [
    'wake-ups do not arrive',
    { redis: 'ok', wakeups: 'late: none through Redis for 9 s' },
    'Webhooks: Wake-ups late: none through Redis for 9 s',
  ],
  [
    'a crash can lose acknowledged writes',
    { durability: 'at risk: fsync is off' },
    'Parts: Durability: at risk: fsync is off',
  ],
  [
    'the required durability is not in force',
    { durability: 'refusing writes: local is in force' },
    'Parts: Durability: refusing writes: local is in force',
  ],
  ['Redis is down, and no request needs it', { redis: 'down' }, 'Redis is slow or down'],
])('%s: /ops reports it', (_name, parts, text) => {
  const inspections = inspect(seconds(10, {}), [], parts);
  const texts = Object.entries(inspections).filter(([, { level }]) => level !== 'ok');
  expect(texts.map(([name, each]) => `${name}: ${each.text}`).join('. ')).toContain(text);
});

test.each([
  ['just began', 60_000, 'warn'],
  ['began two hours ago', 7_200_000, 'ok'],
])('an epoch of the log that %s', (_name, ageMs, level) => {
  const since = new Date(Date.now() - ageMs).toISOString();
  const log = `partition 0 in epoch 1 since ${since} (other_timeline), kept events up to position 97`;
  expect(inspect(seconds(10, {}), [], { log })['Log']).toEqual({ level, text: log });
});

test('no writes have no latency', () => {
  expect(inspect(seconds(10, { write_p99_ms: null }), [], {})['Latency']!.text).toBe('No writes');
});

const webhooksOf = (ageSeconds: number, oldest_due_seconds: number | null) => ({
  read_at: new Date(Date.now() - ageSeconds * 1_000).toISOString(),
  states: [
    { state: 'unclaimed' as const, endpoints: 2, oldest_undelivered_seconds: 900, oldest_due_seconds },
  ],
  endpoints: [],
  relay: [],
  replays: [],
  delivered_per_second: 0,
});
test.each([
  ['deliveries have just become due', webhooksOf(5, 20), 'ok', /^0 events behind$/],
  ['deliveries are due without a worker', webhooksOf(5, 45), 'warn', /^2 endpoints have no worker, .* 45 s$/],
  ['they are for minutes', webhooksOf(5, 600), 'bad', /^2 endpoints have no worker, for up to 600 s$/],
  ['no node computes the status', webhooksOf(300, 600), 'warn', /^Status is 30\d s old: does a relay run\?$/],
])('%s', (_case, webhooks, level, text) => {
  const found = inspect(seconds(10, {}), [], {}, webhooks)['Webhooks'];
  expect(found).toEqual({ level, text: expect.stringMatching(text) });
});
