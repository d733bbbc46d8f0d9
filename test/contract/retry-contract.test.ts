/** The problem catalogue, the spec and docs/retry-contract.md have the same retry contract. */
import { readFile } from 'node:fs/promises';
import { expect, test } from '@jest/globals';
import { loadSpec } from '../../api/contract/spec.ts';
import { EDITIONS } from '../../api/editions.ts';
import { PROBLEMS, type ProblemCode, retriesOf } from '../../api/problem/problem.ts';

interface Response {
  $ref?: string;
  'x-retry'?: string | string[];
  content?: Record<string, { example?: { code: ProblemCode; status: number; retry: string; title: string } }>;
}
const CODES = Object.keys(PROBLEMS) as ProblemCode[];
type Document = {
  paths: Record<string, Record<string, { operationId?: string; responses?: Record<string, Response> }>>;
  components: { responses: Record<string, Response> };
};
const documents = EDITIONS.map(({ name }) => loadSpec(name).document as unknown as Document);
const responses = documents.flatMap((document) =>
  Object.entries(document.paths).flatMap(([path, item]) =>
    Object.values(item).flatMap(({ operationId = '', responses = {} }) =>
      Object.entries(responses).map(([status, response]) => ({
        name: `${path.slice(0, 3)} ${operationId} ${status}`,
        status: Number(status),
        response: response.$ref
          ? document.components.responses[response.$ref.split('/').at(-1) ?? '']!
          : response,
      })),
    ),
  ),
);

test.each(responses.map((r) => [r.name, r] as const))(
  '%s has the x-retry of its status',
  (_name, { status, response }) => {
    const allowed =
      status < 400
        ? [status === 207 ? 'per_item' : 'none']
        : CODES.filter((code) => PROBLEMS[code].status === status).flatMap(retriesOf);
    expect(new Set([response['x-retry']].flat())).toEqual(new Set(allowed));
    const example = response.content?.['application/problem+json']?.example;
    if (example === undefined) return;
    expect(retriesOf(example.code)).toContain(example.retry);
    expect(example.title).toBe(PROBLEMS[example.code].title);
    expect([example.status, PROBLEMS[example.code].status]).toEqual([status, status]);
  },
);

test('docs/retry-contract.md has each problem, with its status and its retry', async () => {
  const text = await readFile(new URL('../../docs/retry-contract.md', import.meta.url), 'utf8');
  const rows = [...text.matchAll(/^\| (\d{3}) +\| `(\w+)` +\| (`\w+`(?:, `\w+`)*) +\|$/gm)].map(
    ([, status, code, retries = '']) => [Number(status), code, retries.replaceAll('`', '').split(', ')],
  );
  expect(rows).toEqual(CODES.map((code) => [PROBLEMS[code].status, code, retriesOf(code)]));
});
