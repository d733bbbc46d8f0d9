import type { z } from 'zod';
import { inWords } from '../../domain/words.ts';
import { pointerOf } from '../problem/pointer.ts';
import { Problem } from '../problem/problem.ts';

/**
 * Gives a body that fits the contract the command's canonical form, and holds it to the rules that the contract cannot say.
 *
 * @throws {Problem} 422 `invalid_body`
 */
export function parseBody<Schema extends z.ZodType>(schema: Schema, body: unknown): z.output<Schema> {
  const parsed = schema.safeParse(body, { error: inWords });
  if (parsed.success) return parsed.data;
  throw new Problem('invalid_body', 'The body does not fit the rules of this call.', {
    errors: parsed.error.issues.map((issue) => ({
      pointer: pointerOf(issue.path),
      detail: issue.message,
    })),
  });
}
