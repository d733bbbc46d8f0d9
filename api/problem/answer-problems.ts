import type { Middleware } from 'koa';
import { holdAnswer } from '../http/answer-room.ts';
import type { ByteBudget } from '../http/byte-budget.ts';
import { PROBLEM_TYPE, type Problem, problemDocument } from './problem.ts';
import { stateOf } from '../request-context.ts';
import { toProblem } from './to-problem.ts';

/**
 * Answers whatever was thrown behind it as a problem document. An answer that is large has to have
 * room, and counts until its client has taken it.
 */
export function answerProblems(room: ByteBudget): Middleware {
  return async (ctx, next) => {
    try {
      await next();
      holdAnswer(ctx, room);
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
