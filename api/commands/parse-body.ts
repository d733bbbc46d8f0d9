import type { z } from 'zod';
import { issueText, withoutFollowing } from '../../domain/issue-text.ts';
import { pointerOf } from '../problem/pointer.ts';
import { Problem } from '../problem/problem.ts';

/**
 * The canonical command data of a body that fits the contract. Also checks the rules that the
 * contract cannot express.
 *
 * @throws {Problem} 422 `invalid_body`
 */
export function parseBody<Schema extends z.ZodType>(schema: Schema, body: unknown): z.output<Schema> {
  const parsed = schema.safeParse(body, { error: issueText });
  if (parsed.success) return parsed.data;
  throw new Problem('invalid_body', 'Invalid body, see errors.', {
    errors: withoutFollowing(parsed.error.issues).map((issue) => ({
      pointer: pointerOf(issue.path),
      detail: issue.message,
    })),
  });
}
