/** When requests begin, of REST and of gRPC: a process has one event loop. */
import { createLoopShare } from '../../platform/loop-share.ts';

/**
 * Requests that begin in one turn of the event loop. An order takes some 0.4 ms of it, so that
 * a turn stays below 10 ms.
 */
const REQUESTS_PER_TURN_MAX = 16;
const ALONE_MS = 1_000;

export const requestStarts = createLoopShare({ perTurnMax: REQUESTS_PER_TURN_MAX, aloneMs: ALONE_MS });
