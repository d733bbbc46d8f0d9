/** Which durability the settings of Postgres give, and what a guard makes of it. */
import { expect, test } from '@jest/globals';
import { pino } from 'pino';
import { DURABILITY_LEVELS, type DurabilityLevel } from '../../../platform/settings/durability.ts';
import { type DurabilityFacts, levelOf } from '../../../store/durability/durability.ts';
import { DurabilityNotInForce, createDurabilityGuard } from '../../../store/durability/durability-guard.ts';

const SAFE: DurabilityFacts = {
  fsync: 'on',
  full_page_writes: 'on',
  synchronous_commit: 'on',
  has_synchronous_standby: false,
  in_recovery: false,
  read_only: false,
};
const silent = pino({ level: 'silent' });

test.each<[Partial<DurabilityFacts>, DurabilityLevel]>([
  [{}, 'local'],
  [{ synchronous_commit: 'local' }, 'local'],
  [{ synchronous_commit: 'remote_apply' }, 'local'], // it waits for no one
  [{ synchronous_commit: 'local', has_synchronous_standby: true }, 'local'],
  [{ synchronous_commit: 'remote_write', has_synchronous_standby: true }, 'remote_write'],
  [{ synchronous_commit: 'on', has_synchronous_standby: true }, 'remote_flush'],
  [{ synchronous_commit: 'remote_apply', has_synchronous_standby: true }, 'remote_apply'],
  [{ fsync: 'off', has_synchronous_standby: true }, 'none'],
  [{ full_page_writes: 'off' }, 'none'],
  [{ synchronous_commit: 'off' }, 'none'],
])('%j is %s', (change, level) => {
  expect(levelOf({ ...SAFE, ...change })).toBe(level);
});

test.each(DURABILITY_LEVELS)(
  'a guard that requires %s refuses all levels below, and none above',
  (required) => {
    const states: Record<DurabilityLevel, Partial<DurabilityFacts>> = {
      none: { fsync: 'off' },
      local: {},
      remote_write: { synchronous_commit: 'remote_write', has_synchronous_standby: true },
      remote_flush: { has_synchronous_standby: true },
      remote_apply: { synchronous_commit: 'remote_apply', has_synchronous_standby: true },
    };
    const guard = createDurabilityGuard(required, silent);
    const refused = DURABILITY_LEVELS.filter((level) => {
      guard.note({ ...SAFE, ...states[level] });
      try {
        guard.require();
        return false;
      } catch (error) {
        expect(error).toBeInstanceOf(DurabilityNotInForce);
        expect(guard.text()).toMatch(`refusing writes: ${level} is in force (`);
        return true;
      }
    });
    expect(refused).toEqual(DURABILITY_LEVELS.slice(0, DURABILITY_LEVELS.indexOf(required)));
  },
);

test('without a required level, it refuses nothing and logs each change, loudly below local', () => {
  const lines: { level: number; durability: string }[] = [];
  const guard = createDurabilityGuard(undefined, pino({}, { write: (line) => lines.push(JSON.parse(line)) }));
  for (const change of [{}, {}, { fsync: 'off' }, { fsync: 'off' }, { read_only: true }] as const)
    guard.note({ ...SAFE, ...change });
  guard.require();
  expect(lines.map(({ level, durability }) => [level, durability])).toEqual([
    [30, 'local'],
    [50, 'at risk: a crash of the Postgres host can lose acknowledged writes (fsync is off)'],
    [30, 'local, read-only'],
  ]);
});
