import { ENDPOINT_DISABLED } from '../../store/webhooks/endpoint-health.ts';
import type { Edition } from '../edition.ts';

/**
 * The document of an endpoint with the event types that an edition knows: `null` when the endpoint
 * wants only others, since an older edition has no word for them.
 */
export function withKnownEventTypes<Document extends object>({ eventTypes }: Edition, document: Document) {
  const { event_types: types } = document as { event_types?: string[] | null };
  if (eventTypes === undefined || !types) return document;
  const isKnown = (type: string) =>
    type === ENDPOINT_DISABLED || (eventTypes as ReadonlySet<string>).has(type);
  const known = types.filter(isKnown);
  return { ...document, event_types: known.length > 0 ? known : null };
}
