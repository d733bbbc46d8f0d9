/** When requests begin, of REST and of gRPC: a process has one event loop. */
import { createLoopShare } from '../../platform/loop-share.ts';

/**
 * Requests that begin in one turn of the event loop. An order takes some 0.4 ms of it, so that
 * a turn stays below 10 ms; where it takes more, fewer begin.
 */
const REQUESTS_PER_TURN_MAX = 16;
/** Turns that are long because of other work must not stop the requests. */
const REQUESTS_PER_TURN_MIN = 2;
const ALONE_MS = 1_000;

export const requestStarts = createLoopShare({
  perTurnMax: REQUESTS_PER_TURN_MAX,
  perTurnMin: REQUESTS_PER_TURN_MIN,
  aloneMs: ALONE_MS,
});
