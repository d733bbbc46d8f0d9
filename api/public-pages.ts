/** What needs no API key: the contract, and what each problem means. */
import { Router } from '@koa/router';
import type { Context, Middleware } from 'koa';
import type { Spec } from './contract/spec.ts';
import { PROBLEMS, type ProblemCode, type Retry } from './problem.ts';

const ADVICE: Record<Retry, string> = {
  never: 'Sending the same request again will fail again: change it first.',
  after_change: 'The state of the order forbids it. It may be allowed once the order has changed.',
  after_refetch: 'Read the resource again, then decide.',
  same_key: 'Send the same request with the same Idempotency-Key again. It takes effect once at most.',
  same_key_after:
    'Wait for the seconds of Retry-After, then send the same request with the same Idempotency-Key again. It takes effect once at most.',
};

export function publicPages(specs: Spec[], limitAddress: (ctx: Context) => Promise<void>): Middleware {
  const router = new Router();
  for (const spec of specs) {
    const document = JSON.stringify(spec.document);
    router.get(`/openapi/${spec.name}.json`, async (ctx) => {
      await limitAddress(ctx as unknown as Context);
      ctx.type = 'application/json';
      ctx.body = document;
    });
  }
  router.get('/problems/:code', async (ctx, next) => {
    await limitAddress(ctx as unknown as Context);
    const code = ctx.params['code'] ?? '';
    if (!Object.hasOwn(PROBLEMS, code)) return next();
    const { status, title, retry } = PROBLEMS[code as ProblemCode];
    ctx.type = 'text/plain';
    ctx.body = `${title}\n\nstatus  ${status}\ncode    ${code}\nretry   ${retry}\n\n${ADVICE[retry]}\n`;
  });
  return router.routes() as unknown as Middleware;
}
