/** Requests that can no longer arrive whole: their framing broke, or their time is up. */
import type { IncomingMessage } from 'node:http';
import type { Problem } from '../problem/problem.ts';

const broken = new WeakMap<IncomingMessage, Problem>();

/** Ends the reading of a request's body, now or when it begins; who reads it throws the problem. */
export function breakRequest(req: IncomingMessage, problem: Problem): void {
  broken.set(req, problem);
  if (req.listenerCount('error') > 0) req.emit('error', problem);
}

/** @throws {Problem} the rest of this request will not come */
export function requireUnbroken(req: IncomingMessage): void {
  const problem = broken.get(req);
  if (problem !== undefined) throw problem;
}
