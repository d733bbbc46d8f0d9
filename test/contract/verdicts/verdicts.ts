/** Compares the compiled validators with express-openapi-validator. */
import { judgeOf } from '../../../api/contract/judge.ts';
import { loadSpec } from '../../../api/contract/spec.ts';
import { type RawInput, compileValidators } from '../../../api/contract/validator.ts';
import { parseBody } from '../../../api/commands/parse-body.ts';
import { Problem } from '../../../api/problem/problem.ts';
import { COMMAND_SCHEMAS, type CommandType } from '../../../domain/order/commands.ts';
import { anOrder } from '../../setup/shop.ts';

const spec = loadSpec('v1');
const judge = judgeOf(spec);
const validators = compileValidators(spec);

/** `valid`, or the locations that the compiled validator reports. */
function compiled(id: string, input: RawInput): string {
  try {
    validators.get(id)?.validate(structuredClone(input));
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
): Promise<[string, string]> {
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
  return [verdict === undefined ? 'valid' : 'invalid', compiled(id, { params, query, headers: all, body })];
}

export const key = { 'idempotency-key': 'k' };
export const line = { sku: 'A', name: 'a', quantity: 1, unit_price: 1 };
export const lines = (change: object) => anOrder({ lines: [{ ...line, ...change }] });
export const address = { name: 'a', line1: 'b', city: 'c', country: 'IE' };
export const id = `ord_${'0'.repeat(32)}`;

/** Whether the schema of the command accepts a body. */
export function takenByDomain(body: unknown, type: CommandType = 'PlaceOrder'): boolean {
  try {
    parseBody(COMMAND_SCHEMAS[type], body);
    return true;
  } catch {
    return false;
  }
}
