/** The history of an order: its stream, whole or up to a version or time. */
import { PAGE_BYTES_MAX } from '../../../projections/page.ts';
import type { StoredEvent } from '../../../store/log/event-row.ts';
import type { Call } from '../../handler.ts';
import { answerPage, bindingOf, positionOf, requireWithinList } from '../../lists/page.ts';
import { readOrder } from '../../commands/order-stream.ts';
import { invalidParameter } from '../../problem/invalid-parameter.ts';
import { Problem } from '../../problem/problem.ts';

/**
 * The events of the request's order, oldest first; at least one.
 *
 * @param until last version, or last instant (RFC 3339, UTC, milliseconds)
 * @throws {Problem} 400 for both, 404 when the order does not exist, or did not exist yet
 */
export async function readHistory(
  { input, services, principal }: Call,
  { version, at }: { version?: number | undefined; at?: string | undefined } = {},
): Promise<StoredEvent[]> {
  if (version !== undefined && at !== undefined) {
    throw invalidParameter([
      { parameter: 'version', detail: 'cannot be given together with at' },
      { parameter: 'at', detail: 'cannot be given together with version' },
    ]);
  }
  const events = await readOrder(services.log, principal, input.params['order_id']!, version);
  if (at === undefined) return events;
  const until = events.filter((event) => event.recorded_at <= at);
  if (until.length === 0) {
    throw new Problem(
      'order_version_not_found',
      `This order did not exist yet: it was placed at ${events[0]?.recorded_at}.`,
    );
  }
  return until;
}

/**
 * Answers a page of documents of an order's events. Reads the whole stream, which is bounded; the
 * cursor is the version of an event.
 *
 * @param list name of the list, to which its cursors are bound
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
  requireWithinList(after, events.length);
  const { eventTypes } = call.edition;
  const left = events.filter(
    (event) => event.version > after && isWanted(event) && (eventTypes?.has(event.type) ?? true),
  );
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
