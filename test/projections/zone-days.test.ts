/** The days of time zones, with the oddities of clocks. */
import { describe, expect, test } from '@jest/globals';
import { dayOf, dayText, daysIn } from '../../projections/sales/zone-days.ts';

const startIn = (zone: string, day: string) => new Date(daysIn(zone)!.startOf(dayOf(day))).toISOString();

test.each([
  ['UTC', '2026-03-14', '2026-03-14T00:00:00.000Z'],
  ['Europe/Berlin', '2026-03-14', '2026-03-13T23:00:00.000Z'],
  ['Europe/Berlin', '2026-07-01', '2026-06-30T22:00:00.000Z'],
  ['Asia/Kathmandu', '2026-03-14', '2026-03-13T18:15:00.000Z'],
  ['Pacific/Kiritimati', '2026-03-14', '2026-03-13T10:00:00.000Z'],
  ['America/St_Johns', '2026-03-14', '2026-03-14T02:30:00.000Z'],
  ['europe/berlin', '2026-03-14', '2026-03-13T23:00:00.000Z'],
  // Midnight does not exist: the clock goes from 24:00 to 01:00.
  ['Africa/Cairo', '2024-04-26', '2024-04-25T22:00:00.000Z'],
  // Samoa left out the whole 30 December 2011.
  ['Pacific/Apia', '2011-12-30', '2011-12-30T10:00:00.000Z'],
  ['Pacific/Apia', '2011-12-31', '2011-12-30T10:00:00.000Z'],
])('in %s, %s starts at %s', (zone, day, start) => {
  expect(startIn(zone, day)).toBe(start);
});

describe.each(['Europe/Berlin', 'America/Sao_Paulo', 'Asia/Beirut', 'Australia/Lord_Howe', 'Asia/Kathmandu'])(
  'the days of %s',
  (zone) => {
    test('follow each other without a gap, and last 23 to 25 hours', () => {
      const { startOf, dayAt } = daysIn(zone)!;
      for (let day = dayOf('2016-01-01'); day < dayOf('2018-01-01'); day += 1) {
        const [start, end] = [startOf(day), startOf(day + 1)];
        const hours = (end - start) / 3_600_000;
        expect([dayText(day), hours >= 23 && hours <= 25]).toEqual([dayText(day), true]);
        expect([dayAt(start), dayAt(end - 1), dayAt(end)]).toEqual([day, day, day + 1]);
      }
    });
  },
);

test.each(['', 'Mars/Olympus', '+01:00', 'GMT+25', 'x'.repeat(1_000)])('%s is no time zone', (name) => {
  expect(daysIn(name)).toBeUndefined();
});
