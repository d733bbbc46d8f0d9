/**
 * Provider verification: checks a running server against a contract, from the contract alone.
 *
 * It sends valid and invalid requests to every operation and checks each response by itself. So it
 * works with any server.
 */
import fc from 'fast-check';
import { type Attempt, goodAttempts, nextPage } from './attempts.ts';
import { badAttempts } from './bad-attempts.ts';
import { faultsOf } from './answers.ts';
import type { Contract, Operation } from './contract.ts';
import { type Answer, type Request, type Target, exchange } from './exchange.ts';
import { playBefore } from './story.ts';

export interface Verification {
  contract: Contract;
  target: Target;
  /** The same seed sends the same requests. */
  seed: number;
  /** Number of generated valid requests for each operation. */
  runs?: number;
  /** Ids of the operations to verify; default all. */
  only?: string[];
}

export interface Report {
  /** Violations of the contract, each with its request and response. */
  faults: string[];
  /** Number of responses by operation and status. */
  answered: Record<string, Record<string, number>>;
}

export async function verify(verification: Verification): Promise<Report> {
  const { contract, only } = verification;
  const operations = contract.operations.filter(({ id }) => only === undefined || only.includes(id));
  const report: Report = { faults: [], answered: {} };
  await Promise.all(operations.map((operation) => verifyOperation(verification, operation, report)));
  report.faults.sort();
  return report;
}

async function verifyOperation(
  { contract, target, seed: root, runs = 12 }: Verification,
  operation: Operation,
  report: Report,
): Promise<void> {
  // A seed for each operation, so that no two generate the same idempotency keys.
  const seed = root ^ fc.hash(`${contract.name} ${operation.id}`);
  const note = (requested: Operation, request: Request, answer: Answer, what: string, faults: string[]) => {
    const counts = (report.answered[requested.id] ??= {});
    counts[answer.status] = (counts[answer.status] ?? 0) + 1;
    report.faults.push(...faults.map((fault) => faultText({ requested, request, answer, what, fault })));
  };
  const setUp = async () => {
    const { known, steps } = await playBefore(target, contract, operation);
    for (const { operation: requested, request, answer } of steps) {
      const refused = answer.status >= 300 ? [`the example got status ${answer.status}`] : [];
      note(requested, request, answer, 'the example', [...faultsOf(requested, answer), ...refused]);
    }
    return known;
  };
  const attempt = async ({ what, request, allowed }: Attempt) => {
    const answer = await exchange(target, operation, request);
    const surprise = allowed(answer.status) ? [] : [`status ${answer.status} is wrong here`];
    note(operation, request, answer, what, [...faultsOf(operation, answer), ...surprise]);
    return answer;
  };

  const shared = await setUp();
  for (const one of goodAttempts(operation, shared, { seed, runs })) {
    // A write changes its order, so each write gets its own.
    const known = one.isWrite ? await setUp() : shared;
    const answer = await attempt(one.isWrite ? { ...one, request: { ...one.request, path: known } } : one);
    const next = nextPage(operation, one, answer);
    if (next) await attempt(next);
  }
  for (const one of badAttempts(operation, shared, seed)) await attempt(one);
}

interface Found {
  requested: Operation;
  request: Request;
  answer: Answer;
  what: string;
  fault: string;
}

function faultText({ requested, request, answer, what, fault }: Found): string {
  const { query, path: ids, body } = request;
  const { Authorization: _secret, ...headers } = request.headers;
  const path = requested.path.replaceAll(/\{(\w+)\}/g, (_, name: string) => ids[name] ?? '?');
  return [
    `${requested.id}, ${what}: ${fault}`,
    `  request  ${requested.method} ${path} ${JSON.stringify({ query, headers })}`,
    ...(body === undefined ? [] : [`  body     ${body.slice(0, 500)}`]),
    `  response ${answer.status} ${answer.text.slice(0, 500)}`,
  ].join('\n');
}
