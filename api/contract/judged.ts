/** The judge, put into the path of a request. A disagreement with the contract is our fault: the client is told 500, the log what it is. */
import type { Middleware } from 'koa';
import { PROBLEM_TYPE, Problem, problemDocument } from '../problem/problem.ts';
import { stateOf } from '../request-context.ts';
import type { Judge } from './judge.ts';
import type { Operation } from './spec.ts';
import { type ValidateInput, type RawInput, inputOf } from './validator.ts';

/**
 * Problems of the connection, which no operation declares: Expect, and header fields that are too
 * many.
 */
const OF_CONNECTIONS = new Set([417, 431]);

/** Thrown, or logged, where the server does what its contract does not say. */
class ContractViolation extends Error {
  override name = 'ContractViolation';
}

/** Lets the judge and the compiled validator look at a request, and insists that they agree. */
export function judgeRequest(judge: Judge, operation: Operation, validate: ValidateInput): Middleware {
  return async (ctx, next) => {
    const verdict = await judge.request(operation, { method: ctx.method, url: ctx.url, ...inputOf(ctx) });
    const refused = refusalOf(validate, inputOf(ctx));
    if ((verdict === undefined) !== (refused === undefined)) {
      throw new ContractViolation(
        `${ctx.method} ${ctx.url}: the judge says ${verdict?.message ?? 'valid'}, the compiled validator says ${refused?.message ?? 'valid'}`,
      );
    }
    return next();
  };
}

function refusalOf(validate: ValidateInput, input: RawInput): Problem | undefined {
  try {
    validate(input);
    return undefined;
  } catch (error) {
    if (error instanceof Problem) return error;
    throw error;
  }
}

/** Holds every answer of a spec's operations to the contract: status, required headers, body. */
export function judgeAnswers(): Middleware {
  return async (ctx, next) => {
    await next();
    const state = stateOf(ctx);
    if (state.operation?.judge === undefined || OF_CONNECTIONS.has(ctx.status)) return;
    const body = typeof ctx.body === 'string' ? (JSON.parse(ctx.body) as unknown) : undefined;
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
