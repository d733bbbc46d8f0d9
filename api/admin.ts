/**
 * The admin port: liveness, readiness, metrics and the /ops page. No route needs a key, so the port
 * listens on loopback by default.
 */
import { Router } from '@koa/router';
import Koa, { type Middleware } from 'koa';
import type { Registry } from 'prom-client';
import { withDeadline } from '../platform/deadline.ts';
import type { CallsByKey } from './overview/callers.ts';
import { createAnswerRoom } from './http/answer-room.ts';
import { answerOwnHosts } from './http/own-host.ts';
import { answerProblems } from './problem/answer-problems.ts';
import { type HistoryOptions, startHistory } from './overview/history.ts';
import { opsPages } from './overview/pages.ts';
import type { Metrics } from './overview/samples.ts';

/** A check that takes longer counts as `down`. */
const CHECK_TIMEOUT_MS = 1_000;

export interface Check {
  /** Resolves when the part works; a string becomes its status text. */
  run: () => Promise<unknown>;
  /** Whether the server stays ready without the part. */
  optional?: boolean;
}

/** `serving` accepts requests; the other two refuse new ones. */
export type Phase = 'starting' | 'serving' | 'draining';

export interface AdminOptions {
  /** The parts of the readiness check, by name. */
  checks: Record<string, Check>;
  /** `serving` from the moment that all ports listen until the drain: only then is it ready. */
  phase: () => Phase;
  /** Metrics of all processes. */
  metrics: Metrics;
  contentType: Registry['contentType'];
  callers: () => CallsByKey;
  /** The name of a tenant id. */
  nameOf: HistoryOptions['nameOf'];
  /** The quotas of API keys, by id; without it, /ops shows none. */
  quotasOf?: HistoryOptions['quotasOf'];
  /** Names by which the port is called, beside loopback. */
  hosts?: readonly string[];
  /** The stored status of webhooks; without it, /ops shows none. */
  webhooks?: HistoryOptions['webhooks'];
}

export interface AdminApp {
  app: Koa;
  stop: () => void;
}

export function createAdminApp(options: AdminOptions): AdminApp {
  const { checks, phase, metrics, contentType, callers, nameOf, hosts = [] } = options;
  const { quotasOf = async () => new Map(), webhooks = async () => undefined } = options;
  const router = new Router();

  router.get('/health/live', (ctx) => {
    ctx.body = { status: 'live' };
  });

  router.get('/health/ready', async (ctx) => {
    const parts = await statusesOf(checks);
    const down = Object.entries(checks).some(([name, { optional }]) => !optional && parts[name] === 'down');
    const now = phase();
    ctx.status = down || now !== 'serving' ? 503 : 200;
    ctx.body = { status: now !== 'serving' ? now : down ? 'not ready' : 'ready', parts };
  });

  router.get('/metrics', async (ctx) => {
    ctx.type = contentType;
    ctx.body = await metrics.text();
  });

  router.get('/', (ctx) => ctx.redirect('/ops'));

  const history = startHistory({
    samples: metrics.samples,
    parts: () => statusesOf(checks),
    callers,
    nameOf,
    quotasOf,
    webhooks,
  });
  opsPages(router, history);

  const app = new Koa();
  app.use(answerOwnHosts(hosts));
  app.use(answerProblems(createAnswerRoom()));
  app.use(router.routes() as unknown as Middleware);
  app.use(router.allowedMethods() as unknown as Middleware);
  return { app, stop: history.stop };
}

const statusesOf = async (checks: AdminOptions['checks']): Promise<Record<string, string>> =>
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
