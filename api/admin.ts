/** The admin port: is it alive, is it ready, the metrics, and the page of the engineer on call. Loopback unless told otherwise; nothing here needs a key. */
import { Router } from '@koa/router';
import Koa, { type Middleware } from 'koa';
import type { Registry } from 'prom-client';
import { withDeadline } from '../platform/deadline.ts';
import type { CallsByKey } from './overview/callers.ts';
import { createAnswerRoom } from './http/answer-room.ts';
import { answerProblems } from './problem/answer-problems.ts';
import { type HistoryOptions, startHistory } from './overview/history.ts';
import { opsPages } from './overview/pages.ts';

/** A check that takes longer counts as `down`. */
const CHECK_TIMEOUT_MS = 1_000;

export interface Check {
  /** Resolves when the part works; to a text when there is something to say of it. */
  run: () => Promise<unknown>;
  /** Whether the server can do without the part for a while. */
  optional?: boolean;
}

/** What the server does with requests: refuses them yet, takes them, takes no new ones. */
export type Phase = 'starting' | 'serving' | 'draining';

export interface AdminOptions {
  /** Parts that readiness depends on, by name. */
  checks: Record<string, Check>;
  /**
   * `serving` from the moment that every port listens until the drain begins; only then is the
   * server ready.
   */
  phase: () => Phase;
  /** Prometheus text of all processes. */
  metrics: () => Promise<string>;
  contentType: Registry['contentType'];
  callers: () => CallsByKey;
  /** Names of tenants, by id. */
  nameOf: HistoryOptions['nameOf'];
}

export interface AdminApp {
  app: Koa;
  stop: () => void;
}

export function createAdminApp(options: AdminOptions): AdminApp {
  const { checks, phase, metrics, contentType, callers, nameOf } = options;
  const router = new Router();

  router.get('/health/live', (ctx) => {
    ctx.body = { status: 'live' };
  });

  router.get('/health/ready', async (ctx) => {
    const parts = await outcomesOf(checks);
    const down = Object.entries(checks).some(([name, { optional }]) => !optional && parts[name] === 'down');
    const now = phase();
    ctx.status = down || now !== 'serving' ? 503 : 200;
    ctx.body = { status: now !== 'serving' ? now : down ? 'not ready' : 'ready', parts };
  });

  router.get('/metrics', async (ctx) => {
    ctx.type = contentType;
    ctx.body = await metrics();
  });

  router.get('/', (ctx) => ctx.redirect('/ops'));

  const history = startHistory({ metrics, parts: () => outcomesOf(checks), callers, nameOf });
  opsPages(router, history);

  const app = new Koa();
  app.use(answerProblems(createAnswerRoom()));
  app.use(router.routes() as unknown as Middleware);
  app.use(router.allowedMethods() as unknown as Middleware);
  return { app, stop: history.stop };
}

const outcomesOf = async (checks: AdminOptions['checks']): Promise<Record<string, string>> =>
  Object.fromEntries(
    await Promise.all(
      Object.entries(checks).map(async ([name, check]) => [name, await outcomeOf(check)] as const),
    ),
  );

async function outcomeOf({ run }: Check): Promise<string> {
  try {
    const answer = await withDeadline(run(), CHECK_TIMEOUT_MS);
    return typeof answer === 'string' ? answer : 'ok';
  } catch {
    return 'down';
  }
}
