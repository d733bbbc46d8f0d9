/** The idempotency keys of an import: the same for each run of the same history. */
import { hash } from 'node:crypto';

/**
 * A reference that a key can contain: visible ASCII, and no colon, so that the key of an order
 * never equals the key of another order's record.
 */
const PLAIN = /^[!-9;-~]{1,200}$/;

/** @param record index of the record; `undefined` for the order itself */
export function historyKey(reference: string, record?: number): string {
  const name = PLAIN.test(reference) ? reference : hash('sha256', reference, 'hex');
  return record === undefined ? `history:${name}` : `history:${name}:${record + 1}`;
}
