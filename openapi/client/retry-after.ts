/**
 * Reads `Retry-After` (RFC 9110, section 10.2.3): seconds or a date. A date is compared with the
 * `Date` of the response, if present, because the client's clock may be wrong.
 *
 * @param nowMs milliseconds since 1970
 * @returns milliseconds to wait; 0 if the field is absent, past or invalid
 */
export function retryAfterMs(headers: Headers, nowMs: number): number {
  const text = headers.get('Retry-After')?.trim() ?? '';
  if (/^\d{1,9}$/.test(text)) return Number(text) * 1_000;
  // Date.parse reads "-5" and "1.5" as years and months.
  if (!/^[A-Z][a-z]{2,8}, /.test(text)) return 0;
  const retryAtMs = Date.parse(text);
  const sentAtMs = Date.parse(headers.get('Date') ?? '');
  const waitMs = retryAtMs - (Number.isNaN(sentAtMs) ? nowMs : sentAtMs);
  return Number.isNaN(waitMs) ? 0 : Math.max(0, waitMs);
}
