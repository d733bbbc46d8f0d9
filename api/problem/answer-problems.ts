import type { Middleware } from 'koa';
import { holdAnswer } from '../http/answer-room.ts';
import type { ByteBudget } from '../http/byte-budget.ts';
import { PROBLEM_TYPE, type Problem, problemDocument } from './problem.ts';
import { stateOf } from '../request-context.ts';
import { toProblem } from './to-problem.ts';

/**
 * Answers each error thrown downstream as a problem document. A large answer needs room, and counts
 * against it until its client has read it.
 */
export function answerProblems(room: ByteBudget): Middleware {
  return async (ctx, next) => {
    try {
      await next();
      holdAnswer(ctx, room);
    } catch (error) {
      const problem = toProblem(error);
      if (problem.status >= 500) stateOf(ctx).failure = failureOf(problem);
      ctx.set(problem.headers);
      ctx.status = problem.status;
      ctx.body = JSON.stringify(problemDocument(problem, stateOf(ctx).requestId));
      ctx.type = PROBLEM_TYPE;
    }
  };
}

const failureOf = (problem: Problem): unknown => problem.cause ?? problem;
