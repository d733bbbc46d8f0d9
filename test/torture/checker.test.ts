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

const EPOCH = 2 ** 32;

/** The standby is promoted before `ord_2` is placed: position 4 becomes the first of an epoch. */
function promoted(): Story {
  const text = JSON.stringify(trueStory())
    .replaceAll('"position":4', `"position":${EPOCH + 1}`)
    .replaceAll('"readAfter":4', `"readAfter":${EPOCH + 1}`);
  const story = JSON.parse(text) as Story;
  Object.assign(story.facts, {
    replica: 'synchronous',
    faults: { 'pg-promote': 1 },
    promotions: [{ atMs: 75, cutMs: 73 }],
    epochs: [{ afterPosition: EPOCH, keptPosition: 3, reason: 'other_timeline' }],
  } satisfies Partial<Story['facts']>);
  return story;
}

test('a promotion begins an epoch of the log, and no position is missing', () => {
  const { violations, undecided } = check(recorded(promoted()));
  expect([violations, undecided]).toEqual([[], []]);
});

test.each<[string, Rule, (story: Story) => void]>([
  [
    'an epoch kept more than the log has',
    'log-order',
    ({ facts }) => void (facts.epochs[0]!.keptPosition = 4),
  ],
  ['an epoch begins late', 'log-order', ({ facts }) => void (facts.epochs[0]!.afterPosition = EPOCH - 1)],
  ['an epoch begins without a promotion', 'log-order', ({ facts }) => void (facts.promotions = [])],
  [
    'an epoch begins for another reason',
    'log-order',
    ({ facts }) => void (facts.epochs[0]!.reason = 'head_moved_back'),
  ],
  [
    'no write is acknowledged after a promotion',
    'recovery',
    ({ facts }) => void (facts.promotions = [{ atMs: 900, cutMs: 890 }]),
  ],
  [
    'the first write after a promotion is late',
    'recovery',
    ({ entries, facts }) => {
      facts.promotions = [{ atMs: 75, cutMs: 73 }];
      entries[3]!.endMs += 10_000;
    },
  ],
])('the checker finds that %s', (_, rule, plant) => {
  const story = promoted();
  plant(story);
  expect(check(recorded(story)).violations.map((each) => each.rule)).toContain(rule);
});

/**
 * An asynchronous standby is promoted without position 5, a second order that was acknowledged, and
 * that a reader of events saw. The reader is refused, and reads again from the start.
 */
function lossy(): Story {
  const story = promoted();
  const placed = story.entries[3]!;
  const lost = { position: 4, id: 'evt_lost', order: 'ord_lost', version: 1, type: 'OrderPlaced' };
  const feed = story.entries[15]!;
  Object.assign(story.facts, {
    replica: 'asynchronous',
    readersAtEnd: ['feed-0', 'feed-1'],
  } satisfies Partial<Story['facts']>);
  const reader = { kind: 'feed', reader: 'feed-1' } as const;
  const all = [...story.entries[14]!.events!, ...feed.events!];
  const exchanges: Entry[] = [
    {
      ...placed,
      key: 'lost',
      position: 4,
      startMs: 71,
      endMs: 72,
      order: { ...placed.order!, id: 'ord_lost' },
    },
    { ...feed, wish: reader, events: [...all.slice(0, 3), lost], hasMore: false, startMs: 73, endMs: 74 },
    {
      ...feed,
      wish: reader,
      events: undefined,
      hasMore: undefined,
      status: 400,
      code: 'invalid_cursor',
      startMs: 400,
      endMs: 401,
    },
    { ...feed, wish: reader, events: all, hasMore: false, startMs: 402, endMs: 403 },
  ];
  story.entries.push(...exchanges);
  return story;
}

test('a loss that every reader is told of breaks no promise', () => {
  const { violations, undecided } = check(recorded(lossy()));
  expect([violations, undecided]).toEqual([[], []]);
});

test.each<[string, Rule, (story: Story) => void]>([
  ['a reader is not told of a loss', 'loss', ({ entries }) => void entries.splice(24, 1)],
  [
    'a reader gets an empty page after a lost event',
    'loss',
    ({ entries }) => void Object.assign(entries[24]!, { status: 200, code: undefined, events: [] }),
  ],
  [
    'the log assigned a lost position again',
    'acknowledged-once',
    ({ log, facts }) => {
      log[3]!.position = 4;
      facts.epochs = [];
    },
  ],
  [
    'a promotion began no epoch',
    'log-order',
    ({ facts }) => void facts.promotions.splice(0, 0, facts.promotions[0]!),
  ],
  [
    'a synchronous standby lost a write',
    'acknowledged-once',
    ({ facts }) => void (facts.replica = 'synchronous'),
  ],
  [
    'a reader is refused although nothing was lost',
    'unexpected-answer',
    ({ facts }) => void (facts.replica = 'synchronous'),
  ],
])('the checker finds that %s', (_, rule, plant) => {
  const story = lossy();
  plant(story);
  expect(check(recorded(story)).violations.map((each) => each.rule)).toContain(rule);
});

test('the clock of the log may go back at the begin of an epoch, and nowhere else', () => {
  const story = promoted();
  story.log[3]!.recordedAt = '2025-12-31T23:59:59.999Z';
  for (const entry of story.entries)
    if (entry.key === 'k4' && entry.recordedAt) entry.recordedAt = story.log[3]!.recordedAt;
  expect(check(recorded(story)).violations).toEqual([]);
  Object.assign(story.facts.epochs[0]!, { reason: 'clock_set_back' });
  expect(check(recorded(story)).violations.map(({ rule }) => rule)).toEqual(['log-order']);
  story.facts.faults['pg-clock'] = 1;
  expect(check(recorded(story)).violations).toEqual([]);
});
