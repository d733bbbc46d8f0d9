import type { RecordedEvent } from '../../domain/order/events.ts';
import type { Edition } from '../edition.ts';

/** The document of an event, in all answers and webhooks. */
export const eventDocument = (edition: Edition, event: RecordedEvent & { position: number }) => ({
  id: event.event_id,
  type: event.type,
  order_id: event.order_id,
  version: event.version,
  position: event.position,
  recorded_at: event.recorded_at,
  key_id: event.key_id,
  data: edition.eventData(event),
  ...(edition.name !== 'v1' && event.erased_at !== undefined && { erased_at: event.erased_at }),
});
