/** The start of a process or a command that HOLDFAST_DURABILITY governs. */
import type { CommonQueryMethods } from 'slonik';
import { UnfitDatabaseError } from '../unfit.ts';
import { type DurabilityGuard, readDurability } from './durability-guard.ts';

/** @throws {UnfitDatabaseError} the required durability is not in force */
export async function requireDurability(pool: CommonQueryMethods, guard: DurabilityGuard): Promise<void> {
  const text = await readDurability(pool, guard);
  try {
    guard.require();
  } catch {
    throw new UnfitDatabaseError(
      `HOLDFAST_DURABILITY is not in force: ${text}.\n` +
        'Correct the settings of Postgres (docs/durability.md), or require a lower level.',
    );
  }
}
