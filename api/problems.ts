import type { Middleware } from 'koa';
import { PROBLEM_TYPE, type Problem, problemDocument } from './problem.ts';
import { stateOf } from './request-context.ts';
import { toProblem } from './to-problem.ts';

/** Answers whatever was thrown behind it as a problem document. */
export function answerProblems(): Middleware {
  return async (ctx, next) => {
    try {
      await next();
    } catch (error) {
      const problem = toProblem(error);
      if (problem.status >= 500) stateOf(ctx).failure = whatFailed(problem);
      ctx.set(problem.headers);
      ctx.status = problem.status;
      ctx.body = JSON.stringify(problemDocument(problem, stateOf(ctx).requestId));
      ctx.type = PROBLEM_TYPE;
    }
  };
}

const whatFailed = (problem: Problem): unknown => problem.cause ?? problem;
