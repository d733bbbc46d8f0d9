/** What the checker makes of promotions, epochs of the log, and lost events. */
import { expect, test } from '@jest/globals';
import { check } from '../../loadtest/torture/checker/check.ts';
import type { Rule } from '../../loadtest/torture/checker/violation.ts';
import type { Entry } from '../../loadtest/torture/history/entry.ts';
import { type Story, recorded, trueStory } from './story.ts';

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

test('a loss whose readers are all refused breaks no promise', () => {
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
