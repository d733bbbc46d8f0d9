/** The primary of a process changes with a newer timeline, never back to an older one. */
import { expect, test } from '@jest/globals';
import { pino } from 'pino';
import { OldPrimary, createKnownPrimary } from '../../../store/durability/known-primary.ts';

const aPrimary = () => {
  const primary = createKnownPrimary(pino({ level: 'silent' }));
  let ended = 0;
  primary.onChange(() => (ended += 1));
  primary.note('7301/00000009');
  return { ...primary, ended: () => ended };
};

test.each(['7301/0000000A', '7302/00000001'])('%s replaces 7301/00000009', (identity) => {
  const { note, ended, changedMs } = aPrimary();
  note('7301/00000009');
  expect([ended(), changedMs()]).toEqual([0, Number.NEGATIVE_INFINITY]);
  const beforeMs = performance.now();
  note(identity);
  expect(ended()).toBe(1);
  expect(changedMs()).toBeGreaterThanOrEqual(beforeMs);
});

test('an older timeline is refused, and changes nothing', () => {
  const { note, ended, changedMs } = aPrimary();
  expect(() => note('7301/00000008')).toThrow(OldPrimary);
  expect([ended(), changedMs()]).toEqual([0, Number.NEGATIVE_INFINITY]);
});

test('a connection that has ended is not ended again', () => {
  const { note, ended, onChange } = aPrimary();
  let other = 0;
  onChange(() => (other += 1))();
  note('7301/0000000A');
  note('7301/0000000B');
  expect([ended(), other]).toEqual([1, 0]);
});
