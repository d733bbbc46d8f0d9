/** Checks a response against the contract and the catalogue of problems. */
import { faultsOf } from '../../../test/provider/answers.ts';
import type { Operation, Schema } from '../../../test/provider/contract.ts';
import { faultsOfJson } from '../../../test/provider/schema.ts';
import type { Response } from '../send/responses.ts';
import { type Sent, type Version, isSafe } from '../case.ts';
import type { Advice } from './catalogue.ts';
import type { Repertoire } from '../make/repertoire.ts';

/** A JSON object. */
export type Json = Record<string, unknown>;

export interface Checked {
  /** The body, if it is JSON. */
  json: unknown;
  faults: string[];
}

export type ContractCheck = (sent: Sent, answer: Response, isOwn: boolean) => Checked;

/** Statuses for a request or an Accept that cannot be parsed. */
const UNREAD_STATUSES = new Set([400, 406, 408, 411, 413, 414, 415, 417, 431, 501, 505]);
/** Allowed for every request: quota used up, shed or unavailable. */
const ALWAYS_ALLOWED = new Set([429, 503]);
/** Never allowed for a valid request. */
const NEVER_FOR_VALID = new Set([400, 401, 403, 406, 410, 413, 415]);
const PROBLEM_TYPE = 'application/problem+json';

export function createContractCheck(
  repertoire: Repertoire,
  catalogue: ReadonlyMap<string, Advice[]>,
): ContractCheck {
  const problemSchemas = { v1: schemaOfProblems(repertoire, 'v1'), v2: schemaOfProblems(repertoire, 'v2') };
  return (sent, answer, isOwn) => {
    const json = parsed(answer.text);
    const operation =
      isOwn && sent.operationId ? repertoire.find(sent.version, sent.operationId).operation : undefined;
    const faults = [
      ...answer.faults,
      ...(operation ? contractFaults(operation, sent, answer, json) : []),
      ...statusFaults(operation, sent, answer.status, isOwn),
    ];
    if (answer.status >= 400 && sent.method !== 'HEAD')
      faults.push(...problemFaults(problemSchemas[sent.version], catalogue, answer, json));
    if (answer.status === 405 && !answer.fields.get('allow')) faults.push('405 without Allow');
    return { json, faults };
  };
}

function contractFaults(operation: Operation, sent: Sent, answer: Response, json: unknown): string[] {
  // A damaged request may have become a request to another resource.
  if (sent.form === 'hurt' && answer.status >= 400 && !(answer.status in operation.answers)) return [];
  const headers = { get: (name: string) => answer.fields.get(name.toLowerCase()) ?? null };
  const seen = { status: answer.status, headers, text: answer.text, json };
  if (sent.method !== 'HEAD') return faultsOf(operation, seen);
  const { [answer.status]: described } = operation.answers;
  // The response has the fields of GET and no body.
  const bodiless = described && {
    ...operation,
    answers: { [answer.status]: { ...described, content: {} } },
  };
  return faultsOf(bodiless ?? operation, seen).filter((fault) => !fault.startsWith('the problem has'));
}

function statusFaults(
  operation: Operation | undefined,
  sent: Sent,
  status: number,
  isOwn: boolean,
): string[] {
  if (ALWAYS_ALLOWED.has(status)) return [];
  if (status === 500) return ['status 500'];
  if (!isOwn && sent.form === 'whole')
    return [`connection-level ${status} instead of the response to a valid request`];
  if (sent.form !== 'whole' && UNREAD_STATUSES.has(status)) return [];
  if (sent.inert && !isSafe(sent.method) && status < 400)
    return [`${status} for a request that must have no effect`];
  if (sent.allowed) return sent.allowed.includes(status) ? [] : [`status ${status} is not allowed here`];
  // `contractFaults` has checked that the operation has this status.
  if (operation && NEVER_FOR_VALID.has(status)) return [`${status} for a valid request`];
  return [];
}

function problemFaults(
  schema: Schema,
  catalogue: ReadonlyMap<string, Advice[]>,
  { status, fields }: Response,
  json: unknown,
): string[] {
  const type = fields.get('content-type')?.split(';', 1)[0];
  if (type !== PROBLEM_TYPE) return [`${status} is ${type ?? 'of no media type'}, not a problem document`];
  const wrong = faultsOfJson(schema, json).map((fault) => `problem: ${fault}`);
  if (wrong.length > 0) return wrong;
  const { code, retry, status: stated } = json as { code: string; retry: string; status: number };
  const rows = catalogue.get(code);
  if (rows === undefined) return [`problem ${code} is not in docs/retry-contract.md`];
  return stated === status && rows.some((row) => row.status === status && row.retry === retry)
    ? []
    : [`problem ${code} with ${status} and retry ${retry} is not in docs/retry-contract.md`];
}

function schemaOfProblems({ offers }: Repertoire, of: Version): Schema {
  for (const { operation, version } of offers) {
    const media = version === of && operation.answers['400']?.content?.[PROBLEM_TYPE];
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
