/** Checks the responses of a connection and records them in the ledger. */
import type { Response } from '../send/responses.ts';
import { type HttpConnection, type Sent, isSafe } from '../case.ts';
import type { ContractCheck, Json } from './contract.ts';
import type { Failures } from '../failures.ts';
import type { Heard } from '../send/http-connection.ts';
import type { Attempt, Ledger } from './ledger.ts';
import { type Pair, pairUp } from './pairing.ts';
import type { Lessons, Address } from '../tokens.ts';
import { itemVerdict, verdictOf } from './verdict.ts';

export interface Tallies {
  statuses: Map<string, number>;
  endings: Map<string, number>;
}

export interface CheckOptions {
  check: ContractCheck;
  failures: Failures;
  ledger: Ledger;
  lessons: Lessons;
  /** The tenant of a caller; empty for `nobody`. */
  tenantOf: (caller: Sent['caller']) => string;
  tallies: Tallies;
  /** Whether the server has been up since a time of `performance.now()`. */
  wasUp: (since: number) => boolean;
}

/** Documents kept for the comparison with the log, about 1 KB each. */
const READINGS_MAX = 40_000;
const count = (map: Map<string, number>, name: string) => map.set(name, (map.get(name) ?? 0) + 1);

export function checkHttp(options: CheckOptions, connection: HttpConnection, heard: Heard): void {
  const { failures, tallies } = options;
  const requests = connection.requests.slice(0, heard.sentAt.length);
  const { pairs, faults } = pairUp(requests, heard.answers);
  const [first] = requests;
  const area = 'connection';
  for (const { sent, fault, answer } of faults)
    failures.note({ area, kind: fault, at: sent, detail: nameOf(sent), answer: shown(answer) });
  if (heard.rest.length > 0 && heard.ending !== 'hang')
    failures.note({
      area,
      kind: 'bytes that are not a response',
      at: first,
      detail: JSON.stringify(heard.rest.toString('latin1').slice(0, 300)),
    });
  if (heard.ending === 'hang' && options.wasUp(heard.began))
    failures.note({
      area,
      kind: `neither a response nor an end within ${connection.timeoutMs / 1_000} seconds`,
      at: pairs.find(({ answer }) => answer === undefined)?.sent ?? first,
      detail: `${heard.answers.length} responses to ${requests.length} requests`,
    });
  count(tallies.endings, heard.ending);

  let isClosing = false;
  for (const [n, pair] of pairs.entries()) {
    const ended = heard.times[heard.answers.indexOf(pair.answer!)] ?? performance.now();
    checkResponse(options, pair, { began: heard.sentAt[n]!, ended, isClosing, ending: heard.ending });
    if (pair.answer?.fields.get('connection') === 'close') isClosing = true;
  }
}

interface Circumstances {
  began: number;
  ended: number;
  /** An earlier response had `Connection: close`. */
  isClosing: boolean;
  ending: Heard['ending'];
}

function checkResponse(options: CheckOptions, { sent, answer, isOwn }: Pair, at: Circumstances): void {
  const { check, failures, ledger, lessons, tenantOf, tallies, wasUp } = options;
  const { began, ended, isClosing, ending } = at;
  const { index, n } = sent;
  const keep = (verdict: Attempt['verdict'], item = 0) => {
    if (isSafe(sent.method)) return;
    const [key, tenant] = [sent.keys[item], tenantOf(sent.caller)];
    ledger.attempts.push({ index, n, item, key, tenant, sent, verdict, began, ended, events: 0 });
  };
  const keepAll = (verdict: Attempt['verdict']) => {
    for (let item = 0; item < Math.max(1, sent.keys.length); item += 1) keep(verdict, item);
  };
  if (answer === undefined) {
    count(tallies.statuses, 'no response');
    if (!sent.silence && !isClosing && ending !== 'hang' && wasUp(began))
      failures.note({
        area: 'connection',
        kind: `no response to a valid request, connection ${ending}`,
        at: sent,
        detail: nameOf(sent),
      });
    keepAll({ kind: 'unknown', why: 'no response' });
    return;
  }
  count(tallies.statuses, String(answer.status));
  const { json, faults } = check(sent, answer, isOwn);
  if (answer.status === 404 && isOwn && (json as Json | undefined)?.['code'] === 'order_not_found') {
    if (sent.orderToken !== undefined && isThere(lessons, sent.orderToken))
      faults.push('404 for an order that exists');
  }
  for (const fault of faults)
    failures.note({ area: 'contract', kind: fault, at: sent, detail: nameOf(sent), answer: shown(answer) });

  if (answer.status === 207 && isOwn) {
    const { data = [] } = (json ?? {}) as { data?: Json[] };
    if (data.length !== sent.keys.length)
      failures.note({
        area: 'contract',
        kind: 'a batch has more or fewer outcomes than orders',
        at: sent,
        detail: nameOf(sent),
        answer: shown(answer),
      });
    for (const [item, key] of sent.keys.entries()) {
      const outcome = data[item] ?? {};
      if (outcome['idempotency_key'] !== key)
        failures.note({
          area: 'contract',
          kind: 'an outcome of a batch has the key of another',
          at: sent,
          detail: nameOf(sent),
          answer: shown(answer),
        });
      keep(itemVerdict(outcome), item);
      if ('order' in outcome) read(outcome['order'] as Json);
    }
    return;
  }
  const verdict = verdictOf(answer, json);
  keepAll(verdict);
  if (!isOwn || sent.method === 'HEAD') return;
  if (answer.status < 300 && ['placeOrder', 'updateOrder', 'getOrder'].includes(sent.operationId ?? ''))
    read(json as Json);
  if (answer.status === 200 && /^list(?:Order)?Events$/.test(sent.operationId ?? '')) {
    for (const { id, position } of (json as { data: { id: string; position: number }[] }).data)
      ledger.sightings.push({ index, n, tenant: tenantOf(sent.caller), position, eventId: id });
  }
  if (sent.operationId === 'getReceipt' && [200, 404].includes(answer.status)) {
    const found = answer.status === 200;
    const key = decodeURIComponent(sent.target.split('/').at(-1)!.split('?', 1)[0]!);
    const position = answer.fields.get('holdfast-position');
    ledger.receipts.push({
      index,
      n,
      tenant: tenantOf(sent.caller),
      key,
      found,
      position: position === undefined ? undefined : Number(position),
      began,
    });
  }

  function read(document: Json): void {
    if (ledger.readings.length >= READINGS_MAX || typeof document?.['id'] !== 'string') return;
    const { version: spelling } = sent;
    const { id, version } = document as { id: string; version: number };
    ledger.readings.push({ index, n, orderId: id, version, document, spelling });
  }
}

const isThere = (lessons: Lessons, token: string): boolean => {
  const [, index, n] = /@(\d+)\.(\d+)@/.exec(token) ?? [];
  return lessons.idOf('ord', { index: Number(index), n: Number(n) }) !== undefined;
};

const nameOf = (sent: Sent | undefined): string =>
  sent === undefined ? '' : `${sent.method} ${sent.target.slice(0, 200)}`;

export const shown = ({ status, fields, text }: Response): string =>
  `${status} ${fields.get('connection') === 'close' ? '(close) ' : ''}${text.slice(0, 400)}`;

const OWN_ID = /^fz\.(\d+)\.(\d+)$/;

/** Stores the values of a response that later requests need. */
export function learn(lessons: Lessons, { status, fields, text }: Response): void {
  const [, index, n] = OWN_ID.exec(fields.get('x-request-id') ?? '') ?? [];
  if (index === undefined || status >= 300 || !text.startsWith('{')) return;
  const from: Address = { index: Number(index), n: Number(n) };
  const { id, data, next_cursor, placed_at } = JSON.parse(text) as {
    id?: string;
    data?: { id?: string }[];
    next_cursor?: string | null;
    placed_at?: string;
  };
  const etag = fields.get('etag');
  const position = fields.get('holdfast-position');
  lessons.learn(from, {
    ids: [id, Array.isArray(data) ? data[0]?.id : undefined].filter((each) => typeof each === 'string'),
    values: {
      ...(etag && { etag }),
      ...(position && { position }),
      ...(next_cursor && { cursor: next_cursor }),
      // Half a millisecond after the recorded time.
      ...(placed_at && { instant: placed_at.replace('Z', '500Z') }),
    },
  });
}
