/** The guides of docs/ as pages: the contract, and problems, point at them. */
import { hash } from 'node:crypto';
import { readFileSync, readdirSync } from 'node:fs';
import type { Router } from '@koa/router';
import type { Context } from 'koa';
import { Marked } from 'marked';
import { answerCacheable } from './cacheable.ts';

const FOLDER = new URL('../../docs/', import.meta.url);

/** The names of all guides: `webhooks` for docs/webhooks.md, which is served at /docs/webhooks. */
export const GUIDES: readonly string[] = readdirSync(FOLDER)
  .filter((file) => file.endsWith('.md'))
  .map((file) => file.slice(0, -'.md'.length));

/** A page is text and tables: it runs no script, and asks nobody for anything. */
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

/** The routes of all guides. Each is rendered when it is first asked for. */
export function guidePages(router: Router): void {
  for (const name of GUIDES) {
    let made: { page: string; digest: string } | undefined;
    router.get(`/docs/${name}`, (ctx) => {
      if (made === undefined) {
        const page = renderGuide(name);
        made = { page, digest: hash('sha256', page) };
      }
      ctx.set('Content-Security-Policy', CONTENT_SECURITY_POLICY);
      ctx.set('Referrer-Policy', 'no-referrer');
      answerCacheable(ctx as unknown as Context, 'text/html', made.page, made.digest);
    });
  }
}

/** A guide as HTML. Its Markdown is ours, so nothing in it needs to be escaped or refused. */
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
    <nav><a href="/docs">All calls, to read and to try out</a></nav>
${markdown.parse(text, { async: false })}
  </body>
</html>
`;
}

/**
 * The name that GitHub gives to a heading, so that `#anchors` lead to the same place here as there.
 */
const anchorOf = (heading: string): string =>
  heading
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N} _-]/gu, '')
    .trim()
    .replaceAll(' ', '-');

/**
 * Where a link of a guide leads on this server. `undefined` for what is only in the repository:
 * such a link is shown as its text.
 */
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
    /** Pictures are not served, only what they show. */
    image({ text }) {
      return `<em>${text}</em>`;
    },
  },
});
