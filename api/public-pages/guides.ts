/** The guides of docs/ as HTML pages, to which the contract and problems link. */
import { hash } from 'node:crypto';
import { readFileSync, readdirSync } from 'node:fs';
import type { Router } from '@koa/router';
import type { Context } from 'koa';
import { Marked } from 'marked';
import { answerCacheable } from './cacheable.ts';

const FOLDER = new URL('../../docs/', import.meta.url);

/** Names of the guides: docs/webhooks.md is `webhooks`, served at /docs/webhooks. */
export const GUIDES: readonly string[] = readdirSync(FOLDER)
  .filter((file) => file.endsWith('.md'))
  .map((file) => file.slice(0, -'.md'.length));

/** Text and tables only: no scripts, no other origins. */
const CONTENT_SECURITY_POLICY =
  "default-src 'none'; style-src 'unsafe-inline'; img-src 'self'; base-uri 'none'; " +
  "form-action 'none'; frame-ancestors 'none'";

const STYLE = `
  :root { color-scheme: light dark; }
  body { max-width: 76rem; margin: 2rem auto; padding: 0 1rem; font: 16px/1.5 system-ui, sans-serif; }
  pre, code { font: 14px/1.45 ui-monospace, monospace; }
  pre { overflow-x: auto; padding: .75rem; border: 1px solid #8885; border-radius: 4px; }
  table { display: block; overflow-x: auto; border-collapse: collapse; }
  th, td { padding: .25rem .75rem; border: 1px solid #8885; text-align: left; vertical-align: top; }
`;

/** Adds the routes of all guides. Each is rendered on its first request. */
export function guidePages(router: Router): void {
  for (const name of GUIDES) {
    let rendered: { page: string; digest: string } | undefined;
    router.get(`/docs/${name}`, (ctx) => {
      if (rendered === undefined) {
        const page = renderGuide(name);
        rendered = { page, digest: hash('sha256', page) };
      }
      ctx.set('Content-Security-Policy', CONTENT_SECURITY_POLICY);
      ctx.set('Referrer-Policy', 'no-referrer');
      answerCacheable(ctx as unknown as Context, 'text/html', rendered.page, rendered.digest);
    });
  }
}

/** A guide as HTML. Its Markdown is trusted, so nothing is escaped. */
function renderGuide(name: string): string {
  const text = readFileSync(new URL(`${name}.md`, FOLDER), 'utf8');
  const title = /^# (.+)$/m.exec(text)?.[1] ?? name;
  return `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <title>${title} · Holdfast</title>
    <link rel="icon" href="/docs/assets/favicon-32x32.png">
    <style>${STYLE}</style>
  </head>
  <body>
    <nav><a href="/docs">API reference with try-it-out</a></nav>
${markdown.parse(text, { async: false })}
  </body>
</html>
`;
}

/** The anchor of a heading, as GitHub names it. */
const anchorOf = (heading: string): string =>
  heading
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N} _-]/gu, '')
    .trim()
    .replaceAll(' ', '-');

/** The address of a guide's link on this server; `undefined` for a file of the repository only. */
function addressOf(href: string): string | undefined {
  if (/^(?:https?:|#|\/)/.test(href)) return href;
  const [, name = '', anchor = ''] = /^([\w-]+)\.md(#.*)?$/.exec(href) ?? [];
  return GUIDES.includes(name) ? `/docs/${name}${anchor}` : undefined;
}

const markdown = new Marked({
  renderer: {
    heading({ tokens, depth, text }) {
      return `<h${depth} id="${anchorOf(text)}">${this.parser.parseInline(tokens)}</h${depth}>\n`;
    },
    link({ href, tokens }) {
      const address = addressOf(href);
      const text = this.parser.parseInline(tokens);
      return address === undefined ? text : `<a href="${address}">${text}</a>`;
    },
    /** Pictures are not served, so their text replaces them. */
    image({ text }) {
      return `<em>${text}</em>`;
    },
  },
});
