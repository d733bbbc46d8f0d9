/**
 * Middleware of the judge. A violation is a server fault: the client gets 500, the log the verdict.
 */
import type { Middleware } from 'koa';
import { PROBLEM_TYPE, Problem, problemDocument } from '../problem/problem.ts';
import { CSV_TYPE } from '../http/accept.ts';
import { stateOf } from '../request-context.ts';
import type { Judge } from './judge.ts';
import type { Operation } from './spec.ts';
import { type ValidateInput, type RawInput, inputOf } from './validator.ts';

/** Problems of the connection, which no operation declares: Expect, too many header fields. */
const CONNECTION_STATUSES = new Set([417, 431]);

/** The server broke its contract. */
class ContractViolation extends Error {
  override name = 'ContractViolation';
}

/** Judges each request. Throws when the judge and the compiled validator disagree. */
export function judgeRequest(judge: Judge, operation: Operation, validate: ValidateInput): Middleware {
  return async (ctx, next) => {
    const verdict = await judge.request(operation, { method: ctx.method, url: ctx.url, ...inputOf(ctx) });
    const problem = problemOf(validate, inputOf(ctx));
    if ((verdict === undefined) !== (problem === undefined)) {
      throw new ContractViolation(
        `${ctx.method} ${ctx.url}: judge: ${verdict?.message ?? 'valid'}, ` +
          `compiled validator: ${problem?.message ?? 'valid'}`,
      );
    }
    return next();
  };
}

function problemOf(validate: ValidateInput, input: RawInput): Problem | undefined {
  try {
    validate(input);
    return undefined;
  } catch (error) {
    if (error instanceof Problem) return error;
    throw error;
  }
}

/** A body as the contract describes it: CSV is a text. */
const parsed = (text: string, type: string): unknown => (type === CSV_TYPE ? text : JSON.parse(text));

/** Judges each answer of an operation: status, required headers, body. */
export function judgeAnswers(): Middleware {
  return async (ctx, next) => {
    await next();
    const state = stateOf(ctx);
    if (state.operation?.judge === undefined || CONNECTION_STATUSES.has(ctx.status)) return;
    const body = typeof ctx.body === 'string' ? parsed(ctx.body, ctx.response.type) : undefined;
    const headers = ctx.response.headers as Record<string, string>;
    const verdict = await state.operation.judge.answer(state.operation, {
      status: ctx.status,
      headers,
      body,
    });
    if (verdict === undefined) return;
    state.failure = new ContractViolation(
      `${ctx.method} ${ctx.url} answered ${ctx.status}: ${verdict.message}`,
      { cause: state.failure },
    );
    const problem = new Problem('internal_error', `The answer broke the contract: ${verdict.message}`);
    ctx.status = 500;
    ctx.body = JSON.stringify(problemDocument(problem, state.requestId));
    ctx.type = PROBLEM_TYPE;
  };
}
