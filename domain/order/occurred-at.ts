import type { FieldError } from '../rejection.ts';
import type { OrderCommand } from './commands.ts';

/**
 * The error of a command whose time lies in the future, `undefined` for any other.
 *
 * @param clock milliseconds since 1970
 */
export function futureTime({ type, data }: OrderCommand, clock: () => number): FieldError | undefined {
  const name = type === 'PlaceOrder' ? 'ordered_at' : 'occurred_at';
  const time = (data as { ordered_at?: string; occurred_at?: string })[name];
  if (time === undefined || Date.parse(time) <= clock()) return undefined;
  return { pointer: `/${name}`, detail: 'must not be in the future' };
}
