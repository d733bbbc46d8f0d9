import type { RecordedEvent } from '../domain/order/events.ts';
import { EDITIONS } from './editions.ts';
import { eventDocument } from './nouns/event-document.ts';

const editions = new Map(EDITIONS.map((edition) => [edition.name, edition]));

/**
 * An event as a version of the API shows it, for webhooks.
 *
 * @throws {Error} for an unknown version
 */
export function renderEvent(name: string, event: RecordedEvent & { position: number }): object {
  const edition = editions.get(name);
  if (edition === undefined) throw new Error(`unknown API version ${name}`);
  return eventDocument(edition, event);
}
