/**
 * The path of a request, top to bottom.
 *
 *   request context   an id, the trace, one log line, one measurement
 *   judge             in tests and development: does the answer fit the contract?
 *   problems          whatever is thrown below is answered as a problem document;
 *                     a large answer counts until its client has taken it
 *   route             the operations of each spec in openapi/, and for each of them:
 *     lifecycle       is its version to end, or has it ended?
 *     head            can it be read in one way only?
 *     authenticate    whose API key is it? a request of nobody counts against its address
 *     rate limit      of the key, reads and writes apart
 *     acceptable      does the client take JSON?
 *     scope           may the key do this?
 *     query           is its percent-encoding text?
 *     room            do the caller's answers leave room for one more?
 *     body            read, bounded, if the operation takes one; a write waits for its end in any case;
 *                     then: is the key still valid?
 *     contract        validated against the spec
 *     handler         one of api/nouns, in the spelling of the version
 *   head              of all other paths
 *   public pages      the spec, and the explanation of each problem
 *   nothing here      authenticated and limited all the same, then 404 or 405
 */
import { Router } from '@koa/router';
import Koa, { type Context, type Middleware } from 'koa';
import type { Config } from '../platform/config.ts';
import type { Logger } from '../platform/logger.ts';
import { takesJson } from './http/accept.ts';
import { type Authenticate, requireScope } from './authenticate.ts';
import { createBodyRoom } from './body/body-room.ts';
import { readBody } from './body/read-body.ts';
import { judgeOf } from './contract/judge.ts';
import { judgeAnswers, judgeRequest } from './contract/judged.ts';
import { type Operation, type Spec, loadSpec } from './contract/spec.ts';
import { compileValidators, inputOf } from './contract/validator.ts';
import type { Call, Handler, Services } from './handler.ts';
import { requireRoom } from './http/answer-room.ts';
import type { ByteBudget } from './http/byte-budget.ts';
import { requireClearHead } from './http/request-head.ts';
import { createLifecycle } from './lifecycle.ts';
import type { RateLimits } from './limiter/rate-limit.ts';
import { EDITIONS, HANDLERS } from './operations.ts';
import type { Callers } from './overview/callers.ts';
import { requireDecodable } from './http/percent.ts';
import { refuserOfIfMatch } from './commands/preconditions.ts';
import { Problem } from './problem/problem.ts';
import { answerProblems } from './problem/answer-problems.ts';
import { publicPages } from './public-pages/public-pages.ts';
import { confirmed, principalOf, requestContext, stateOf } from './request-context.ts';
import { passOverBody } from './body/unused-body.ts';

export interface AppOptions {
  config: Pick<Config, 'trustProxy' | 'contractJudge' | 'v1'>;
  services: Services;
  limits: RateLimits;
  authenticate: Authenticate;
  /** Told of each request of a known caller, and what it was answered. */
  noteCall: Callers['note'];
  /** What clients hold of memory, by all doors. */
  bytes: ByteBudget;
  log: Logger;
  /** Milliseconds since 1970. */
  clock: () => number;
}

export function createApp({
  config,
  services,
  limits,
  authenticate,
  noteCall,
  bytes,
  log,
  clock,
}: AppOptions): Koa {
  const identify = async (ctx: Context): Promise<void> => {
    const state = stateOf(ctx);
    state.standing = await authenticate(ctx.headers.authorization, () => limits.limitAddress(ctx));
    state.principal = state.standing.principal;
    await limits.limitKey(ctx, state.principal.keyId);
  };
  const contracts = EDITIONS.map((edition) => {
    const spec = loadSpec(edition.name);
    return { edition, spec, judge: config.contractJudge ? judgeOf(spec) : undefined };
  });

  const bodyRoom = createBodyRoom();
  const router = new Router({ sensitive: true });
  for (const { edition, spec, judge } of contracts) {
    const validators = compileValidators(spec);
    const announceEnd = createLifecycle(spec, config.v1, clock);
    const checkBody: Call['checkBody'] = (id, body, isThorough) =>
      validators.get(id)!.checkBody(body, isThorough);
    for (const operation of spec.operations) {
      const { validate } = validators.get(operation.id)!;
      const handler = handlerOf(spec, operation);
      const refuseIfMatch = refuserOfIfMatch(operation);
      const judged = { ...operation, judge };
      // A read changes nothing, so that it is answered whatever becomes of a body.
      const unread = operation.method === 'get' ? undefined : passOverBody;
      const awaitBody = operation.body ? readBody(operation.body, bodyRoom) : unread;
      const steps: Middleware[] = [
        async (ctx, next) => {
          stateOf(ctx).operation = judged;
          announceEnd(ctx);
          requireClearHead(ctx.req);
          await identify(ctx);
          admit(ctx, operation.scope);
          requireDecodable(ctx.querystring);
          requireRoom(ctx, bytes);
          return next();
        },
        ...(awaitBody ? [awaitBody as Middleware] : []),
        ...(judge ? [judgeRequest(judge, operation, validate)] : []),
        async (ctx) => {
          const confirm = () => confirmed(ctx, operation.scope);
          // A body may take half a minute to arrive.
          const late = awaitBody && confirm();
          if (late) await late;
          const input = validate(inputOf(ctx));
          refuseIfMatch?.(ctx);
          const principal = principalOf(ctx);
          return handler({ ctx, input, services, limits, edition, checkBody, principal, confirm });
        },
      ];
      router[operation.method](operation.path.replaceAll(/\{(\w+)\}/g, ':$1'), ...steps);
    }
  }

  const pages = publicPages(
    contracts.map(({ spec }) => spec),
    limits.limitAddress,
  );
  const app = new Koa();
  app.proxy = config.trustProxy;
  // Koa writes what a connection died of to standard error; each request has its line in the log.
  app.silent = true;
  app.use(requestContext(log, noteCall));
  if (config.contractJudge) app.use(judgeAnswers());
  app.use(answerProblems(bytes));
  app.use(router.routes() as unknown as Middleware);
  app.use((ctx, next) => {
    requireClearHead(ctx.req);
    return next();
  });
  app.use(pages.routes() as unknown as Middleware);
  app.use(async (ctx) => {
    const isPublic = methodsAt(pages, ctx.path).length > 0;
    await (isPublic ? limits.limitAddress(ctx) : identify(ctx));
    nothingHere(ctx, methodsAt(isPublic ? pages : router, ctx.path));
  });
  return app;
}

/** Whether the client can read what we answer, and may do what it asks. */
function admit(ctx: Context, scope: string): void {
  if (!takesJson(ctx.headers.accept))
    throw new Problem('not_acceptable', 'This API answers application/json.');
  requireScope(principalOf(ctx), scope);
}

/** Methods that a path has; none when there is nothing at it. */
const methodsAt = (router: Router, path: string): string[] => [
  ...new Set(router.match(path, '').path.flatMap(({ methods }) => methods)),
];

/** What no route has answered: a path that is not there, or one that does not have this method. */
function nothingHere(ctx: Context, methods: string[]): void {
  if (methods.length === 0) throw new Problem('route_not_found', 'There is nothing at this path.');
  const allow = methods.join(', ');
  ctx.set('Allow', allow);
  if (ctx.method !== 'OPTIONS')
    throw new Problem('method_not_allowed', `This resource has the methods ${allow}.`);
  ctx.status = 200;
  ctx.body = '';
}

/** A spec that promises an operation which is not there must not start. */
function handlerOf(spec: Spec, operation: Operation): Handler {
  const handler = HANDLERS[operation.id];
  if (handler === undefined)
    throw new Error(`openapi/${spec.name}.yaml has ${operation.id}, but there is no handler for it`);
  return handler;
}
