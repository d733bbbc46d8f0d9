/** Limits the open streams: each one holds memory, even an idle one. */
import { Problem } from '../../problem/problem.ts';
import { KEY_STREAMS_MAX, STREAMS_MAX } from './limits.ts';

export interface StreamCount {
  /** @returns a function to call at the end of the stream. @throws {Problem} 503 */
  open: (keyId: string) => () => void;
}

export function createStreamCount(): StreamCount {
  const counts = new Map<string, number>();
  let all = 0;

  return {
    open(keyId) {
      const count = counts.get(keyId) ?? 0;
      if (count >= KEY_STREAMS_MAX || all >= STREAMS_MAX) throw limitProblem(count);
      counts.set(keyId, count + 1);
      all += 1;
      return () => {
        const remaining = (counts.get(keyId) ?? 0) - 1;
        if (remaining > 0) counts.set(keyId, remaining);
        else counts.delete(keyId);
        all -= 1;
      };
    },
  };
}

const limitProblem = (count: number) =>
  new Problem(
    'overloaded',
    count >= KEY_STREAMS_MAX
      ? `This API key has ${KEY_STREAMS_MAX} open streams on this node, the maximum. End one first.`
      : `This node has ${STREAMS_MAX} open streams, the maximum. Retry after a second.`,
    { headers: { 'Retry-After': '1' } },
  );
