/** Compares the durability in force with the required one, and refuses writes below it. */
import { type CommonQueryMethods, sql } from 'slonik';
import { z } from 'zod';
import type { Logger } from '../../platform/logger.ts';
import { durabilityState } from '../../platform/metrics.ts';
import { type DurabilityLevel, isAtLeast } from '../../platform/settings/durability.ts';
import { StoreUnavailable, reachable } from '../unavailable.ts';
import { DURABILITY_FACTS, type DurabilityFacts, faultsOf, levelOf, parseFacts } from './durability.ts';
import { type KnownPrimary, createKnownPrimary } from './known-primary.ts';

/** A setting that changes without a new connection is noticed after this time. */
const READ_INTERVAL_MS = 2_000;
/** The texts of a state that needs an operator begin with these words. */
export const AT_RISK = 'at risk';
export const REFUSING = 'refusing writes';

/** The required durability is not in force. Writes are refused; one in flight may have run once. */
export class DurabilityNotInForce extends StoreUnavailable {
  override name = 'DurabilityNotInForce';
}

export interface DurabilityGuard {
  /** The least level of an acknowledged write; `undefined`: none, but warn below `local`. */
  required: DurabilityLevel | undefined;
  /** Of this process. Nothing is noted there unless the required level needs a standby. */
  primary: KnownPrimary;
  /** Called with what a connection has; logs each change. */
  note: (found: DurabilityFacts) => void;
  /** @throws {DurabilityNotInForce} the newest facts are below the required level */
  require: () => void;
  /** The state for an operator: the level, and what is wrong. */
  text: () => string;
}

export function createDurabilityGuard(required: DurabilityLevel | undefined, log: Logger): DurabilityGuard {
  let state = { text: 'not read yet', isRefused: false };
  return {
    required,
    primary: createKnownPrimary(log),
    note(found) {
      const level = levelOf(found);
      const isRefused = required !== undefined && !isAtLeast(level, required);
      const next = { text: textOf(found, level, required), isRefused };
      if (next.text === state.text) return;
      state = next;
      const isAtRisk = next.text.startsWith(AT_RISK);
      durabilityState.set({ state: 'as_required' }, Number(!isRefused && !isAtRisk));
      durabilityState.set({ state: 'at_risk' }, Number(isAtRisk));
      durabilityState.set({ state: 'refusing' }, Number(isRefused));
      log[isRefused || isAtRisk ? 'error' : 'info'](
        { durability: next.text, required, ...found },
        'durability in force',
      );
    },
    require() {
      if (state.isRefused) throw new DurabilityNotInForce(state.text);
    },
    text: () => state.text,
  };
}

function textOf(
  found: DurabilityFacts,
  level: DurabilityLevel,
  required: DurabilityLevel | undefined,
): string {
  const faults = faultsOf(found);
  const why = faults.length > 0 ? faults.join(', ') : reasonOf(found);
  if (required !== undefined && !isAtLeast(level, required))
    return `${REFUSING}: ${level} is in force (${why}), ${required} is required`;
  if (level === 'none' && required === undefined)
    return `${AT_RISK}: a crash of the Postgres host can lose acknowledged writes (${why})`;
  return found.read_only ? `${level}, read-only` : level;
}

const reasonOf = ({ synchronous_commit, has_synchronous_standby }: DurabilityFacts): string =>
  has_synchronous_standby
    ? `synchronous_commit is ${synchronous_commit}`
    : 'synchronous_standby_names is empty, or max_wal_senders is 0';

/** Reads the facts on a connection of a pool, and notes them. */
export async function readDurability(pool: CommonQueryMethods, guard: DurabilityGuard): Promise<string> {
  const text = await reachable(
    pool.oneFirst(sql.type(z.object({ facts: z.string() }))`SELECT ${FACTS} AS facts`),
  );
  guard.note(parseFacts(text));
  return guard.text();
}
const FACTS = { ...sql.fragment``, sql: DURABILITY_FACTS };

/** Notes the facts again and again: a reload of Postgres changes them without a new connection. */
export function watchDurability(pool: CommonQueryMethods, guard: DurabilityGuard): { stop: () => void } {
  let isReading = false;
  async function read(): Promise<void> {
    if (isReading) return;
    isReading = true;
    // An outage is not its subject: the last facts stay.
    await readDurability(pool, guard).catch(() => {});
    isReading = false;
  }
  const timer = setInterval(() => void read(), READ_INTERVAL_MS);
  timer.unref();
  return { stop: () => clearInterval(timer) };
}
