/** The retry contract stands in three places: the catalogue of problems, the spec, and docs/retry-contract.md. */
import { readFile } from 'node:fs/promises';
import { expect, test } from '@jest/globals';
import { loadSpec } from '../../api/contract/spec.ts';
import { EDITIONS } from '../../api/operations.ts';
import { PROBLEMS } from '../../api/problem.ts';

interface Response {
  $ref?: string;
  'x-retry'?: string;
  content?: Record<
    string,
    { example?: { code: keyof typeof PROBLEMS; status: number; retry: string; title: string } }
  >;
}
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
        : Object.values(PROBLEMS)
            .filter((p) => p.status === status)
            .map((p) => p.retry);
    expect(new Set(allowed)).toEqual(new Set([response['x-retry']]));
    const example = response.content?.['application/problem+json']?.example;
    if (example === undefined) return;
    expect(example.retry).toBe(response['x-retry']);
    expect(example).toMatchObject(PROBLEMS[example.code]);
    expect(example.status).toBe(status);
  },
);

test('docs/retry-contract.md has every problem, with its status and what to do', async () => {
  const text = await readFile(new URL('../../docs/retry-contract.md', import.meta.url), 'utf8');
  const rows = [...text.matchAll(/^\| (\d{3}) +\| `(\w+)` +\| `(\w+)` +\|$/gm)].map(
    ([, status, code, retry]) => [Number(status), code, retry],
  );
  expect(rows).toEqual(Object.entries(PROBLEMS).map(([code, { status, retry }]) => [status, code, retry]));
});
