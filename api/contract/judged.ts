/** The judge, put into the path of a request. A disagreement with the contract is our fault: the client is told 500, the log what it is. */
import type { Context, Middleware } from 'koa';
import { PROBLEM_TYPE, Problem, problemDocument } from '../problem.ts';
import { stateOf } from '../request-context.ts';
import type { JudgedRequest, Judge } from './judge.ts';
import type { OperationValidator } from './validator.ts';

/** Thrown, or logged, where the server does what its contract does not say. */
export class ContractViolation extends Error {
  override name = 'ContractViolation';
}

const judgedRequest = (ctx: Context): JudgedRequest => ({
  method: ctx.method,
  url: ctx.url,
  headers: ctx.headers,
  query: ctx.query,
  body: (ctx.request as { body?: unknown }).body,
});

/** Lets the judge and the compiled validator look at a request, and insists that they agree. */
export function judgeRequest(judge: Judge, validate: OperationValidator): Middleware {
  return async (ctx, next) => {
    const verdict = await judge.request(judgedRequest(ctx));
    const refused = refusalOf(validate, ctx);
    if ((verdict === undefined) !== (refused === undefined)) {
      throw new ContractViolation(
        `${ctx.method} ${ctx.url}: the judge says ${verdict?.message ?? 'valid'}, the compiled validator says ${refused?.message ?? 'valid'}`,
      );
    }
    return next();
  };
}

function refusalOf(validate: OperationValidator, ctx: Context): Problem | undefined {
  try {
    const { query, headers, body } = judgedRequest(ctx);
    validate({
      params: { ...(ctx['params'] as Record<string, string>) },
      query: { ...query } as never,
      headers,
      body,
    });
    return undefined;
  } catch (error) {
    if (error instanceof Problem) return error;
    throw error;
  }
}

/** Holds every answer of a spec's operations to the contract: status, required headers, body. */
export function judgeAnswers(judge: Judge, version: string): Middleware {
  return async (ctx, next) => {
    await next();
    const state = stateOf(ctx);
    if (!state.route?.startsWith(`/${version}/`)) return;
    const body = typeof ctx.body === 'string' ? (JSON.parse(ctx.body) as unknown) : undefined;
    const headers = ctx.response.headers as Record<string, string>;
    const verdict = await judge.answer(judgedRequest(ctx), { status: ctx.status, headers, body });
    if (verdict === undefined) return;
    state.failure = new ContractViolation(
      `${ctx.method} ${ctx.url} answered ${ctx.status}: ${verdict.message}`,
      {
        cause: state.failure,
      },
    );
    const problem = new Problem('internal_error', `The answer broke the contract: ${verdict.message}`);
    ctx.status = 500;
    ctx.body = JSON.stringify(problemDocument(problem, state.requestId));
    ctx.type = PROBLEM_TYPE;
  };
}
