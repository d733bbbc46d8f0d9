/**
 * The path of a request, top to bottom.
 *
 *   request context   an id, the trace, one log line, one measurement
 *   judge             in tests and development: does the answer fit the contract?
 *   problems          whatever is thrown below is answered as a problem document
 *   public pages      the spec, and the explanation of each problem
 *   authenticate      whose API key is it? nobody's counts against the address
 *   rate limit        of the key, reads and writes apart
 *   route             the operations of each spec in openapi/, and for each of them:
 *     acceptable      does the client take JSON?
 *     scope           may the key do this?
 *     body            read, bounded, if the operation takes one
 *     contract        validated against the spec
 *     handler         one of api/v1
 */
import { Router } from '@koa/router';
import Koa, { type Context, type Middleware } from 'koa';
import type { Config } from '../config.ts';
import type { Logger } from '../logger.ts';
import type { Principal } from '../store/api-keys.ts';
import { createAuthenticator } from './authenticate.ts';
import { readBody } from './body.ts';
import { createJudge } from './contract/judge.ts';
import { judgeAnswers, judgeRequest } from './contract/judged.ts';
import { type Operation, type Spec, loadSpec } from './contract/spec.ts';
import { compileValidators } from './contract/validator.ts';
import type { Limiter } from './limiter/limiter.ts';
import { createRateLimits } from './limiter/rate-limit.ts';
import { HANDLERS, type Handler, type Services } from './operations.ts';
import { Problem } from './problem.ts';
import { answerProblems } from './problems.ts';
import { publicPages } from './public-pages.ts';
import { requestContext, stateOf } from './request-context.ts';

export interface AppOptions {
  config: Pick<Config, 'rateLimits' | 'trustProxy' | 'contractJudge'>;
  services: Services;
  limiter: Limiter;
  /** Looks an API key up by its SHA-256. */
  findPrincipal: (keyHash: Buffer) => Promise<Principal | undefined>;
  log: Logger;
  /** Monotonic milliseconds. */
  now: () => number;
}

export function createApp({ config, services, limiter, findPrincipal, log, now }: AppOptions): Koa {
  const specs = Object.keys(HANDLERS).map(loadSpec);
  const limits = createRateLimits(limiter, config.rateLimits);
  const authenticate = createAuthenticator({ find: findPrincipal, limitAddress: limits.limitAddress, now });

  const identify: Middleware = async (ctx, next) => {
    const principal = await authenticate(ctx);
    stateOf(ctx).tenantId = principal.tenantId;
    ctx.state['principal'] = principal;
    await limits.limitKey(ctx, principal.keyId);
    return next();
  };

  const app = new Koa();
  app.proxy = config.trustProxy;
  app.use(requestContext(log));
  for (const spec of config.contractJudge ? specs : []) app.use(judgeAnswers(createJudge(spec), spec.name));
  app.use(answerProblems());
  app.use(publicPages(specs, limits.limitAddress));
  app.use(identify);
  app.use(routesOf(specs, services, config.contractJudge));
  return app;
}

function routesOf(specs: Spec[], services: Services, judged: boolean): Middleware {
  const router = new Router();
  for (const spec of specs) {
    const judge = judged ? createJudge(spec) : undefined;
    const validators = compileValidators(spec);
    for (const operation of spec.operations) {
      const handler = handlerOf(spec, operation);
      const validate = validators.get(operation.id)!;
      const steps: Middleware[] = [
        async (ctx, next) => {
          stateOf(ctx).route = operation.path;
          if (!ctx.accepts('application/json'))
            throw new Problem('not_acceptable', 'This API answers application/json.');
          const { scopes } = ctx.state['principal'] as Principal;
          if (!scopes.has(operation.scope))
            throw new Problem('scope_missing', `This call needs the scope ${operation.scope}.`);
          return next();
        },
        ...(operation.body ? [readBody(operation.body.mediaType) as Middleware] : []),
        ...(judge ? [judgeRequest(judge, validate)] : []),
        async (ctx) => {
          const input = validate({
            params: paramsOf(ctx),
            query: ctx.query,
            headers: ctx.headers,
            body: bodyOf(ctx),
          });
          await handler({ ctx, input, services, principal: ctx.state['principal'] as Principal });
        },
      ];
      router[operation.method](operation.path.replaceAll(/\{(\w+)\}/g, ':$1'), ...steps);
    }
  }
  const dispatch = router.routes() as unknown as Middleware;
  const otherMethods = router.allowedMethods() as unknown as Middleware;
  return async (ctx, next) => {
    await dispatch(ctx, () => otherMethods(ctx, next));
    if (ctx.status === 405 || ctx.status === 501) {
      throw new Problem('method_not_allowed', `This resource has the methods ${ctx.response.get('Allow')}.`);
    }
    if (ctx.status === 404 && ctx.body === undefined)
      throw new Problem('route_not_found', 'There is nothing at this path.');
  };
}

/** A spec that promises an operation which is not there must not start. */
function handlerOf(spec: Spec, operation: Operation): Handler {
  const handler = HANDLERS[spec.name]?.[operation.id];
  if (handler === undefined)
    throw new Error(
      `openapi/${spec.name}.yaml has ${operation.id}, but api/${spec.name} has no handler for it`,
    );
  return handler;
}

const paramsOf = (ctx: Context) => ({ ...(ctx['params'] as Record<string, string>) });
const bodyOf = (ctx: Context) => (ctx.request as { body?: unknown }).body;
