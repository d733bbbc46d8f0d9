/**
 * `Retry-After` (RFC 9110, section 10.2.3): seconds, or a date. A date is taken by the clock of the answer's own `Date`, where there is one, for that
 * of the client may be off.
 *
 * @param now milliseconds since 1970
 * @returns milliseconds to wait; 0 for none, for one in the past, and for what is no such value
 */
export function retryAfterMs(headers: Headers, now: number): number {
  const text = headers.get('Retry-After')?.trim() ?? '';
  if (/^\d{1,9}$/.test(text)) return Number(text) * 1_000;
  // Date.parse would take "-5", and "1.5", for years and months.
  if (!/^[A-Z][a-z]{2,8}, /.test(text)) return 0;
  const at = Date.parse(text);
  const date = Date.parse(headers.get('Date') ?? '');
  const wait = at - (Number.isNaN(date) ? now : date);
  return Number.isNaN(wait) ? 0 : Math.max(0, wait);
}
