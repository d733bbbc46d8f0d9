/** A batch of commands as the statements of the append get it. */
import { EVENT_SCHEMAS } from '../../domain/order/events.ts';
import { toId } from '../ids.ts';
import { dataDigest, eventDigest } from '../integrity/entry.ts';
import type { SealedBatch } from '../personal/personal-data.ts';
import { SEPARATOR, plainArray } from '../statement.ts';
import type { Append } from './append.ts';
import { placeInSeries } from './series.ts';

/** A batch as the log gets it. */
export interface Lines {
  batch: readonly Append[];
  sealed: SealedBatch;
  names: string | null;
  /** 32 bytes a command. */
  digests: Buffer;
}

export const linesOf = (partition: number, batch: readonly Append[], sealed: SealedBatch): Lines => ({
  batch,
  sealed,
  names: namesOf(batch),
  digests: digestsOf(partition, batch, sealed),
});

/** The arguments of append-events.sql. */
export function argumentsOf(
  partition: number,
  { batch, sealed: { documents, fingerprints }, names, digests }: Lines,
) {
  return [
    partition,
    plainArray(batch.map((each) => each.tenantId)),
    plainArray(batch.map((each) => each.order_id.slice(4))),
    plainArray(batch.map((each) => each.version)),
    plainArray(batch.map((each) => each.event_id.slice(4))),
    plainArray(batch.map((each) => each.event.type)),
    plainArray(batch.map((each) => EVENT_SCHEMAS[each.event.type].version)),
    documents.join(SEPARATOR),
    batch.map((each) => each.idempotency_key),
    fingerprints,
    batch.map((each) => each.traceparent),
    plainArray(batch.map((each) => each.key_id ?? 'NULL')),
    names,
    digests,
  ];
}

/** The digests of a batch, one after the other (store/integrity/entry.ts). */
function digestsOf(
  partition: number,
  batch: readonly Append[],
  { documents, fingerprints }: SealedBatch,
): Buffer {
  const digests = batch.map((each, index) =>
    eventDigest(
      {
        partition,
        tenant_id: toId('ten', each.tenantId),
        order_id: each.order_id,
        version: each.version,
        event_id: each.event_id,
        type: each.event.type,
        schema_version: EVENT_SCHEMAS[each.event.type].version,
        idempotency_key: each.idempotency_key,
        fingerprint: fingerprints[index]!.toString('hex'),
        traceparent: each.traceparent,
        key_id: each.key_id === null ? null : toId('key', each.key_id),
        claim: each.claim ?? null,
      },
      dataDigest(documents[index]!),
    ),
  );
  return Buffer.from(digests.join(''), 'binary');
}

/** The names of a batch as JSON; `null` when it has none, which saves the function a statement. */
function namesOf(batch: readonly Append[]): string | null {
  const hasNames = batch.some(({ series, number, claim }) => (series ?? number ?? claim ?? null) !== null);
  if (!hasNames) return null;
  return JSON.stringify(
    batch.map(({ series, number, claim }) =>
      typeof number === 'string' ? { ...placeInSeries(number), number, claim } : { series, claim },
    ),
  );
}
