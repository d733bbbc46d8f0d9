/** /docs: Swagger UI with the specs of all versions. All its files are served from here. */
import { hash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { Router } from '@koa/router';
import type { Context, Middleware } from 'koa';
import type { Spec } from '../contract/spec.ts';
import { answerCacheable } from './cacheable.ts';

const FOLDER = dirname(createRequire(import.meta.url).resolve('swagger-ui-dist/package.json'));

/** The files of Swagger UI that the page needs. */
const ASSETS: Record<string, string> = {
  'swagger-ui.css': 'text/css',
  'swagger-ui-bundle.js': 'text/javascript',
  'swagger-ui-standalone-preset.js': 'text/javascript',
  'favicon-32x32.png': 'image/png',
};

const PAGE = `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <title>Holdfast orders API</title>
    <link rel="icon" href="/docs/assets/favicon-32x32.png">
    <link rel="stylesheet" href="/docs/assets/swagger-ui.css">
  </head>
  <body>
    <div id="viewer"></div>
    <noscript>The contract is at <a href="/openapi/v2.json">/openapi/v2.json</a>.</noscript>
    <script src="/docs/assets/swagger-ui-bundle.js"></script>
    <script src="/docs/assets/swagger-ui-standalone-preset.js"></script>
    <script src="/docs/assets/open.js"></script>
  </body>
</html>
`;

const SCRIPT = readFileSync(new URL('../../ops/viewer/viewer.js', import.meta.url), 'utf8');

/** The script of the page, preceded by its list of specs, newest first. */
const openScript = (specs: Spec[]) => `globalThis.CONTRACTS = ${JSON.stringify(
  specs
    .map(({ name, lifecycle }) => ({
      url: `/openapi/${name}.json`,
      name: lifecycle ? `${name} (deprecated)` : name,
    }))
    .toReversed(),
)};
${SCRIPT}`;

/** This origin only. Swagger UI needs inline styles and data images. */
const CONTENT_SECURITY_POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; " +
  "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/** The routes of the viewer. */
export function viewer(specs: Spec[]): Middleware {
  const router = new Router({ sensitive: true });
  const script = openScript(specs);
  const read = new Map<string, Promise<Buffer>>();

  router.get('/docs', (ctx) => {
    ctx.set('Content-Security-Policy', CONTENT_SECURITY_POLICY);
    ctx.set('Referrer-Policy', 'no-referrer');
    answerCacheable(ctx as unknown as Context, 'text/html', PAGE, hash('sha256', PAGE));
  });
  router.get('/docs/assets/open.js', (ctx) =>
    answerCacheable(ctx as unknown as Context, 'text/javascript', script, hash('sha256', script)),
  );
  for (const [file, type] of Object.entries(ASSETS)) {
    router.get(`/docs/assets/${file}`, async (ctx) => {
      let reading = read.get(file);
      if (reading === undefined) {
        reading = readFile(join(FOLDER, file));
        read.set(file, reading);
      }
      const content = await reading;
      answerCacheable(ctx as unknown as Context, type, content, hash('sha256', content));
    });
  }
  return router.routes() as unknown as Middleware;
}
