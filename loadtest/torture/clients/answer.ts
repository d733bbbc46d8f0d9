/** The essential members of REST answers. */
import { hash } from 'node:crypto';
import type { Response } from '../../kit/http/connection.ts';
import type { Edition, Entry, ShownEvent, ShownOrder, ShownTotal, Wish } from '../history/entry.ts';

/** 96 bits: enough to compare the documents of one run. */
const HASH_LENGTH = 16;
export const digest = (text: string): string => hash('sha256', text, 'base64').slice(0, HASH_LENGTH);

export type Essentials = Partial<Entry> & Pick<Entry, 'status'>;

// oxlint-disable-next-line typescript/no-explicit-any -- documents of two versions of the API
type Document = any;

const fieldOf = ({ head }: Response, name: string): string | undefined =>
  new RegExp(`^${name}: (.*)$`, 'im').exec(head)?.[1]?.trim();

const numberOf = (text: string | undefined): number | undefined =>
  text === undefined ? undefined : Number(text.replaceAll('"', ''));

/** @param text of the document, if it was not part of another one */
export function orderIn(edition: Edition, document: Document, text = JSON.stringify(document)): ShownOrder {
  const amount = (value: Document) => (edition === 'v1' ? value : value.amount) as number;
  return {
    id: document.id,
    version: document.version,
    status: document.status,
    total: amount(document.total),
    paid: amount(document.amount_paid),
    refunded: amount(document.amount_refunded),
    note: document.metadata.note,
    hash: digest(text),
  };
}

const eventIn = ({ id, position, order_id, version, type }: Document): ShownEvent => ({
  id,
  position,
  order: order_id,
  version,
  type,
});

const totalIn = (edition: Edition, document: Document): ShownTotal => {
  const amount = (value: Document) => (edition === 'v1' ? value : value.amount) as number;
  return {
    day: document.day,
    currency: document.currency,
    placed: document.orders_placed,
    cancelled: document.orders_cancelled,
    ordered: amount(document.ordered),
    paid: amount(document.paid),
    refunded: amount(document.refunded),
  };
};

/** A page of a proxy that reached no node. */
const isOfProxy = ({ status, body }: Response): boolean => status >= 500 && !body.startsWith('{');

/** The answers to the items of a batch of orders. */
export function itemsOf(edition: Edition, response: Response, count: number): Essentials[] {
  const { status, body } = response;
  if (isOfProxy(response)) return Array.from({ length: count }, () => ({ status }));
  const document = JSON.parse(body) as Document;
  if (status !== 207) return Array.from({ length: count }, () => ({ status, code: document.code }));
  return (document.data as Document[]).map((item) => {
    if (item.status >= 400) return { status: item.status, code: item.problem.code };
    const { replayed, position, order } = item;
    // A single request answers with the same bytes.
    const text = JSON.stringify(order);
    return { status: 201, replayed, position, hash: digest(text), order: orderIn(edition, order, text) };
  });
}

/** @throws {SyntaxError} the body is not JSON */
export function essentialsOf(edition: Edition, wish: Wish, response: Response): Essentials {
  const { status, replayed, body } = response;
  if (status === 304 || isOfProxy(response)) return { status };
  const document = JSON.parse(body) as Document;
  if (status >= 400) return { status, code: document.code };
  const position = numberOf(fieldOf(response, 'Holdfast-Position'));
  switch (wish.kind) {
    case 'place':
    case 'act': {
      const isOrder = wish.kind === 'place' || wish.act.noun === 'metadata';
      return {
        status,
        replayed,
        position,
        version: numberOf(fieldOf(response, 'ETag')),
        recordedAt: fieldOf(response, 'Holdfast-Recorded-At'),
        hash: digest(body),
        order: isOrder ? orderIn(edition, document, body) : undefined,
      };
    }
    case 'read':
      return { status, order: orderIn(edition, document, body) };
    case 'receipt':
      return {
        status,
        position,
        orderId: document.order_id,
        version: document.version,
        recordedAt: document.recorded_at,
        hash: document.fingerprint,
        events: [eventIn(document.event)],
      };
    case 'page':
      return {
        status,
        position,
        orders: document.data.map((each: Document) => orderIn(edition, each)),
        hasMore: document.has_more,
      };
    case 'feed':
      return { status, events: document.data.map(eventIn), hasMore: document.has_more };
    case 'summary':
    case 'sales':
      return {
        status,
        position,
        totals: (document.totals ?? document.data).map((each: Document) => totalIn(edition, each)),
      };
    case 'switch':
      return { status, replayed };
    case 'hook':
      throw new Error('a webhook has no answer of ours');
  }
}
