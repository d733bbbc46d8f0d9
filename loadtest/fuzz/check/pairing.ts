/** Assigns the responses of a connection to its requests. */
import type { Response } from '../send/responses.ts';
import type { Sent } from '../case.ts';

export interface Pair {
  sent: Sent;
  answer: Response | undefined;
  /** Whether the response names the request; a connection-level response does not. */
  isOwn: boolean;
}

export interface Pairing {
  pairs: Pair[];
  /** Faults in the sequence and the number of responses. */
  faults: { sent: Sent | undefined; fault: string; answer: Response }[];
}

/**
 * Responses have the sequence of the requests (RFC 9112, section 9.3.2). Each names its request by
 * `X-Request-Id`; one without it belongs to the first request without a response.
 */
export function pairUp(requests: readonly Sent[], answers: readonly Response[]): Pairing {
  const pairs: Pair[] = requests.map((sent) => ({ sent, answer: undefined, isOwn: false }));
  const faults: Pairing['faults'] = [];
  let next = 0;
  for (const answer of answers) {
    const id = answer.fields.get('x-request-id');
    const named = id === undefined ? -1 : requests.findIndex((sent) => sent.id === id);
    if (named >= 0 && named < next) {
      faults.push({ sent: requests[named], answer, fault: 'a second response to the same request' });
      continue;
    }
    if (named > next) {
      const skipped = requests.slice(next, named).find(({ form }) => form === 'whole');
      if (skipped) faults.push({ sent: skipped, answer, fault: 'a response is missing before the next one' });
    }
    const position = named >= 0 ? named : next;
    const pair = pairs[position];
    if (pair === undefined) {
      faults.push({ sent: requests.at(-1), answer, fault: 'more responses than requests' });
      continue;
    }
    // The server chooses an id for a request without a valid one.
    const isAnonymous = pair.sent.form === 'whole' && pair.sent.id === undefined && id !== undefined;
    pairs[position] = { sent: pair.sent, answer, isOwn: named >= 0 || isAnonymous };
    next = position + 1;
  }
  return { pairs, faults };
}
