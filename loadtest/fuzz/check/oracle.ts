/**
 * The oracle: compares the log with the effect that each response reported.
 *
 * An event names its request by the trace id, so that the oracle can tell two requests with one key
 * apart.
 */
import { isDeepStrictEqual } from 'node:util';
import type { Failures } from '../failures.ts';
import { documentOf } from './fold/document.ts';
import { foldOne } from './fold/fold.ts';
import type { Folded } from './fold/folded.ts';
import type { Attempt, Ledger, Reading, Reported } from './ledger.ts';
import { type Log, type LoggedEvent, keyName } from './log.ts';
import { watchNames } from './names.ts';
import { EVENT_OF, matchesRequest } from './meaning.ts';
import { addressOfTrace } from '../make/scene.ts';
import type { Address, Lessons } from '../tokens.ts';

export interface OracleOptions {
  seed: number;
  log: Log;
  ledger: Ledger;
  failures: Failures;
  lessons: Lessons;
}

export interface Agreement {
  /** Events of the run. */
  events: number;
  /** Compared commands. */
  compared: number;
  /** Compared order documents and events of responses. */
  documents: number;
  sightings: number;
}

const HAS_TOKEN = /_@\d+\.\d+@/;
const addressName = ({ index, n }: Address) => `${index}.${n}`;
const isOfWebhooks = ({ sent }: Attempt) => /webhook/i.test(sent.operationId ?? '');

export async function compareWithLog({
  seed,
  log,
  ledger,
  failures,
  lessons,
}: OracleOptions): Promise<Agreement> {
  const { attempts, readings, receipts, sightings } = ledger;
  const byAddress = grouped(attempts, addressName);
  const byKey = grouped(attempts, ({ tenant, key }) => keyName(tenant, key ?? ''));
  const readingsOf = grouped(readings, ({ orderId }) => orderId);
  const sightingsOf = grouped(sightings, ({ position }) => String(position));
  const orders = new Map<string, Folded>();
  const names = watchNames();
  const holders = new Map<string, { event: Omit<LoggedEvent, 'data'>; by: Attempt | undefined }>();
  const agreement: Agreement = {
    events: 0,
    compared: attempts.length,
    documents: readings.length,
    sightings: sightings.length,
  };
  const note = (kind: string, at: Address | undefined, detail: string) =>
    failures.note({ area: 'log', kind, at, detail });
  let last: LoggedEvent | undefined;

  await log.events((event) => {
    agreement.events += 1;
    if (last && event.recordedAt < last.recordedAt)
      note('recorded_at decreases in the log', undefined, `position ${event.position}`);
    last = event;
    const by = causeOf(event);
    const { data: _data, ...kept } = event;
    const key = keyName(event.tenant, event.key);
    if (holders.has(key)) note('two events have one key', by, event.key);
    holders.set(key, { event: kept, by });
    if (by) checkEffect(event, by);
    fold(event);
    for (const fault of names.faultsOf(event)) note(fault, by, `position ${event.position}`);
    for (const seen of sightingsOf.get(String(event.position)) ?? [])
      if (seen.eventId !== `evt_${event.eventId}` || seen.tenant !== event.tenant)
        note('an event in a response differs from the log', seen, `${seen.eventId} at ${seen.position}`);
    sightingsOf.delete(String(event.position));
  });
  for (const [seen] of sightingsOf.values())
    note('an event in a response is not in the log', seen, `${seen!.eventId} at position ${seen!.position}`);
  const webhookWrites = await log.webhookWrites();
  for (const attempt of attempts) {
    if (isOfWebhooks(attempt)) checkWebhookWrite(attempt);
    else checkAttempt(attempt);
  }
  checkRepeats();
  checkReceipts();
  return agreement;

  /** The request that caused an event. */
  function causeOf(event: LoggedEvent): Attempt | undefined {
    const address = addressOfTrace(seed, event.traceparent);
    const candidates = address
      ? byAddress.get(addressName(address))
      : byKey.get(keyName(event.tenant, event.key))?.filter(({ sent }) => !sent.isTraced);
    const by = candidates?.find(({ key, tenant }) => key === event.key && tenant === event.tenant);
    if (by) return by;
    const what = `${event.type} at position ${event.position}, key ${event.key.slice(0, 80)}`;
    const [some] = candidates ?? [];
    // Damage may have changed the key.
    if (some?.sent.form === 'hurt') return some;
    note(
      some ? 'an event has another key than its request' : 'an event without a request',
      some ?? address,
      what,
    );
    return undefined;
  }

  function checkEffect(event: LoggedEvent, by: Attempt): void {
    by.events += 1;
    const { sent, verdict } = by;
    const what = `${event.type} of ord_${event.orderId} at position ${event.position}, key ${event.key.slice(0, 80)}`;
    if (by.events > 1 && by.key === event.key) note('one request caused two events', by, what);
    if (verdict.kind === 'refused')
      note(
        `a command that took effect was answered ${verdict.status} ${verdict.code}, retry ${verdict.retry}`,
        by,
        what,
      );
    else if (sent.inert) note('a request that must have no effect took effect', by, what);
    if (verdict.kind === 'done' && verdict.replayed) note('a first run claims to be a replay', by, what);
    const expected = EVENT_OF[sent.operationId ?? sent.target];
    if (expected !== event.type && sent.form !== 'hurt')
      note('an event has another type than its request', by, what);
    const requested = asSent(Array.isArray(sent.meaning) ? sent.meaning[by.item] : sent.meaning);
    if (by.key === event.key && requested !== undefined && !matchesRequest(event, requested, sent.version))
      note(
        'an event differs from the body of its request',
        by,
        `${what}: ${JSON.stringify(event.data).slice(0, 300)}`,
      );
    if (sent.ifVersion !== undefined && event.version !== sent.ifVersion + 1)
      note(
        'a command ran at a version that its If-Match does not name',
        by,
        `${what}, version ${event.version}`,
      );
  }

  /** A body with the ids of earlier responses in place of their tokens. */
  function asSent(meaning: unknown): unknown {
    const text = JSON.stringify(meaning) ?? '';
    if (!HAS_TOKEN.test(text)) return meaning;
    return JSON.parse(lessons.resolve(Buffer.from(text)).toString()) as unknown;
  }

  function fold(event: LoggedEvent): void {
    const id = `ord_${event.orderId}`;
    try {
      const order = foldOne(orders.get(id), event);
      orders.set(id, order);
      for (const reading of readingsOf.get(id) ?? [])
        if (reading.version === order.version) compare(reading, order);
    } catch (error) {
      note('the log cannot be folded', undefined, String(error));
    }
  }

  function compare(reading: Reading, order: Folded): void {
    const expected = documentOf(order, reading.spelling);
    if (isDeepStrictEqual(reading.document, expected)) return;
    note(
      'an order in a response is not the fold of its events',
      reading,
      `${JSON.stringify(reading.document).slice(0, 400)} is not ${JSON.stringify(expected).slice(0, 400)}`,
    );
  }

  function checkAttempt(attempt: Attempt): void {
    const { verdict, key, tenant, events } = attempt;
    if (verdict.kind !== 'done') return;
    const holder = holders.get(keyName(tenant, key ?? ''));
    const what = `${attempt.sent.operationId ?? attempt.sent.target}, key ${key?.slice(0, 80)}`;
    if (holder === undefined) return note('an acknowledged command is not in the log', attempt, what);
    if (!verdict.replayed && events === 0) note('a replay claims to be a first run', attempt, what);
    for (const [member, reported, logged] of differences(verdict.reported, holder.event))
      note(`a response has another ${member} than the log`, attempt, `${what}: ${reported}, not ${logged}`);
  }

  /** A webhook write causes no event: a row under its key shows its effect. */
  function checkWebhookWrite(attempt: Attempt): void {
    const { verdict, key, tenant, sent } = attempt;
    const name = keyName(tenant, key ?? '');
    const tookEffect = webhookWrites.has(name);
    const what = `${sent.operationId}, key ${key?.slice(0, 80)}`;
    if (verdict.kind === 'done' && !tookEffect)
      note('an acknowledged webhook write is not in the database', attempt, what);
    if (!tookEffect || (verdict.kind !== 'refused' && !sent.inert)) return;
    const mayHave = (other: Attempt) => other.verdict.kind !== 'refused' && !other.sent.inert;
    if (byKey.get(name)?.some(mayHave)) return;
    note(
      verdict.kind === 'refused'
        ? `a webhook write that took effect was answered ${verdict.status} ${verdict.code}, retry ${verdict.retry}`
        : 'a webhook write that must have no effect took effect',
      attempt,
      what,
    );
  }

  function checkRepeats(): void {
    for (const attempt of attempts) {
      const { sent, verdict, item, key } = attempt;
      if (sent.repeats === undefined) continue;
      const original = byAddress.get(addressName(sent.repeats))?.find((other) => other.key === key);
      if (original?.verdict.kind !== 'done' || original.ended > attempt.began) continue;
      const what = `${sent.operationId ?? sent.target} of ${addressName(sent.repeats)}, item ${item}, key ${key?.slice(0, 80)}`;
      if (sent.repeats.changed) {
        if (verdict.kind === 'done') note('a used key was accepted for another request', attempt, what);
      } else if (verdict.kind === 'refused' && verdict.status !== 429 && verdict.status !== 503) {
        note(
          `the repeat of an acknowledged command was answered ${verdict.status} ${verdict.code}`,
          attempt,
          what,
        );
      } else if (verdict.kind === 'done') {
        if (!verdict.replayed) note('a repeat is not marked as a replay', attempt, what);
        const same = original.sent.operationId === sent.operationId && original.sent.version === sent.version;
        if (same && verdict.reported.digest !== original.verdict.reported.digest)
          note('a repeat has another body than the first response', attempt, what);
      }
    }
  }

  function checkReceipts(): void {
    for (const receipt of receipts) {
      const name = keyName(receipt.tenant, receipt.key);
      const held = holders.get(name)?.event;
      if (receipt.found) {
        if (held === undefined && !webhookWrites.has(name))
          note('a receipt for a key that is not in the log', receipt, receipt.key);
        else if (held && receipt.position !== undefined && receipt.position !== held.position)
          note('a receipt has another position than the log', receipt, receipt.key);
        continue;
      }
      const done = byKey
        .get(name)
        ?.find(({ verdict, ended }) => verdict.kind === 'done' && ended < receipt.began);
      if (done)
        note(
          'a receipt denies an acknowledged command',
          receipt,
          `${done.sent.operationId}, key ${receipt.key}`,
        );
    }
  }
}

function* differences(
  reported: Reported,
  event: Omit<LoggedEvent, 'data'>,
): Generator<[string, unknown, unknown]> {
  const logged: Record<string, unknown> = {
    position: event.position,
    version: event.version,
    orderId: `ord_${event.orderId}`,
    eventId: event.eventId,
    recordedAt: event.recordedAt,
  };
  for (const [member, value] of Object.entries(reported))
    if (member !== 'digest' && value !== logged[member]) yield [member, value, logged[member]];
}

function grouped<T>(list: readonly T[], nameOf: (item: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const item of list) {
    const name = nameOf(item);
    const group = groups.get(name);
    if (group === undefined) groups.set(name, [item]);
    else group.push(item);
  }
  return groups;
}
