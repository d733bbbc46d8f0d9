/** Checks an answer against the contract and the catalogue of problems. */
import { faultsOf } from '../../../test/provider/answers.ts';
import type { Operation, Schema } from '../../../test/provider/contract.ts';
import { faultsOfJson } from '../../../test/provider/schema.ts';
import type { Answer } from '../send/answers.ts';
import { type Sent, isSafe } from '../case.ts';
import type { Advice } from './catalogue.ts';
import type { Repertoire } from '../make/repertoire.ts';

/** A JSON object. */
export type Json = Record<string, unknown>;

export interface Judged {
  /** The body, if it is JSON. */
  json: unknown;
  faults: string[];
}

export type ContractCheck = (sent: Sent, answer: Answer, isOwn: boolean) => Judged;

/** Statuses for a request that cannot be parsed, or whose Accept cannot. */
const UNREAD = new Set([400, 406, 408, 411, 413, 414, 415, 417, 431, 501, 505]);
/** Allowed for every request: over quota, shed or unavailable. */
const ALWAYS = new Set([429, 503]);
/** Never allowed for a valid request. */
const NEVER_TO_GOOD = new Set([400, 401, 403, 406, 410, 413, 415]);
const PROBLEM_TYPE = 'application/problem+json';

export function createContractCheck(
  repertoire: Repertoire,
  catalogue: ReadonlyMap<string, Advice[]>,
): ContractCheck {
  const problemSchema = schemaOfProblems(repertoire);
  return (sent, answer, isOwn) => {
    const json = parsed(answer.text);
    const operation =
      isOwn && sent.operationId ? repertoire.find(sent.version, sent.operationId).operation : undefined;
    const faults = [
      ...answer.faults,
      ...(operation ? promised(operation, sent, answer, json) : []),
      ...statusFaults(operation, sent, answer.status, isOwn),
    ];
    if (answer.status >= 400 && sent.method !== 'HEAD')
      faults.push(...problemFaults(problemSchema, catalogue, answer, json));
    if (answer.status === 405 && !answer.fields.get('allow')) faults.push('405 without Allow');
    return { json, faults };
  };
}

function promised(operation: Operation, sent: Sent, answer: Answer, json: unknown): string[] {
  // A damaged request may have become a request to another resource.
  if (sent.form === 'hurt' && answer.status >= 400 && !(answer.status in operation.answers)) return [];
  const headers = { get: (name: string) => answer.fields.get(name.toLowerCase()) ?? null };
  const seen = { status: answer.status, headers, text: answer.text, json };
  if (sent.method !== 'HEAD') return faultsOf(operation, seen);
  const { [answer.status]: said } = operation.answers;
  // The answer has the fields of GET, and no body.
  const bodiless = said && { ...operation, answers: { [answer.status]: { ...said, content: {} } } };
  return faultsOf(bodiless ?? operation, seen).filter((fault) => !fault.startsWith('the problem says'));
}

function statusFaults(
  operation: Operation | undefined,
  sent: Sent,
  status: number,
  isOwn: boolean,
): string[] {
  if (ALWAYS.has(status)) return [];
  if (status === 500) return ['status 500'];
  if (!isOwn && sent.form === 'whole')
    return [`connection-level ${status} in place of the answer to a valid request`];
  if (sent.form !== 'whole' && UNREAD.has(status)) return [];
  if (sent.inert && !isSafe(sent.method) && status < 400)
    return [`${status} for a request that must have no effect`];
  if (sent.allowed) return sent.allowed.includes(status) ? [] : [`status ${status} is not allowed here`];
  // `promised` has checked that the operation has this status.
  if (operation && NEVER_TO_GOOD.has(status)) return [`${status} for a valid request`];
  return [];
}

function problemFaults(
  schema: Schema,
  catalogue: ReadonlyMap<string, Advice[]>,
  { status, fields }: Answer,
  json: unknown,
): string[] {
  const type = fields.get('content-type')?.split(';', 1)[0];
  if (type !== PROBLEM_TYPE) return [`${status} is ${type ?? 'of no media type'}, not a problem document`];
  const wrong = faultsOfJson(schema, json).map((fault) => `problem: ${fault}`);
  if (wrong.length > 0) return wrong;
  const { code, retry, status: told } = json as { code: string; retry: string; status: number };
  const rows = catalogue.get(code);
  if (rows === undefined) return [`problem ${code} is not in docs/retry-contract.md`];
  return told === status && rows.some((row) => row.status === status && row.retry === retry)
    ? []
    : [`problem ${code} with ${status} and retry ${retry} is not in docs/retry-contract.md`];
}

function schemaOfProblems({ offers }: Repertoire): Schema {
  for (const { operation } of offers) {
    const media = operation.answers['400']?.content?.[PROBLEM_TYPE];
    if (media) return media.schema;
  }
  throw new Error('The contracts have no problem document');
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}
