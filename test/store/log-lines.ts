/** The lines of a small recorded log, and changes of them. */
import type { OrderEvent } from '../../domain/order/events.ts';
import { fingerprint, requestOf } from '../../domain/order/request.ts';
import { toId } from '../../store/ids.ts';
import { type LogLine, readLine } from '../../store/archive/log-file.ts';
import { recordShop } from '../replay/generator.ts';

export const small = recordShop(7, 200);
export const lines = small.slice(1).map((text, index) => readLine(text, index + 2));

export async function* each(texts: Iterable<string>) {
  yield* texts;
}

// oxlint-disable-next-line typescript/no-explicit-any -- each row knows the data of its event
export type Data = any;

/** The line with other data, and the fingerprint of the request for that data. */
export function withData(line: LogLine, data: Data): LogLine {
  const order_id = toId('ord', line.order_id);
  const event = { type: line.type, data, order_id } as OrderEvent & { order_id: string };
  return { ...line, data: JSON.stringify(data), fingerprint: fingerprint(requestOf(event)).toString('hex') };
}

/** The parsed data of a line. */
export const dataOf = (line: LogLine): Data => JSON.parse(line.data);
