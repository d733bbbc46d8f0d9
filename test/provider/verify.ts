/**
 * Provider verification: holds a running server to a contract, from the contract alone.
 *
 * It asks every operation many things, good and bad, and judges each answer by itself, so it can be pointed at any server.
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
  /** The same seed asks the same. */
  seed: number;
  /** Good requests that are made for each operation. */
  runs?: number;
  /** Ids of the operations to verify; all, when left out. */
  only?: string[];
}

export interface Report {
  /** What the server does that the contract does not say, each with all that it takes to see it again. */
  faults: string[];
  /** How often each status was answered, by operation. */
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
  // Each has a seed of its own, so that no two of them make the same idempotency keys.
  const seed = root ^ fc.hash(`${contract.name} ${operation.id}`);
  const note = (asked: Operation, request: Request, answer: Answer, what: string, faults: string[]) => {
    const counts = (report.answered[asked.id] ??= {});
    counts[answer.status] = (counts[answer.status] ?? 0) + 1;
    report.faults.push(...faults.map((fault) => faultText({ asked, request, answer, what, fault })));
  };
  const setUp = async () => {
    const { told, steps } = await playBefore(target, contract, operation);
    for (const { operation: asked, request, answer } of steps) {
      const refused = answer.status >= 300 ? [`the example was answered ${answer.status}`] : [];
      note(asked, request, answer, 'the example', [...faultsOf(asked, answer), ...refused]);
    }
    return told;
  };
  const attempt = async ({ what, request, allowed }: Attempt) => {
    const answer = await exchange(target, operation, request);
    const surprise = allowed(answer.status) ? [] : [`status ${answer.status} is no answer to this`];
    note(operation, request, answer, what, [...faultsOf(operation, answer), ...surprise]);
    return answer;
  };

  const shared = await setUp();
  for (const one of goodAttempts(operation, shared, { seed, runs })) {
    // A write changes the order that it is about; the next one gets an order of its own.
    const told = one.isWrite ? await setUp() : shared;
    const answer = await attempt(one.isWrite ? { ...one, request: { ...one.request, path: told } } : one);
    const next = nextPage(operation, one, answer);
    if (next) await attempt(next);
  }
  for (const one of badAttempts(operation, shared, seed)) await attempt(one);
}

interface Found {
  asked: Operation;
  request: Request;
  answer: Answer;
  what: string;
  fault: string;
}

function faultText({ asked, request, answer, what, fault }: Found): string {
  const { query, path: ids, body } = request;
  const { Authorization: _secret, ...headers } = request.headers;
  const path = asked.path.replaceAll(/\{(\w+)\}/g, (_, name: string) => ids[name] ?? '?');
  return [
    `${asked.id}, ${what}: ${fault}`,
    `  asked    ${asked.method} ${path} ${JSON.stringify({ query, headers })}`,
    ...(body === undefined ? [] : [`  body     ${body.slice(0, 500)}`]),
    `  answered ${answer.status} ${answer.text.slice(0, 500)}`,
  ].join('\n');
}
