import type { FieldError } from '../rejection.ts';
import type { OrderCommand } from './commands.ts';

/**
 * The error of a command whose time lies in the future, `undefined` for any other.
 *
 * @param now RFC 3339, UTC, milliseconds
 */
export function futureTime({ type, data }: OrderCommand, now: string): FieldError | undefined {
  const name = type === 'PlaceOrder' ? 'ordered_at' : 'occurred_at';
  const time = (data as { ordered_at?: string; occurred_at?: string })[name];
  if (time === undefined || time <= now) return undefined;
  return { pointer: `/${name}`, detail: 'must not be in the future' };
}
