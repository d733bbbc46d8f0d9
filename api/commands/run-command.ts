/** The way in to the command path, for HTTP, batches and gRPC. */
import type { CommandType } from '../../domain/order/commands.ts';
import type { OrderRequest } from '../../domain/order/request.ts';
import type { Edition } from '../edition.ts';
import { type CommandContext, type CommandPath, type Executed, execute } from './execute.ts';
import { Problem } from '../problem/problem.ts';

/**
 * Translates a body into a command and runs it.
 *
 * @param orderId `null` for PlaceOrder
 * @throws {Problem} with pointers into the body
 */
export async function runCommand(
  { services, edition }: { services: CommandPath; edition: Edition },
  context: CommandContext,
  { type, orderId, body }: { type: CommandType; orderId: string | null; body: unknown },
): Promise<Executed> {
  const { data, currency } = edition.commandOf(type, body);
  try {
    const request = { type, order_id: orderId, data } as OrderRequest;
    return await execute(services, { ...context, currency }, request);
  } catch (error) {
    if (!(error instanceof Problem) || error.errors === undefined) throw error;
    const errors = error.errors.map((each) =>
      'pointer' in each ? { ...each, pointer: edition.pointerOf(type, each.pointer, body) } : each,
    );
    const { code, message, retry, headers, members, cause } = error;
    throw new Problem(code, message, { errors, retry, headers, members, cause });
  }
}
