/** Holds what must be true between the answers of a case. */
import type { Case, HttpLane } from './case.ts';
import type { Failures } from './failures.ts';
import { shown } from './judge-http.ts';
import type { Heard } from './http-lane.ts';

export function judgeLaw(
  { law }: Case,
  { requests }: HttpLane,
  { answers }: Heard,
  failures: Failures,
): void {
  const [placed, first, second] = answers;
  if (law === undefined || placed?.status !== 201) return;
  if (law === 'customer' && first?.status === 404) {
    failures.note({
      area: 'log',
      kind: 'a customer who has ordered cannot be read',
      at: requests[1],
      detail: `${requests[1]?.target}`,
      answer: shown(first),
    });
  }
  if (law === 'window' && first?.status === 200 && second?.status === 200) {
    const [before, after] = [first, second].map(
      ({ text }) => (JSON.parse(text) as { data: unknown[] }).data.length > 0,
    );
    if (before !== after) return;
    failures.note({
      area: 'log',
      kind: `an order is on ${before ? 'both sides' : 'neither side'} of an instant`,
      at: requests[1],
      detail: `${requests[1]?.target} and ${requests[2]?.target}`,
      answer: shown(first),
    });
  }
}
