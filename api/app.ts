/**
 * The path of a request, top to bottom.
 *
 *   request context   an id, the trace, one log line, one measurement
 *   judge             in tests and development: does the answer fit the contract?
 *   problems          whatever is thrown below is answered as a problem document
 *   head              can it be read in one way only?
 *   bytes             a large answer counts until its client has taken it
 *   route             the operations of each spec in openapi/, and for each of them:
 *     lifecycle       is its version to end, or has it ended?
 *     authenticate    whose API key is it? a request of nobody counts against its address
 *     rate limit      of the key, reads and writes apart
 *     acceptable      does the client take JSON?
 *     scope           may the key do this?
 *     room            do the caller's bodies and answers leave room for one more?
 *     body            read, bounded, if the operation takes one; then: is the key still valid?
 *     contract        validated against the spec
 *     handler         one of api/nouns, in the spelling of the version
 *   public pages      the spec, and the explanation of each problem
 *   nothing here      authenticated and limited all the same, then 404 or 405
 */
import { Router } from '@koa/router';
import Koa, { type Context, type Middleware } from 'koa';
import type { Config } from '../config.ts';
import type { Logger } from '../logger.ts';
import { type Authenticate, requireScope } from './authenticate.ts';
import { readBody } from './body.ts';
import { createJudge } from './contract/judge.ts';
import { judgeAnswers, judgeRequest } from './contract/judged.ts';
import { type Operation, type Spec, loadSpec } from './contract/spec.ts';
import { compileValidators, inputOf } from './contract/validator.ts';
import type { Handler, Services } from './handler.ts';
import { requireUnbroken } from './http/broken-request.ts';
import { createBytesUnderWay, holdAnswers, holdBody, requireRoom } from './http/bytes-under-way.ts';
import { requireClearHead } from './http/request-head.ts';
import { createLifecycle } from './lifecycle.ts';
import type { RateLimits } from './limiter/rate-limit.ts';
import { EDITIONS, HANDLERS } from './operations.ts';
import type { Callers } from './overview/callers.ts';
import { refuserOfIfMatch } from './preconditions.ts';
import { Problem } from './problem.ts';
import { answerProblems } from './problems.ts';
import { publicPages } from './public-pages.ts';
import { confirmed, principalOf, requestContext, stateOf } from './request-context.ts';

export interface AppOptions {
  config: Pick<Config, 'trustProxy' | 'contractJudge' | 'v1'>;
  services: Services;
  limits: RateLimits;
  authenticate: Authenticate;
  /** Told of each request of a known caller, and what it was answered. */
  noteCall: Callers['note'];
  log: Logger;
  /** Milliseconds since 1970. */
  clock: () => number;
}

export function createApp({ config, services, limits, authenticate, noteCall, log, clock }: AppOptions): Koa {
  const identify = async (ctx: Context): Promise<void> => {
    const standing = await authenticate(ctx.get('Authorization'), () => limits.limitAddress(ctx));
    const { principal } = standing;
    Object.assign(stateOf(ctx), { standing, principal });
    await limits.limitKey(ctx, principal.keyId);
  };
  const contracts = EDITIONS.map((edition) => {
    const spec = loadSpec(edition.name);
    return { edition, spec, judge: config.contractJudge ? createJudge(spec) : undefined };
  });

  const bytes = createBytesUnderWay();
  const router = new Router();
  for (const { edition, spec, judge } of contracts) {
    const validators = compileValidators(spec);
    const announceEnd = createLifecycle(spec, config.v1, clock);
    const checkBody = (id: string, body: unknown) => validators.get(id)!.checkBody(body);
    for (const operation of spec.operations) {
      const { validate } = validators.get(operation.id)!;
      const handler = handlerOf(spec, operation);
      const refuseIfMatch = refuserOfIfMatch(operation);
      const steps: Middleware[] = [
        async (ctx, next) => {
          stateOf(ctx).operation = { ...operation, judge };
          announceEnd(ctx);
          await identify(ctx);
          admit(ctx, operation.scope);
          requireRoom(ctx, bytes);
          return next();
        },
        ...(operation.body
          ? [holdBody(bytes, operation.body.maxBytes), expectBody, readBody(operation.body) as Middleware]
          : []),
        ...(judge ? [judgeRequest(judge, validate)] : []),
        async (ctx) => {
          const confirm = () => confirmed(ctx, operation.scope);
          // A body may take half a minute to arrive.
          const late = operation.body && confirm();
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

  const app = new Koa();
  app.proxy = config.trustProxy;
  // Koa writes what a connection died of to standard error; each request has its line in the log.
  app.silent = true;
  app.use(requestContext(log, noteCall));
  if (config.contractJudge) app.use(judgeAnswers());
  app.use(answerProblems());
  app.use((ctx, next) => {
    requireClearHead(ctx.req);
    return next();
  });
  app.use(holdAnswers(bytes));
  app.use(router.routes() as unknown as Middleware);
  app.use(
    publicPages(
      contracts.map(({ spec }) => spec),
      limits.limitAddress,
    ),
  );
  app.use(async (ctx) => {
    await identify(ctx);
    await nothingHere(ctx, router.allowedMethods() as unknown as Middleware);
  });
  return app;
}

/** A client that asks for leave to send its body gets it now, when nothing else speaks against the request. */
const expectBody: Middleware = (ctx, next) => {
  requireUnbroken(ctx.req);
  if (ctx.headers.expect !== undefined && ctx.req.httpVersion === '1.1') ctx.res.writeContinue();
  return next();
};

/** Whether the client can read what we answer, and may do what it asks. */
function admit(ctx: Context, scope: string): void {
  if (!takesJson(ctx)) throw new Problem('not_acceptable', 'This API answers application/json.');
  requireScope(principalOf(ctx), scope);
}

/** Asks Koa, which parses the field, only when it is not plain to see. */
function takesJson(ctx: Context): boolean {
  const { accept } = ctx.headers;
  if (accept === undefined || accept === '*/*' || accept === 'application/json') return true;
  return ctx.accepts('application/json') !== false;
}

async function nothingHere(ctx: Context, otherMethods: Middleware): Promise<void> {
  await otherMethods(ctx as never, async () => {});
  if (ctx.status === 405 || ctx.status === 501) {
    throw new Problem('method_not_allowed', `This resource has the methods ${ctx.response.get('Allow')}.`);
  }
  if (ctx.status === 404) throw new Problem('route_not_found', 'There is nothing at this path.');
}

/** A spec that promises an operation which is not there must not start. */
function handlerOf(spec: Spec, operation: Operation): Handler {
  const handler = HANDLERS[operation.id];
  if (handler === undefined)
    throw new Error(`openapi/${spec.name}.yaml has ${operation.id}, but there is no handler for it`);
  return handler;
}
