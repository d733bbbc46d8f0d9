/** Derives the effect of a request from its response, by docs/retry-contract.md. */
import { hash } from 'node:crypto';
import type { Response } from '../send/responses.ts';
import type { Json } from './contract.ts';
import type { Reported, Verdict } from './ledger.ts';

/** Ids of the records of an order contain the id of their event. */
const OF_EVENTS = /^(?:pay|shp|ret|ref|aut|avd|rev|edt|hld|rel)_([0-9a-f]{32})$/;

export function verdictOf({ status, fields, text }: Response, json: unknown): Verdict {
  if (status < 300) {
    const replayed = fields.get('idempotent-replayed') === 'true';
    return { kind: 'done', replayed, reported: reportedBy(fields, text, (json ?? {}) as Json) };
  }
  return problemVerdict(status, (json ?? {}) as Json);
}

/** @param problem a problem document */
export function problemVerdict(status: number, problem: Json): Verdict {
  const { code = 'none', retry = 'none', detail = '' } = problem as Record<string, string | undefined>;
  const refused = { kind: 'refused', status, code, retry } as const;
  if (status === 429) return refused;
  if (status === 503 && /took no effect/.test(detail)) return refused;
  if (status >= 500 || retry === 'same_key' || retry === 'same_key_after')
    return { kind: 'unknown', why: `${status} ${code}` };
  return refused;
}

/** The verdict of an item of a 207. */
export function itemVerdict(item: Json): Verdict {
  const { status, replayed, position, order, problem } = item as {
    status: number;
    replayed?: boolean;
    position?: number;
    order?: { id: string; version: number };
    problem?: Json;
  };
  if (status >= 300 || order === undefined) return problemVerdict(status, problem ?? {});
  const reported = { orderId: order.id, version: order.version, digest: digestOf(JSON.stringify(order)) };
  return {
    kind: 'done',
    replayed: replayed === true,
    reported: { ...reported, ...(position && { position }) },
  };
}

function reportedBy(fields: Map<string, string>, text: string, json: Json): Reported {
  const { id, order_id } = json as { id?: string; order_id?: string };
  const position = fields.get('holdfast-position');
  const version = /^"(\d+)"$/.exec(fields.get('etag') ?? '')?.[1];
  const recordedAt = fields.get('holdfast-recorded-at');
  const eventId = OF_EVENTS.exec(id ?? '')?.[1];
  const orderId = order_id ?? (id?.startsWith('ord_') ? id : undefined);
  return {
    digest: digestOf(text),
    ...(position !== undefined && { position: Number(position) }),
    ...(version !== undefined && { version: Number(version) }),
    ...(recordedAt !== undefined && { recordedAt }),
    ...(orderId !== undefined && { orderId }),
    ...(eventId !== undefined && { eventId }),
  };
}

const digestOf = (text: string): string => hash('md5', text, 'base64');
