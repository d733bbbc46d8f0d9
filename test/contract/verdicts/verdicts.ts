/** Compares the compiled validators with express-openapi-validator. */
import { judgeOf } from '../../../api/contract/judge.ts';
import { loadSpec } from '../../../api/contract/spec.ts';
import { type RawInput, compileValidators } from '../../../api/contract/validator.ts';
import { EDITIONS } from '../../../api/editions.ts';
import { Problem } from '../../../api/problem/problem.ts';
import { type CommandType } from '../../../domain/order/commands.ts';
import { anOrder } from '../../setup/shop.ts';

type Version = 'v1' | 'v2';

const ofVersion = (name: Version) => {
  const spec = loadSpec(name);
  const edition = EDITIONS.find((each) => each.name === name)!;
  return { spec, judge: judgeOf(spec), validators: compileValidators(spec), edition };
};
const VERSIONS = { v1: ofVersion('v1'), v2: ofVersion('v2') };

/** `valid`, or the locations that the compiled validator reports. */
function compiled(version: Version, id: string, input: RawInput): string {
  try {
    VERSIONS[version].validators.get(id)?.validate(structuredClone(input));
    return 'valid';
  } catch (error) {
    if (error instanceof Problem) return `invalid: ${error.code}`;
    throw error;
  }
}

/** The verdicts of the judge and of the compiled validator. */
export async function verdicts(
  id: string,
  input: Partial<RawInput> & { path?: string },
  version: Version = 'v1',
): Promise<[string, string]> {
  const { spec, judge } = VERSIONS[version];
  const operation = spec.operations.find((o) => o.id === id)!;
  const { params = {}, query = {}, headers = {}, body } = input;
  const all = { ...(operation.body && { 'content-type': operation.body.mediaType }), ...headers };
  const url = operation.path.replaceAll(/\{(\w+)\}/g, (_, name: string) =>
    encodeURIComponent(params[name] ?? ''),
  );
  const verdict = await judge.request(operation, {
    method: operation.method.toUpperCase(),
    url,
    headers: all,
    query,
    body,
  });
  return [
    verdict === undefined ? 'valid' : 'invalid',
    compiled(version, id, { params, query, headers: all, body }),
  ];
}

export const key = { 'idempotency-key': 'k' };
export const line = { sku: 'A', name: 'a', quantity: 1, unit_price: 1 };
export const lines = (change: object) => anOrder({ lines: [{ ...line, ...change }] });
export const address = { name: 'a', line1: 'b', city: 'c', country: 'IE' };
export const id = `ord_${'0'.repeat(32)}`;

/** Whether the schema of the command, in a version, accepts a body. */
export function takenByDomain(
  body: unknown,
  type: CommandType = 'PlaceOrder',
  version: Version = 'v1',
): boolean {
  try {
    VERSIONS[version].edition.commandOf(type, body);
    return true;
  } catch (error) {
    if (error instanceof Problem) return false;
    throw error;
  }
}
