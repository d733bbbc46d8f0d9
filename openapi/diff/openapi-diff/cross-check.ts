/**
 * The cross-check with the package openapi-diff: marks the findings that it confirms.
 *
 * It never decides a verdict. It ignores the direction of the data: an added or removed property is
 * always a break. So its breaks count only where a finding concerns the same part of the contract.
 */
import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import { withChangedPaths } from './changed-paths.ts';
import { type Document, nodeAt } from '../documents/document.ts';
import type { Finding } from '../finding.ts';

export interface CrossCheck {
  /** Why it has no result: it lacks OpenAPI 3.1, recursive schemas and parts of 3.0. */
  refused?: string;
  breaks: ForeignBreak[];
}

interface ForeignBreak {
  code: string;
  place: string;
  /** Rules of the findings that it confirms; without any, it does not count. */
  rules: string[];
}

/** A `$ref` to a file or URL: openapi-diff would read it, even in examples and extensions. */
const EXTERNAL_REF = /"\$ref":"[^#]/;

const TIMEOUT_MS = 5_000;

type Result = { breaks: { code: string; location: string }[] } | { refused: string };

/** Runs openapi-diff on the changed paths and marks the confirmed findings. Never throws. */
export async function crossCheck(base: Document, head: Document, findings: Finding[]): Promise<CrossCheck> {
  const source = JSON.stringify(withChangedPaths(base, head));
  const destination = JSON.stringify(withChangedPaths(head, base));
  if (EXTERNAL_REF.test(source) || EXTERNAL_REF.test(destination)) {
    return { refused: 'not run, because it would follow a $ref out of the document', breaks: [] };
  }
  const result = await run(source, destination);
  if ('refused' in result) return { refused: result.refused.replaceAll(`${process.cwd()}/`, ''), breaks: [] };
  const paths = [...Object.keys(nodeAt(base.root, 'paths')), ...Object.keys(nodeAt(head.root, 'paths'))];
  return {
    breaks: result.breaks.map(({ code, location }) => {
      const place = placeOf(location, paths);
      return { code, place, rules: confirm(code, place, findings) };
    }),
  };
}

/** One thread for all runs, replaced after a timeout. */
let thread: Worker | undefined;

async function run(source: string, destination: string): Promise<Result> {
  thread ??= new Worker(new URL('./worker.ts', import.meta.url));
  thread.ref();
  thread.postMessage([source, destination]);
  const timer = new AbortController();
  const timeout = delay(TIMEOUT_MS, 'timeout' as const, { signal: timer.signal }).catch(
    () => 'timeout' as const,
  );
  try {
    const first = await Promise.race([once(thread, 'message', { signal: timer.signal }), timeout]);
    if (first !== 'timeout') return first[0] as Result;
    await thread.terminate();
    thread = undefined;
    return { refused: `no result after ${TIMEOUT_MS / 1_000} seconds` };
  } finally {
    timer.abort();
    thread?.unref();
  }
}

/** Code of openapi-diff → the rules with the same meaning. */
const RULES_BY_CODE: Record<string, RegExp> = {
  'path.remove': /^operation\.removed/,
  'method.remove': /^operation\.removed/,
  'response.status-code.remove': /^response\.(?:success|failure)-removed$/,
  'response.required.header.remove': /^header\./,
  'response.optional.header.remove': /^header\./,
  'request.body.scope.remove': /^(?:request\.|request-body\.|request-media-type\.)/,
  'response.body.scope.add': /^(?:response\.|response-media-type\.)/,
};

/** Marks the confirmed findings. @returns their rules */
function confirm(code: string, place: string, findings: Finding[]): string[] {
  const rules = new Set<string>();
  for (const finding of findings) {
    // A removed path confirms the findings on all its operations.
    const at = code === 'path.remove' ? finding.place.replace(/^[A-Z]+ /, '') : finding.place;
    const within = at === place || at.startsWith(`${place} > `);
    if (!within || finding.verdict === 'compatible' || !RULES_BY_CODE[code]?.test(finding.rule)) continue;
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
