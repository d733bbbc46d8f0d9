/** The stream of an order, whole or as it once was. */
import { PAGE_BYTES_MAX } from '../../../projections/page.ts';
import type { StoredEvent } from '../../../store/log/event-row.ts';
import type { Call } from '../../handler.ts';
import { answerPage, bindingOf, positionOf, requirePlace } from '../../lists/page.ts';
import { readOrder } from '../../commands/order-stream.ts';
import { Problem } from '../../problem/problem.ts';

/**
 * The events of the order that a request names, oldest first; at least one.
 *
 * @param until a version, or an instant (RFC 3339, UTC, milliseconds), after which nothing counts
 * @throws {Problem} 400 for both at once, 404 when there is no such order, or it was not there yet
 */
export async function readHistory(
  { input, services, principal }: Call,
  { version, at }: { version?: number | undefined; at?: string | undefined } = {},
): Promise<StoredEvent[]> {
  if (version !== undefined && at !== undefined) {
    throw new Problem('invalid_parameter', 'Give version or at, not both.', {
      errors: [
        { parameter: 'version', detail: 'cannot be given together with at' },
        { parameter: 'at', detail: 'cannot be given together with version' },
      ],
    });
  }
  const events = await readOrder(services.log, principal, input.params['order_id']!, version);
  if (at === undefined) return events;
  const until = events.filter((event) => event.recorded_at <= at);
  if (until.length === 0) {
    throw new Problem(
      'order_version_not_found',
      `This order was placed later, at ${events[0]?.recorded_at}.`,
    );
  }
  return until;
}

/**
 * Answers a page of what some of an order's events show. A stream has a bound, so it is read whole; the cursor is the version of an event.
 *
 * @param list names the list in its cursors
 */
export async function answerHistoryPage(
  call: Call,
  list: string,
  isWanted: (event: StoredEvent) => boolean,
  documentOf: (event: StoredEvent) => unknown,
): Promise<void> {
  const { limit, cursor } = call.input.query as { limit: number; cursor?: string };
  const { cursors } = call.services;
  const binding = bindingOf(list, call.principal.tenantId, call.input.params['order_id']);
  const after = positionOf(cursors, cursor, binding) ?? 0;
  const events = await readHistory(call);
  requirePlace(after, events.length);
  const left = events.filter((event) => event.version > after && isWanted(event));
  const items: string[] = [];
  let bytes = 0;
  for (const event of left.slice(0, limit)) {
    if (bytes >= PAGE_BYTES_MAX) break;
    const item = JSON.stringify(documentOf(event));
    bytes += Buffer.byteLength(item);
    items.push(item);
  }
  const more = left.length > items.length;
  const next = more ? cursors.encode(left[items.length - 1]?.version ?? 0, binding) : null;
  answerPage(call.ctx, items.join(','), next, more);
}
