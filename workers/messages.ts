/**
 * The bodies of messages. The endpoints of a tenant get the same bytes of an event, so its body is
 * made once: with an event for each of 195 endpoints, reading and rendering took a fifth of the
 * time of its deliveries.
 */
import type { RecordedEvent } from '../domain/order/events.ts';
import type { PersonalData } from '../store/personal/personal-data.ts';
import type { Claimed } from '../store/webhooks/claims.ts';

/** Characters of the bodies that are kept: those of some thousand events. */
const KEPT_CHARACTERS_MAX = 4 * 1024 * 1024;

/** The document of an event in a version of the API. */
export type Render = (edition: string, event: RecordedEvent & { position: number }) => object;

/**
 * @returns the body of a delivery's message; the same bytes at each attempt, until its customer is
 *   erased. It throws, or rejects, when this release cannot read the event, or not render it
 */
export function createMessages(
  render: Render,
  personal?: Pick<PersonalData, 'openEvents' | 'erasures'>,
): (delivery: Claimed) => string | Promise<string> {
  /** The oldest first. */
  const kept = new Map<string, string>();
  let characters = 0;
  let erasures = personal?.erasures();

  /** After an erasure, no kept body may show the data of the customer. */
  function forgetErased(): void {
    const now = personal?.erasures();
    if (now === erasures) return;
    kept.clear();
    [characters, erasures] = [0, now];
  }

  function keep(key: string, body: string): void {
    kept.set(key, body);
    characters += body.length;
    for (const [oldest, { length }] of kept) {
      if (characters <= KEPT_CHARACTERS_MAX) return;
      kept.delete(oldest);
      characters -= length;
    }
  }

  return ({ content, edition, created_at, message_id }) => {
    if ('notice' in content)
      return JSON.stringify({ type: content.type, timestamp: created_at, data: content.notice });
    const key = `${edition} ${message_id}`;
    forgetErased();
    const known = kept.get(key);
    if (known !== undefined) return known;
    const event = content.readEvent();
    const made = (): string => {
      const body = JSON.stringify({
        type: event.type,
        timestamp: event.recorded_at,
        data: render(edition, event),
        traceparent: content.traceparent,
      });
      keep(key, body);
      return body;
    };
    return personal === undefined ? made() : personal.openEvents(content.partition, [event]).then(made);
  };
}
