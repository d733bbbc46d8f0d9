/** Checks the rules between the responses of one case. */
import type { Response } from '../send/responses.ts';
import type { Case, HttpConnection } from '../case.ts';
import type { Failures } from '../failures.ts';
import { shown } from './http.ts';
import type { Heard } from '../send/http-connection.ts';

export function checkLaw(
  { law }: Case,
  { requests }: HttpConnection,
  { answers }: Heard,
  failures: Failures,
): void {
  const accuse = (request: number, kind: string, answer: Response) => {
    const { target: detail } = requests[request]!;
    failures.note({ area: 'log', kind, at: requests[request], detail, answer: shown(answer) });
  };
  const [first, second, third] = answers;
  if (first === undefined || second === undefined) return;
  if (law === 'customer' && first.status === 201 && second.status === 404)
    accuse(1, 'a customer with an order has no summary', second);
  if (law === 'walk' && first.status === 200 && second.status === 400) {
    const { next_cursor } = JSON.parse(first.text) as { next_cursor: string | null };
    if (next_cursor !== null) accuse(1, 'the cursor of a page is refused', second);
  }
  if (law === 'time-filter' && second.status === 200 && third?.status === 200) {
    const [before, after] = [second, third].map(
      ({ text }) => (JSON.parse(text) as { data: unknown[] }).data.length > 0,
    );
    if (first.status === 201 && before === after)
      accuse(
        1,
        `an order is ${before ? 'both' : 'neither'} before ${before ? 'and' : 'nor'} after a time`,
        second,
      );
  }
}
