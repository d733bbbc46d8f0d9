/** Asks the validators of each version without a server. */
import { loadSpec } from '../../api/contract/spec.ts';
import { type RawInput, compileValidators } from '../../api/contract/validator.ts';
import { EDITIONS } from '../../api/editions.ts';
import { Problem, type ProblemError } from '../../api/problem/problem.ts';

export const specs = EDITIONS.map(({ name }) => loadSpec(name));
export const validators = new Map(specs.map((spec) => [spec.name, compileValidators(spec)]));

/** The problem that a function throws; `undefined` if it throws none. */
export function problemOf(run: () => unknown): Problem | undefined {
  try {
    run();
    return undefined;
  } catch (error) {
    if (error instanceof Problem) return error;
    throw error;
  }
}

/** The problem of a request that does not fit its contract. */
export function asked(id: string, input: Partial<RawInput>, version = 'v2'): Problem {
  const all = { params: {}, query: {}, headers: {}, body: undefined, ...input };
  const problem = problemOf(() => validators.get(version)!.get(id)!.validate(all));
  if (problem === undefined) throw new Error('it fits the contract');
  return problem;
}

/** The locations and details of a problem. */
export const detailsOf = ({ errors = [] }: Problem): [string, string][] =>
  errors.map((error: ProblemError) => ['pointer' in error ? error.pointer : error.parameter, error.detail]);
