import type { Parameter } from './contract.ts';

/**
 * The parameters of a query that the contract allows together: of two that exclude each other the
 * first, and none without the one that it needs.
 */
export function allowedTogether<Given extends readonly [name: string, value: string, ...unknown[]]>(
  parameters: readonly Parameter[],
  query: readonly Given[],
): Given[] {
  const of = (name: string) => parameters.find((parameter) => parameter.name === name);
  const excludes = ([name]: Given, [other, value]: Given) => {
    const rivals = new Set([of(name)?.['x-not-with'] ?? []].flat());
    return rivals.has(other) || rivals.has(`${other}=${value}`);
  };
  const kept: Given[] = [];
  for (const one of query)
    if (!kept.some((other) => excludes(one, other) || excludes(other, one))) kept.push(one);
  const needs = ([name]: Given) => of(name)?.['x-only-with'];
  return kept.filter((one) => needs(one) === undefined || kept.some(([name]) => name === needs(one)));
}
