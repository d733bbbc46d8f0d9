import { findChanges } from '../../openapi/diff/operations/find-changes.ts';
import type { Finding } from '../../openapi/diff/finding.ts';
import { parseContract } from '../../openapi/diff/documents/load.ts';

export type Fragment = Record<string, unknown>;
export type Version = '3.0.3' | '3.1.0';

export const TODAY = '2026-06-01';

/** A contract of one operation, `POST /things`, with parts of it replaced. */
export function contract(operation: Fragment = {}, rest: Fragment = {}, version: Version = '3.0.3'): string {
  return JSON.stringify({
    openapi: version,
    info: { title: 'Things', version: '1' },
    paths: { '/things': { post: { responses: { 201: { description: 'Made' } }, ...operation } } },
    ...rest,
  });
}

export const json = (schema: unknown): Fragment => ({ content: { 'application/json': { schema } } });

/** A contract whose request or response has a property `field` of the schema. */
export function withField(direction: 'request' | 'response', field: unknown, version: Version): string {
  const body = json({ type: 'object', properties: { field } });
  return contract(
    direction === 'request'
      ? { requestBody: body }
      : { responses: { 201: { description: 'Made', ...body } } },
    {},
    version,
  );
}

/** What changed from one text to another. */
export function changes(base: string, head: string, today = TODAY): Finding[] {
  return findChanges(parseContract('base', base), parseContract('head', head), today);
}

/** Rules and verdicts only: `request.maxLength.lowered breaking`. */
export const textsOf = (findings: Finding[]): string[] =>
  findings.map(({ rule, verdict }) => `${rule} ${verdict}`);

export const text = (more: Fragment = {}): Fragment => ({ type: 'string', ...more });
export const number = (more: Fragment = {}): Fragment => ({ type: 'number', ...more });
/** A list of words in one text: `list` is `a|b`. */
export const words = (list: string): Fragment => text({ pattern: `^(?:${list})(?:,(?:${list}))*$` });
export const list = (more: Fragment = {}): Fragment => ({ type: 'array', items: {}, ...more });
export const object = (properties: Fragment = {}, more: Fragment = {}): Fragment => ({
  type: 'object',
  properties,
  ...more,
});
export const CAT = object({ meow: text() }, { required: ['meow'] });
export const DOG = object({ bark: text() }, { required: ['bark'] });
export const openChoice = (...oneOf: unknown[]): Fragment => ({ oneOf, 'x-extensible-one-of': true });
