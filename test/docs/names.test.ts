/** Metrics, settings, operations and files that the pages name exist. */
import { readFile, readdir, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { loadSpec } from '../../api/contract/spec.ts';
import { EDITIONS } from '../../api/editions.ts';
import { PROBLEMS } from '../../api/problem/problem.ts';
import { VARIABLE_NAMES } from '../../platform/config.ts';
import '../../workers/metrics.ts';
import { registry } from '../../platform/metrics.ts';
import { PAGES, ROOT } from './pages.ts';

const WITH_ALERTS = [...PAGES.keys(), 'ops/prometheus/alerts.yaml', 'ops/grafana/dashboard.json'];

/** The distinct matches in a page. */
const named = (text: string, pattern: RegExp): string[] => [
  ...new Set([...text.matchAll(pattern)].map(([whole, group]) => group ?? whole)),
];

test.each(WITH_ALERTS)('%s: each metric exists', async (page) => {
  const text = await readFile(join(ROOT, page), 'utf8');
  const measured = new Set(registry.getMetricsAsArray().map(({ name }) => name));
  // Schemas, roles, a member of the header of a log file, and a database in backup.md.
  const others = new Set([
    'holdfast_rebuild',
    'holdfast_previous',
    'holdfast_audit',
    'holdfast_migrate',
    'holdfast_runtime',
    'holdfast_log',
    'holdfast_restored',
  ]);
  const unknown = named(text, /\bholdfast_[a-z_]+/g).filter(
    (name) => !measured.has(name.replace(/_(?:bucket|count|sum)$/, '')) && !measured.has(name),
  );
  expect(unknown.filter((name) => !others.has(name))).toEqual([]);
});

test.each([...PAGES])('%s: each setting exists', (_page, text) => {
  const names = new Set<string>([...VARIABLE_NAMES, 'HOLDFAST_TEST_POSTGRES']); // of the tests
  expect(named(text, /\bHOLDFAST_[A-Z0-9_]*[A-Z0-9]\b/g).filter((name) => !names.has(name))).toEqual([]);
});

test.each([...PAGES])('%s: each problem exists', (_page, text) => {
  const unknown = named(text, /\b[45]\d\d `([a-z]+_[a-z_]+)`/g).filter((code) => !(code in PROBLEMS));
  expect(unknown).toEqual([]);
});

describe('operations', () => {
  const operations = EDITIONS.flatMap(({ name }) => loadSpec(name).operations);
  const isThere = (method: string, path: string) =>
    operations.some(
      (operation) =>
        operation.method === method.toLowerCase() &&
        new RegExp(`^${operation.path.replaceAll(/\{\w+\}/g, '[^/]+')}$`).test(path),
    );

  test.each([...PAGES])('%s: each is in the contract', (_page, text) => {
    const calls = [...text.matchAll(/\b(GET|POST|PATCH|DELETE|PUT) (\/v[12]\/[\w/{}.…-]*)/g)].map(
      ([, method = '', path = '']) => [method, path] as const,
    );
    expect(calls.filter(([method, path]) => !isThere(method, path))).toEqual([]);
  });
});

test.each([...PAGES])('%s: each file exists', async (_page, text) => {
  const files = named(
    text,
    /`((?:api|command-line|domain|docs|loadtest|openapi|ops|platform|process|projections|store|test|workers)\/[\w./-]*[\w/])`/g,
  );
  const missing: string[] = [];
  for (const file of files) {
    // A page may name a test by the beginning of its path, as Jest does.
    const beginning = join(ROOT, file);
    const folder = await readdir(join(beginning, '..')).catch(() => []);
    const there =
      (await stat(beginning).catch(() => undefined)) ??
      folder.find((each) => each.startsWith(basename(file)));
    if (there === undefined) missing.push(file);
  }
  expect(missing).toEqual([]);
});
