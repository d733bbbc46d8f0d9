/** Sends the records of a placed order, one after the other, until one is refused. */
import type { HistoryClient, ProblemDocument } from './history-client.ts';
import { historyKey } from './history-keys.ts';
import type { HistoryOrder, HistoryRecord } from './history-line.ts';
import { type Named, recordKind } from './record-kinds.ts';
import type { Reason } from './refusal.ts';

export interface Life {
  /** Records that the order has. */
  records: number;
  /** The record that is refused, by its index. */
  refused?: { record: number; reason: Reason };
}

/** @throws {CommandError} the server does not answer */
export async function liveOrder(
  client: HistoryClient,
  orderId: string,
  { reference, records }: HistoryOrder,
): Promise<Life> {
  const ids: Record<Named, string[]> = { authorization: [], payment: [], hold: [] };
  for (const [index, record] of records.entries()) {
    const { path, body } = requestOf(record, ids);
    const sent = await client.record(orderId, path, historyKey(reference, index), body);
    if ('problem' in sent) {
      const reason = reasonOf(sent.problem, (pointer) => pointerInRecord(record, index, pointer));
      return { records: index, refused: { record: index, reason: { order_id: orderId, ...reason } } };
    }
    if (record.name in ids) ids[record.name as Named].push(sent.id);
  }
  return { records: records.length };
}

function requestOf({ name, body, names: ordinal }: HistoryRecord, ids: Record<Named, string[]>) {
  const { path, names } = recordKind(name);
  if (names === undefined || ordinal === undefined) return { path, body };
  const id = ids[names.kind][ordinal - 1]!;
  return names.member === undefined
    ? { path: path.replace('{id}', id), body }
    : { path, body: { ...body, [names.member]: id } };
}

function pointerInRecord({ name }: HistoryRecord, index: number, pointer: string): string {
  const { names } = recordKind(name);
  const inFile = pointer === `/${names?.member}` ? `/${names?.kind}` : pointer;
  return `/records/${index}/${name}${inFile}`;
}

/**
 * The reason of a problem that the server answered.
 *
 * @param pointerOf a pointer into the body → the pointer into the line
 */
export function reasonOf(
  { status, code, detail, errors = [], order_id }: ProblemDocument,
  pointerOf: (pointer: string) => string,
): Reason {
  return {
    status,
    code,
    detail,
    errors: errors.map((error) => ({ pointer: pointerOf(error.pointer ?? ''), detail: error.detail })),
    ...(order_id !== undefined && { order_id }),
  };
}
