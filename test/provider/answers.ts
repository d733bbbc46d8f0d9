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
    ...bodyFaults(promised.content ?? {}, answer),
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

function bodyFaults(promised: NonNullable<Promised['content']>, { headers, text, json }: Answer): string[] {
  const types = Object.keys(promised);
  if (types.length === 0) return text === '' ? [] : ['the response has a body, the contract has none'];
  const type = headers.get('content-type')?.split(';', 1)[0]?.trim() ?? 'none';
  const media = promised[type];
  if (media === undefined) return [`media type is ${type}, not ${types.join(' or ')}`];
  if (json === undefined) return ['the body is not JSON'];
  return faultsOfJson(media.schema, json).map((fault) => `body: ${fault}`);
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
