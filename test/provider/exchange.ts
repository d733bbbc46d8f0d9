/** Sends a request of the verification and reads its response. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Operation } from './contract.ts';

/** The server to verify, and an API key with all scopes. */
export interface Target {
  url: string;
  apiKey: string;
}

export interface Request {
  path: Record<string, string>;
  query: Record<string, string>;
  headers: Record<string, string>;
  body?: string | undefined;
}

export interface Answer {
  status: number;
  headers: Pick<Headers, 'get'>;
  text: string;
  /** `undefined` if it is not JSON. */
  json: unknown;
}

/** Sends a request; repeats it after `Retry-After` if the response requires that. */
export async function exchange(target: Target, operation: Operation, request: Request): Promise<Answer> {
  for (let attempt = 1; ; attempt += 1) {
    const answer = await sendOnce(target, operation, request);
    const retryAfter = Number(answer.headers.get('retry-after'));
    if (![429, 503].includes(answer.status) || !(retryAfter > 0) || attempt === 3) return answer;
    await sleep(retryAfter * 1000);
  }
}

async function sendOnce(target: Target, { method, path }: Operation, request: Request): Promise<Answer> {
  const query = new URLSearchParams(request.query).toString();
  const place = path.replaceAll(/\{(\w+)\}/g, (_, name: string) =>
    encodeURIComponent(request.path[name] ?? ''),
  );
  const { Authorization = `Bearer ${target.apiKey}`, ...headers } = request.headers;
  const response = await fetch(`${target.url}${place}${query && `?${query}`}`, {
    method,
    headers: { ...headers, ...(Authorization && { Authorization }) },
    ...(request.body !== undefined && { body: request.body }),
  });
  const text = await response.text();
  return { status: response.status, headers: response.headers, text, json: parsed(text) };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}
