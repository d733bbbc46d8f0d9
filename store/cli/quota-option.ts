/** Options of commands that set a quota. */
import { UsageError, quoted } from '../../command-line/command.ts';
import { RATE_EXPECTED, parseRate } from '../../platform/rate.ts';
import type { QuotaChange } from '../keys/key-limits.ts';

const KINDS = ['write', 'read'] as const;

/** @param none the word that removes the quota */
export const quotaOptions = (subject: string, none: string) => ({
  write: { placeholder: 'COUNT/SECONDS', help: `quota of writes of ${subject}, such as 6000/60, or ${none}` },
  read: { placeholder: 'COUNT/SECONDS', help: `quota of reads of ${subject}, or ${none}` },
});

/**
 * The quotas that a command line names.
 *
 * @param none the word that removes the quota
 * @throws {UsageError}
 */
export function quotasFrom(values: Readonly<Record<string, string | undefined>>, none: string): QuotaChange {
  const change: QuotaChange = {};
  for (const kind of KINDS) {
    const given = values[kind]?.trim();
    if (given === undefined) continue;
    if (given !== none && parseRate(given) === undefined)
      throw new UsageError(`--${kind} ${RATE_EXPECTED}, or ${none}, not ${quoted(given)}`);
    change[kind] = given === none ? null : given;
  }
  return change;
}
