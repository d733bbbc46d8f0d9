/** The end of a key: how long is left, and the warning before it. */
import type { Logger } from '../../platform/logger.ts';
import { toId } from '../ids.ts';
import type { Principal } from './api-keys.ts';

const DAY_MS = 86_400_000;
/** Warnings begin so long before the end of a key. */
export const WARNING_DAYS = 14;
/** Keys whose last warning is remembered. Beyond it the oldest is evicted, and is logged again. */
const WARNED_KEYS_MAX = 10_000;

/** Whole days until a time, rounded up; 0 or less when it has passed. */
export const daysUntil = (expiresAt: number, now: number): number => Math.ceil((expiresAt - now) / DAY_MS);

/**
 * Logs each key that is used within {@link WARNING_DAYS} of its end, once a day and process.
 *
 * @param clock milliseconds since 1970
 */
export function createExpiryWarning(
  log: Logger,
  clock: () => number,
): (principal: Principal | undefined) => void {
  const warnedAt = new Map<string, number>();
  return (principal) => {
    if (principal?.expiresAt === undefined) return;
    const { keyId, tenantId, expiresAt } = principal;
    const now = clock();
    const days = daysUntil(expiresAt, now);
    if (days > WARNING_DAYS || now - (warnedAt.get(keyId) ?? 0) < DAY_MS) return;
    warnedAt.delete(keyId);
    if (warnedAt.size >= WARNED_KEYS_MAX) warnedAt.delete(warnedAt.keys().next().value ?? '');
    warnedAt.set(keyId, now);
    const expires_at = new Date(expiresAt).toISOString();
    log.warn({ key_id: toId('key', keyId), tenant_id: tenantId, expires_at, days }, 'api key expires soon');
  };
}
