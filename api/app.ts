/**
 * The path of an HTTP request, top to bottom.
 *
 *   request context   id, trace, one log line, one measurement
 *   judge             in tests and development: compares the answer with the contract
 *   problems          answers each thrown error as a problem document;
 *                     a large answer counts until its client has read it
 *   route             the operations of each spec in openapi/, and for each of them:
 *     lifecycle       announces the end of a version, answers 410 after it
 *     primary         answers 503 while another Postgres may be the primary
 *     head            refuses an ambiguous head
 *     authenticate    finds the API key; a request without one counts against its address
 *     address         one of the networks of the key, if it has any
 *     rate limit      of the key and its tenant, reads and writes apart
 *     acceptable      refuses a client that accepts no media type of the answer
 *     scope           of the key
 *     query           refuses percent-encoding that is not UTF-8
 *     room            refuses a caller whose unread answers hold too many bytes
 *     body            reads it, bounded; a write waits for its end in any case;
 *                     after a slow one enters the limit on requests in flight again;
 *                     then confirms the key, which may be revoked meanwhile
 *     contract        validates the request against the spec
 *     handler         in api/nouns; the edition of the version translates
 *   head              of all other paths
 *   public pages      the specs, the guides, the explanation of each problem
 *   no route          authenticates and limits too, then answers 404 or 405
 */
import type { Router } from '@koa/router';
import Koa, { type Context, type Middleware } from 'koa';
import type { Config } from '../platform/config.ts';
import { createLogAddress } from '../platform/log-address.ts';
import type { Logger } from '../platform/logger.ts';
import { JSON_TYPE, mediaTypeOf } from './http/accept.ts';
import type { Admission } from './admission/admission.ts';
import { type Authenticate, requireScope } from './authenticate.ts';
import { admitAddress } from './caller-address.ts';
import { type BodyRoom, createBodyRoom } from './body/body-room.ts';
import { readBody } from './body/read-body.ts';
import type { Judge } from './contract/judge.ts';
import { judgeAnswers, judgeRequest } from './contract/judge-middleware.ts';
import { type Operation, type Spec, loadSpec } from './contract/spec.ts';
import { type OperationValidator, compileValidators, inputOf } from './contract/validator.ts';
import type { Edition } from './edition.ts';
import { EDITIONS } from './editions.ts';
import type { Call, Handler, Services } from './handler.ts';
import { createCollections } from './http/collections.ts';
import { requireRoom } from './http/answer-room.ts';
import type { ByteBudget } from './http/byte-budget.ts';
import { requireClearHead } from './http/request-head.ts';
import { createLifecycle } from './lifecycle.ts';
import { type RateLimits, subjectOfCaller } from './limiter/rate-limit.ts';
import { HANDLERS } from './operations.ts';
import type { Callers } from './overview/callers.ts';
import { requireDecodable } from './http/percent.ts';
import { ifMatchRefusal } from './commands/preconditions.ts';
import { requirePrimary } from './problem/confirmed-answer.ts';
import { Problem } from './problem/problem.ts';
import { answerProblems } from './problem/answer-problems.ts';
import { publicPages } from './public-pages/public-pages.ts';
import { confirmed, principalOf, requestContext, stateOf } from './request-context.ts';
import { awaitUnusedBody } from './body/unused-body.ts';

export interface AppOptions {
  config: Pick<Config, 'trustedProxies' | 'logAddresses' | 'v1'>;
  /** Judges requests and answers by their spec; `undefined` in production. */
  judgeOf: ((spec: Spec) => Judge) | undefined;
  services: Services;
  limits: RateLimits;
  authenticate: Authenticate;
  /** Load shedding; `undefined` admits all requests. */
  admission?: Pick<Admission, 'beginWait' | 'bodyArrived'> | undefined;
  /** Called after each authenticated request. */
  noteCall: Callers['note'];
  /** Bytes of unread answers, of HTTP and gRPC together. */
  bytes: ByteBudget;
  log: Logger;
  /** Milliseconds since 1970. */
  clock: () => number;
}

/** Authenticates and rate-limits a request. */
type Identify = (ctx: Context) => Promise<void>;

/** A version of the API with its parts. */
interface Version {
  edition: Edition;
  spec: Spec;
  judge: Judge | undefined;
  validators: Map<string, OperationValidator>;
  announceEnd: (ctx: Context) => void;
}

export function createApp(options: AppOptions): Koa {
  const { config, judgeOf, limits, authenticate, noteCall, bytes, log, clock } = options;
  const identify: Identify = async (ctx) => {
    const state = stateOf(ctx);
    state.standing = await authenticate(ctx.headers.authorization, () => ({
      subject: subjectOfCaller(ctx.ip),
      count: () => limits.limitAddress(ctx),
    }));
    state.principal = state.standing.principal;
    if (state.principal.mode === 'test') ctx.set('Holdfast-Mode', 'test');
    await admitAddress(state.principal, ctx.ip, () => limits.limitAddress(ctx));
    await limits.limitKey(ctx, state.principal);
  };
  const versions = EDITIONS.map((edition): Version => {
    const spec = loadSpec(edition.name);
    return {
      edition,
      spec,
      judge: judgeOf?.(spec),
      validators: compileValidators(spec),
      announceEnd: createLifecycle(spec, config.v1, clock),
    };
  });
  const bodyRoom = createBodyRoom();
  const collections = createCollections();
  for (const version of versions) {
    for (const operation of version.spec.operations) {
      const path = operation.path.replaceAll(/\{(\w+)\}/g, ':$1');
      collections.add(
        operation.method,
        path,
        operationSteps(options, version, operation, bodyRoom, identify),
      );
    }
  }
  const pages = publicPages(
    versions.map(({ spec }) => spec),
    limits.limitAddress,
  );

  const app = new Koa();
  // Koa writes connection errors to standard error; the request log has them already.
  app.silent = true;
  app.use(requestContext(log, noteCall, config.trustedProxies, createLogAddress(config.logAddresses)));
  if (judgeOf) app.use(judgeAnswers());
  app.use(answerProblems(bytes));
  app.use(collections.middleware);
  app.use((ctx, next) => {
    requireClearHead(ctx.req);
    return next();
  });
  app.use(pages.routes() as unknown as Middleware);
  app.use(async (ctx) => {
    const isPublic = methodsAt(pages, ctx.path).length > 0;
    await (isPublic ? limits.limitAddress(ctx) : identify(ctx));
    answerNoRoute(ctx, methodsAt(isPublic ? pages : collections.routerAt(ctx.path), ctx.path));
  });
  return app;
}

/** The middleware of one operation. */
function operationSteps(
  { services, limits, bytes, admission }: AppOptions,
  { edition, spec, judge, validators, announceEnd }: Version,
  operation: Operation,
  bodyRoom: BodyRoom,
  identify: Identify,
): Middleware[] {
  const { validate } = validators.get(operation.id)!;
  const handler = handlerOf(spec, operation);
  const refuseIfMatch = ifMatchRefusal(operation);
  const judgedOperation = { ...operation, judge };
  // A read has no effect, so its answer need not wait for a body.
  const awaitUnread = operation.method === 'get' ? undefined : awaitUnusedBody;
  const awaitBody = operation.body ? readBody(operation.body, bodyRoom) : awaitUnread;
  const checkBody: Call['checkBody'] = (id, body, isThorough) =>
    validators.get(id)!.checkBody(body, isThorough);

  return [
    (ctx, next) => {
      stateOf(ctx).operation = judgedOperation;
      announceEnd(ctx);
      return next();
    },
    ...(services.primary.isNeeded ? [requirePrimary(services.primary)] : []),
    async (ctx, next) => {
      requireClearHead(ctx.req);
      await identify(ctx);
      if (operation.refusesAccept) requireAcceptable(ctx, operation);
      requireScope(principalOf(ctx), operation.scope);
      if (operation.besides !== undefined) requireScope(principalOf(ctx), operation.besides);
      requireDecodable(ctx.querystring);
      requireRoom(ctx, bytes);
      return next();
    },
    ...(awaitBody ? [awaitBody as Middleware] : []),
    ...(judge ? [judgeRequest(judge, operation, validate)] : []),
    async (ctx) => {
      const confirm = () => confirmed(ctx, operation.scope);
      const entering = awaitBody && admission?.bodyArrived(ctx.res);
      if (entering) await entering;
      // A body may take half a minute to arrive.
      const confirming = awaitBody && confirm();
      if (confirming) await confirming;
      const input = validate(inputOf(ctx));
      refuseIfMatch?.(ctx);
      const principal = principalOf(ctx);
      const mediaType = mediaTypeOf(ctx.headers.accept, operation.mediaTypes) ?? JSON_TYPE;
      const beginWait = () => (admission ? admission.beginWait(ctx.res) : async () => {});
      const rest = { services, limits, edition, checkBody, principal, confirm, beginWait };
      await handler({ ctx, input, mediaType, ...rest });
      if (ctx.response.get('Idempotent-Replayed') === 'true') limits.noteReplay(principal);
    },
  ];
}

/** @throws {Problem} 406 */
function requireAcceptable(ctx: Context, { mediaTypes }: Operation): void {
  if (mediaTypeOf(ctx.headers.accept, mediaTypes) !== undefined) return;
  const detail =
    mediaTypes.length === 1
      ? 'This API answers application/json only. Accept it, or send no Accept.'
      : `This call answers ${mediaTypes.join(' or ')}. Accept one of them, or send no Accept.`;
  throw new Problem('not_acceptable', detail);
}

/** The methods of a path; none for an unknown path. */
const methodsAt = (router: Router | undefined, path: string): string[] => [
  ...new Set(router?.match(path, '').path.flatMap(({ methods }) => methods)),
];

/** Answers a request without a route: 404 for an unknown path, 405, or the methods for OPTIONS. */
function answerNoRoute(ctx: Context, methods: string[]): void {
  if (methods.length === 0) throw new Problem('route_not_found', 'There is no resource at this path.');
  const allow = methods.join(', ');
  ctx.set('Allow', allow);
  if (ctx.method !== 'OPTIONS')
    throw new Problem('method_not_allowed', `This resource allows ${allow} only.`);
  ctx.status = 200;
  ctx.body = '';
}

/** @throws {Error} when the spec has an operation without a handler: the server must not start */
function handlerOf(spec: Spec, operation: Operation): Handler {
  const handler = HANDLERS[operation.id];
  if (handler === undefined) throw new Error(`no handler for ${operation.id} of openapi/${spec.name}.yaml`);
  return handler;
}
