/** Serves `/ops`: the page, its assets, its data. */
import { readFileSync } from 'node:fs';
import type { Router } from '@koa/router';
import type { History } from './history.ts';

const DASHBOARD = new URL('../../ops/dashboard/', import.meta.url);
const UPLOT = new URL('../../node_modules/uplot/dist/', import.meta.url);
const FILES: Record<string, [URL, string]> = {
  '/ops': [new URL('index.html', DASHBOARD), 'text/html; charset=utf-8'],
  '/ops/dashboard.js': [new URL('dashboard.js', DASHBOARD), 'text/javascript; charset=utf-8'],
  '/ops/dashboard.css': [new URL('dashboard.css', DASHBOARD), 'text/css; charset=utf-8'],
  '/ops/uplot.js': [new URL('uPlot.iife.min.js', UPLOT), 'text/javascript; charset=utf-8'],
  '/ops/uplot.css': [new URL('uPlot.min.css', UPLOT), 'text/css; charset=utf-8'],
};

/** Allows resources of this server only. */
const POLICY =
  "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

export function opsPages(router: Router, history: History): void {
  for (const [path, [file, type]] of Object.entries(FILES)) {
    const content = readFileSync(file);
    router.get(path, (ctx) => {
      ctx.set({
        'Content-Security-Policy': POLICY,
        'Cache-Control': 'no-cache',
      });
      ctx.type = type;
      ctx.body = content;
    });
  }
  router.get('/ops/data', (ctx) => {
    const after = Number(ctx.query['after'] ?? 0);
    ctx.set('Cache-Control', 'no-store');
    ctx.body = history.overview(Number.isFinite(after) ? after : 0);
  });
}
