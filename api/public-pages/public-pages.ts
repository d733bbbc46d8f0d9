/** What needs no API key: the contract, the viewer, the guides, and what each problem means. */
import { hash } from 'node:crypto';
import { Router } from '@koa/router';
import type { Context } from 'koa';
import type { Spec } from '../contract/spec.ts';
import { answerCacheable } from './cacheable.ts';
import { guidePages } from './guides.ts';
import { PROBLEMS, type ProblemCode, type Retry, retriesOf } from '../problem/problem.ts';
import { viewer } from './viewer.ts';

const ADVICE: Record<Retry, string> = {
  never: 'Sending the same request again will fail again: change it first.',
  after_change:
    'The state of the order, or of the webhook endpoint, forbids it for now. It may be allowed once that has changed.',
  after_refetch: 'Read the resource again, then decide.',
  same_key: 'Send the same request with the same Idempotency-Key again. It takes effect once at most.',
  same_key_after:
    'Wait for the seconds of Retry-After, then send the same request with the same Idempotency-Key again. It takes effect once at most.',
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
  // Who opens the bare address wants to know what is here.
  router.get('/', (ctx) => ctx.redirect('/docs'));
  guidePages(router);
  // A route each: a path that is not here is to be found at no route.
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
