/**
 * openapi-diff, the first judge: what it finds, laid beside what our rules found.
 *
 * It confirms and never decides. It takes a property more or less for a change of the set of values whatever the direction, so that a
 * break of its own is only believed where a rule of ours speaks about the same part of the contract.
 */
import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import { withChangedPaths } from './changed-paths.ts';
import { type Document, nodeAt } from '../documents/document.ts';
import type { Finding } from '../finding.ts';

export interface FirstJudgement {
  /** Why it gave no judgement: it knows no OpenAPI 3.1, no recursive schemas and not every valid 3.0. */
  refused?: string;
  breaks: FirstBreak[];
}

export interface FirstBreak {
  code: string;
  place: string;
  /** Our rules that say so too, at the same part of the contract; none: it is not counted. */
  rules: string[];
}

/** It reads files and URLs that are named anywhere, in examples and extensions too. */
const LEADS_OUT = /"\$ref":"[^#]/;

/** Milliseconds that it has. */
const PATIENCE = 5_000;

type Answer = { breaks: { code: string; location: string }[] } | { refused: string };

/** Asks openapi-diff about the paths that differ. Never fails: a refusal is part of the answer. */
export async function askFirstJudge(
  base: Document,
  head: Document,
  findings: Finding[],
): Promise<FirstJudgement> {
  const source = JSON.stringify(withChangedPaths(base, head));
  const destination = JSON.stringify(withChangedPaths(head, base));
  if (LEADS_OUT.test(source) || LEADS_OUT.test(destination)) {
    return { refused: 'not asked, since it would follow a $ref out of the document', breaks: [] };
  }
  const answer = await ask(source, destination);
  if ('refused' in answer) return { refused: answer.refused.replaceAll(`${process.cwd()}/`, ''), breaks: [] };
  const paths = [...Object.keys(nodeAt(base.root, 'paths')), ...Object.keys(nodeAt(head.root, 'paths'))];
  return {
    breaks: answer.breaks.map(({ code, location }) => {
      const place = placeOf(location, paths);
      return { code, place, rules: confirm(code, place, findings) };
    }),
  };
}

/** One thread for all questions, for as long as it answers in time. */
let thread: Worker | undefined;

async function ask(source: string, destination: string): Promise<Answer> {
  thread ??= new Worker(new URL('./worker.ts', import.meta.url));
  thread.ref();
  thread.postMessage([source, destination]);
  const timer = new AbortController();
  const late = delay(PATIENCE, 'late' as const, { signal: timer.signal }).catch(() => 'late' as const);
  try {
    const first = await Promise.race([once(thread, 'message', { signal: timer.signal }), late]);
    if (first !== 'late') return first[0] as Answer;
    await thread.terminate();
    thread = undefined;
    return { refused: `it had not come to an end after ${PATIENCE / 1_000} seconds` };
  } finally {
    timer.abort();
    thread?.unref();
  }
}

/** Classes of its findings → our rules that speak of the same. */
const CLASSES: Record<string, RegExp> = {
  'path.remove': /^operation\.removed/,
  'method.remove': /^operation\.removed/,
  'response.status-code.remove': /^response\.(?:success|failure)-removed$/,
  'response.required.header.remove': /^header\./,
  'response.optional.header.remove': /^header\./,
  'request.body.scope.remove': /^(?:request\.|request-body\.|request-media-type\.)/,
  'response.body.scope.add': /^(?:response\.|response-media-type\.)/,
};

/** Marks our findings that it confirms, and names their rules. */
function confirm(code: string, place: string, findings: Finding[]): string[] {
  const rules = new Set<string>();
  for (const finding of findings) {
    // A path of its stands for all operations of ours below it.
    const at = code === 'path.remove' ? finding.place.replace(/^[A-Z]+ /, '') : finding.place;
    const within = at === place || at.startsWith(`${place} > `);
    if (!within || finding.verdict === 'compatible' || !CLASSES[code]?.test(finding.rule)) continue;
    finding.confirmed = true;
    rules.add(finding.rule);
  }
  return [...rules];
}

/** `paths./orders.post.requestBody.content…` → `POST /orders > request body` */
function placeOf(location: string, paths: string[]): string {
  const rest = location.replace(/^paths\./, '');
  const path = paths
    .filter((each) => rest === each || rest.startsWith(`${each}.`))
    .sort((a, b) => b.length - a.length)[0];
  if (path === undefined) return rest;
  const [method, part, status] = rest.slice(path.length + 1).split('.');
  if (method === undefined || method === '') return path;
  const operation = `${method.toUpperCase()} ${path}`;
  if (part === 'requestBody') return `${operation} > request body`;
  return part === 'responses' && status !== undefined ? `${operation} > response ${status}` : operation;
}
