/** Checks the rules between the answers of one case. */
import type { Answer } from '../send/answers.ts';
import type { Case, HttpLane } from '../case.ts';
import type { Failures } from '../failures.ts';
import { shown } from './http.ts';
import type { Heard } from '../send/http-lane.ts';

export function judgeLaw(
  { law }: Case,
  { requests }: HttpLane,
  { answers }: Heard,
  failures: Failures,
): void {
  const accuse = (request: number, kind: string, answer: Answer) => {
    const { target: detail } = requests[request]!;
    failures.note({ area: 'log', kind, at: requests[request], detail, answer: shown(answer) });
  };
  const [first, second, third] = answers;
  if (first === undefined || second === undefined) return;
  if (law === 'customer' && first.status === 201 && second.status === 404)
    accuse(1, 'a customer who has ordered cannot be read', second);
  if (law === 'walk' && first.status === 200 && second.status === 400) {
    const { next_cursor } = JSON.parse(first.text) as { next_cursor: string | null };
    if (next_cursor !== null) accuse(1, 'a walk does not go on', second);
  }
  if (law === 'window' && second.status === 200 && third?.status === 200) {
    const [before, after] = [second, third].map(
      ({ text }) => (JSON.parse(text) as { data: unknown[] }).data.length > 0,
    );
    if (first.status === 201 && before === after)
      accuse(1, `an order is on ${before ? 'both sides' : 'neither side'} of an instant`, second);
  }
}
