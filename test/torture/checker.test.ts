/** The checker finds each planted lie, names its promise, and points at its line. */
import { expect, test } from '@jest/globals';
import { check } from '../../loadtest/torture/checker/check.ts';
import type { Rule } from '../../loadtest/torture/checker/violation.ts';
import type { Entry } from '../../loadtest/torture/history/entry.ts';
import { type Story, orderAt, recorded, trueStory } from './story.ts';

test('a true history has no violation, and every check is decided', () => {
  const { violations, undecided, decided } = check(recorded(trueStory()));
  expect(violations).toEqual([]);
  expect(undecided).toEqual([]);
  for (const count of decided.values()) expect(count).toBeGreaterThan(0);
});

/** Changes one exchange. */
const at = (line: number, change: Partial<Entry>) => (story: Story) =>
  void Object.assign(story.entries[line - 1]!, change);
/** Exchanges that are moved before all others keep their place in the file. */
const early = { startMs: 1, endMs: 2 };

const LIES: [what: string, rule: Rule, line: number | undefined, plant: (story: Story) => void][] = [
  ['a repeat gets other bytes', 'one-outcome', 5, at(5, { hash: 'other' })],
  ['two requests say that they ran', 'one-outcome', 5, at(5, { replayed: false })],
  [
    'a repeat is refused',
    'one-outcome',
    5,
    at(5, { status: 409, code: 'order_already_paid', hash: undefined, version: undefined }),
  ],
  ['an acknowledged command is not in the log', 'acknowledged-once', 4, ({ log }) => void log.pop()],
  ['an answer states another position', 'acknowledged-once', 2, at(2, { position: 3 })],
  [
    'an answer states another time',
    'acknowledged-once',
    2,
    at(2, { recordedAt: '2026-01-01T00:00:00.000Z' }),
  ],
  [
    'two events have one key',
    'acknowledged-once',
    undefined,
    ({ log }) => void log.push({ ...log[3]!, position: 5, id: 'evt_5', order: 'ord_3' }),
  ],
  [
    'a key is accepted for another request',
    'same-request',
    22,
    at(22, { status: 201, code: undefined, replayed: true, position: 4 }),
  ],
  [
    'a key is refused to its own request',
    'same-request',
    5,
    at(5, { status: 422, code: 'idempotency_key_reused' }),
  ],
  ['a position is missing', 'log-order', undefined, ({ log }) => void (log[3]!.position = 5)],
  [
    'a position does not follow the order of the commits',
    'log-order',
    4,
    (story) => {
      at(4, early)(story);
      at(1, { startMs: 30, endMs: 31 })(story);
    },
  ],
  [
    'the clock of the log runs backwards',
    'log-order',
    undefined,
    ({ log }) => void (log[3]!.recordedAt = '2025'),
  ],
  [
    'the log has a command that nobody sent',
    'log-legal',
    undefined,
    ({ log }) => void log.push({ ...log[3]!, position: 5, id: 'evt_5', order: 'ord_3', key: 'k5' }),
  ],
  ['the log has an illegal event', 'log-legal', undefined, ({ log }) => void (log[1]!.data['amount'] = 14)],
  ['a read is stale', 'order-history', 7, at(7, { order: orderAt(2) })],
  ['a read shows the future', 'order-history', 7, at(7, early)],
  ['another version is read', 'order-history', 8, at(8, { order: orderAt(3) })],
  [
    'a read shows a version that the log lacks',
    'order-history',
    7,
    at(7, { order: { ...orderAt(3), version: 4 } }),
  ],
  ['an order shows another amount', 'shown-state', 8, at(8, { order: { ...orderAt(2), paid: 12 } })],
  ['two documents of a version differ', 'shown-state', 7, at(7, { order: { ...orderAt(3), hash: 'other' } })],
  [
    'a legal command is refused',
    'refusal',
    6,
    at(6, { wish: { kind: 'act', order: 'ord_1', act: { noun: 'refunds', amount: 1 } } }),
  ],
  [
    'a key is said to be used that is free',
    'refusal',
    6,
    at(6, { status: 422, code: 'idempotency_key_reused' }),
  ],
  [
    'a current If-Match is refused',
    'refusal',
    9,
    at(9, { wish: { kind: 'act', order: 'ord_1', act: { noun: 'metadata', value: 'y' }, ifMatch: 3 } }),
  ],
  [
    'a command runs on another version than its If-Match',
    'precondition',
    3,
    at(3, { wish: { kind: 'act', order: 'ord_1', act: { noun: 'metadata', value: 'x' }, ifMatch: 1 } }),
  ],
  ['a receipt denies a command', 'receipt', 10, at(10, { status: 404, code: 'not_found' })],
  ['a receipt shows another version', 'receipt', 10, at(10, { version: 2 })],
  ['a receipt confirms what never ran', 'receipt', 11, at(11, { status: 200, code: undefined })],
  ['a walk skips an order', 'walk', 13, at(13, { orders: [] })],
  ['a walk skips its first order', 'walk', 13, at(12, { orders: [] })],
  [
    'a walk repeats an order',
    'walk',
    13,
    at(13, { orders: [orderAt(3), { ...orderAt(1), id: 'ord_2', hash: 'document of ord_2' }] }),
  ],
  ['a walk backwards ends too early', 'walk', 14, (story) => void story.entries[13]!.orders!.pop()],
  ['a list is older than its position', 'list-position', 12, at(12, { orders: [orderAt(2)] })],
  ['a list ignores Holdfast-Read-After', 'list-position', 12, at(12, { position: 3 })],
  [
    'a list goes back',
    'list-position',
    14,
    at(14, { position: 3, wish: { kind: 'page', walk: 'down', direction: 'desc' } }),
  ],
  ['the feed skips an event', 'feed', 16, (story) => void story.entries[15]!.events!.shift()],
  [
    'the feed repeats an event',
    'feed',
    16,
    (story) => void story.entries[15]!.events!.unshift(story.entries[14]!.events![1]!),
  ],
  ['the feed ends before an event', 'feed', 16, (story) => void story.entries[15]!.events!.pop()],
  [
    'the feed shows an event of another order',
    'feed',
    15,
    (story) => void (story.entries[14]!.events![0]!.order = 'ord_2'),
  ],
  ['an endpoint never gets an event', 'webhook', 3, (story) => void story.entries.splice(19, 1)],
  ['an endpoint gets an event only with an error', 'webhook', 3, at(20, { status: 503 })],
  [
    'an endpoint gets an event that the log lacks',
    'webhook',
    20,
    (story) => void (story.entries[19]!.events![0]!.id = 'evt_9'),
  ],
  ['a total counts an event twice', 'totals', 17, (story) => void (story.entries[16]!.totals![0]!.paid = 26)],
  ['a total lacks a customer', 'totals', 17, at(17, { totals: [] })],
  [
    'an answer is a 500',
    'unexpected-answer',
    7,
    at(7, { status: 500, code: 'internal_error', order: undefined }),
  ],
  [
    'an order is not found',
    'unexpected-answer',
    7,
    at(7, { status: 404, code: 'order_not_found', order: undefined }),
  ],
  [
    'a valid key is refused',
    'unexpected-answer',
    7,
    at(7, { status: 401, code: 'unauthenticated', order: undefined }),
  ],
  ['a node does not recover', 'recovery', undefined, ({ facts }) => void facts.notRecovered.push('node 1')],
];

test.each(LIES)('%s: %s', (_, rule, line, plant) => {
  const story = trueStory();
  plant(story);
  const { violations } = check(recorded(story));
  const found = violations.filter((each) => each.rule === rule);
  expect(found).not.toEqual([]);
  if (line !== undefined) expect(found.flatMap(({ lines }) => lines)).toContain(line);
});

/** Orders of a prober, and their webhooks so many milliseconds later. */
function probed(lateMs: readonly number[]): Story {
  const story = trueStory();
  for (const [n, ms] of lateMs.entries()) {
    const [position, order] = [5 + n, `ord_${5 + n}`];
    const [placing, hook] = [story.entries[3]!, story.entries[20]!];
    const atMs = 10_000 * (1 + n);
    const [hash, recordedAt] = [`answer ${position}`, `2026-01-01T00:00:01.00${n}Z`];
    const shownOrder = { ...placing.order!, id: order, hash: `document of ${order}` };
    const named = { id: `evt_${position}`, position, order };
    story.log.push({ ...story.log[3]!, ...named, key: `k${position}`, fingerprint: hash, recordedAt });
    story.entries.push(
      {
        ...placing,
        client: 'prober-0',
        key: `k${position}`,
        position,
        recordedAt,
        hash,
        order: shownOrder,
        startMs: atMs - 1,
        endMs: atMs,
      },
      { ...hook, events: [{ ...hook.events![0]!, ...named }], startMs: atMs + ms, endMs: atMs + ms + 1 },
    );
  }
  return story;
}

test('a tenant whose probes are all late has no wake-ups', () => {
  const rules = (story: Story) =>
    check(recorded(story))
      .violations.filter(({ rule }) => rule === 'wake-up')
      .map(({ lines }) => lines);
  const late = [3_100, 3_000, 4_000, 3_500, 2_100];
  expect(rules(probed(late))).toEqual([[23, 25, 27, 29, 31]]);
  expect(rules(probed([...late.slice(1), 1_900]))).toEqual([]);
  expect(rules(probed(late.slice(1)))).toEqual([]);
});

test('commands at the same time may be refused by either state, and show either version', () => {
  const story = trueStory();
  // The refund is refused while the payment is in flight, and a read shows either version.
  const act = { noun: 'refunds', amount: 1 } as const;
  Object.assign(story.entries[5]!, { startMs: 41, endMs: 45, wish: { kind: 'act', order: 'ord_1', act } });
  Object.assign(story.entries[6]!, { startMs: 41, endMs: 61, order: orderAt(1) });
  expect(check(recorded(story)).violations).toEqual([]);
});

/** The endpoint is disabled and enabled again, in a pause of the history. */
function switched(startMs: number, endMs: number): Entry[] {
  return [false, true].map((isEnabled) => ({
    client: 'switcher-0',
    tenant: 0,
    node: 0,
    edition: 'v2',
    status: 200,
    wish: { kind: 'switch', endpoint: 'receiver-0', isEnabled },
    startMs,
    endMs,
  }));
}

test('an endpoint need not get what was appended while it may have been disabled', () => {
  const story = trueStory();
  // Without the message of position 3, which was sent at 60 and answered at 70.
  story.entries.splice(19, 1, ...switched(65, 66));
  expect(check(recorded(story)).violations).toEqual([]);
});

test.each([
  ['before', 75, 76],
  ['after', 50, 55],
])('an endpoint must get what was appended %s it was disabled', (_, startMs, endMs) => {
  const story = trueStory();
  story.entries.splice(19, 1, ...switched(startMs, endMs));
  expect(check(recorded(story)).violations.map(({ rule }) => rule)).toEqual(['webhook']);
});

test('a repeat of an unknown request may be the first to succeed', () => {
  const story = trueStory();
  Object.assign(story.entries[1]!, {
    status: 'timeout',
    hash: undefined,
    position: undefined,
    version: undefined,
  });
  expect(check(recorded(story)).violations).toEqual([]);
});
