/** Checks a response against the contract. */
import type { Operation } from './contract.ts';
import type { Answer } from './exchange.ts';
import { faultsOfJson, fitsText } from './schema.ts';

/** The violations of a response; empty if it conforms to the contract. */
export function faultsOf(operation: Operation, answer: Answer): string[] {
  const promised = operation.answers[answer.status];
  if (promised === undefined) return [`status ${answer.status} is not in the contract`];
  return [
    ...headerFaults(promised.headers ?? {}, answer),
    ...bodyFaults(promised, answer),
    ...problemFaults(promised['x-retry'], answer),
  ];
}

type Promised = Operation['answers'][string];

function headerFaults(promised: NonNullable<Promised['headers']>, { headers }: Answer): string[] {
  return Object.entries(promised).flatMap(([name, { required, schema }]) => {
    const value = headers.get(name);
    if (value === null) return required ? [`header ${name} is missing`] : [];
    return fitsText(schema, value) ? [] : [`header ${name} does not fit its schema: ${value}`];
  });
}

function bodyFaults({ content: promised = {}, 'x-csv': csv }: Promised, answer: Answer): string[] {
  const { headers, text, json } = answer;
  const types = Object.keys(promised);
  if (types.length === 0) return text === '' ? [] : ['the response has a body, the contract has none'];
  const type = headers.get('content-type')?.split(';', 1)[0]?.trim() ?? 'none';
  const media = promised[type];
  if (media === undefined && type === 'text/csv' && csv !== undefined) return csvFaults(text);
  if (media === undefined) return [`media type is ${type}, not ${types.join(' or ')}`];
  if (json === undefined) return ['the body is not JSON'];
  return faultsOfJson(media.schema, json).map((fault) => `body: ${fault}`);
}

/** A field, with the separator or the line break behind it (RFC 4180). */
const CSV_FIELD = /(?:"(?:[^"]|"")*"|[^",\r\n]*)(,|\r\n)/y;

/** Rows of CSV end with CRLF and have one number of fields. */
function csvFaults(text: string): string[] {
  const counts = new Set<number>();
  let fields = 0;
  CSV_FIELD.lastIndex = 0;
  for (let at = 0; at < text.length; at = CSV_FIELD.lastIndex) {
    const end = CSV_FIELD.exec(text)?.[1];
    if (end === undefined) return [`the body is not CSV at character ${at}`];
    fields += 1;
    if (end === ',') continue;
    counts.add(fields);
    fields = 0;
  }
  return counts.size === 1 && fields === 0 ? [] : ['the rows of the CSV differ in their number of fields'];
}

function problemFaults(retry: string | string[], { status, json }: Answer): string[] {
  if (status < 400) return [];
  const problem = (json ?? {}) as { status?: number; retry?: string };
  return [
    ...(problem.status === status ? [] : [`the problem has status ${problem.status}`]),
    ...([retry].flat().includes(problem.retry ?? '')
      ? []
      : [`the problem has retry ${problem.retry}, the contract ${retry}`]),
  ];
}
