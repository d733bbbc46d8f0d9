import { Problem } from '../../problem/problem.ts';
import { KEY_STREAMS_MAX, STREAMS_MAX } from './limits.ts';

/**
 * How many streams are open. Each holds some memory, also one that nothing comes or goes through.
 */
export interface StreamCount {
  /** @returns to be called when the stream is over. @throws {Problem} 503 */
  open: (keyId: string) => () => void;
}

export function createStreamCount(): StreamCount {
  const counts = new Map<string, number>();
  let all = 0;

  return {
    open(keyId) {
      const count = counts.get(keyId) ?? 0;
      if (count >= KEY_STREAMS_MAX || all >= STREAMS_MAX) throw crowded(count);
      counts.set(keyId, count + 1);
      all += 1;
      return () => {
        const left = (counts.get(keyId) ?? 0) - 1;
        if (left > 0) counts.set(keyId, left);
        else counts.delete(keyId);
        all -= 1;
      };
    },
  };
}

const crowded = (count: number) =>
  new Problem(
    'overloaded',
    count >= KEY_STREAMS_MAX
      ? `This API key has ${KEY_STREAMS_MAX} streams open at this node, the most that it may. End one first.`
      : 'This node has as many streams open as it can hold. Try again in a moment.',
    { headers: { 'Retry-After': '1' } },
  );
