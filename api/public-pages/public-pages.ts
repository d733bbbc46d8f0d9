/** The pages without an API key: specs, viewer, guides, and one page a problem. */
import { hash } from 'node:crypto';
import { Router } from '@koa/router';
import type { Context } from 'koa';
import type { Spec } from '../contract/spec.ts';
import { answerCacheable } from './cacheable.ts';
import { guidePages } from './guides.ts';
import { PROBLEMS, type ProblemCode, type Retry, retriesOf } from '../problem/problem.ts';
import { viewer } from './viewer.ts';

const ADVICE: Record<Retry, string> = {
  never: 'The same request will fail again. Change it first.',
  after_change:
    'The state of the order or webhook endpoint forbids the command for now. Retry after it has changed.',
  after_refetch: 'Read the resource again, then decide.',
  same_key: 'Send the same request with the same idempotency key again. It takes effect at most once.',
  same_key_after:
    'Wait for the seconds of Retry-After, then send the same request with the same idempotency key again. It takes effect at most once.',
};

export function publicPages(specs: Spec[], limitAddress: (ctx: Context) => Promise<void>): Router {
  const router = new Router({ sensitive: true });
  router.use(async (ctx, next) => {
    await limitAddress(ctx as unknown as Context);
    return next();
  });
  for (const spec of specs) {
    const document = JSON.stringify(spec.document);
    const digest = hash('sha256', document);
    router.get(`/openapi/${spec.name}.json`, (ctx) =>
      answerCacheable(ctx as unknown as Context, 'application/json', document, digest),
    );
  }
  router.get('/', (ctx) => ctx.redirect('/docs'));
  guidePages(router);
  // One route a problem, so that an unknown code has no route.
  for (const code of Object.keys(PROBLEMS) as ProblemCode[]) {
    const { status, title } = PROBLEMS[code];
    const retries = retriesOf(code);
    const advice = retries.map((retry) => (retries.length > 1 ? `${retry}: ` : '') + ADVICE[retry]);
    const page = `${title}\n\nstatus  ${status}\ncode    ${code}\nretry   ${retries.join(' or ')}\n\n${advice.join('\n')}\n`;
    const digest = hash('sha256', page);
    router.get(`/problems/${code}`, (ctx) =>
      answerCacheable(ctx as unknown as Context, 'text/plain', page, digest),
    );
  }
  router.use(viewer(specs) as never);
  return router;
}
