/** Requests that cannot arrive whole: broken framing, or a timeout. */
import type { IncomingMessage } from 'node:http';
import type { Problem } from '../problem/problem.ts';

/** Detail of the problem when the connection ended before the body. */
export const BROKEN_OFF = 'The connection ended before the end of the body. This request took no effect.';

const broken = new WeakMap<IncomingMessage, Problem>();

/** Makes the reader of the request's body throw the problem, now or when it starts. */
export function breakRequest(req: IncomingMessage, problem: Problem): void {
  broken.set(req, problem);
  if (req.listenerCount('error') > 0) req.emit('error', problem);
}

/** @throws {Problem} of {@link breakRequest} */
export function requireUnbroken(req: IncomingMessage): void {
  const problem = broken.get(req);
  if (problem !== undefined) throw problem;
}
