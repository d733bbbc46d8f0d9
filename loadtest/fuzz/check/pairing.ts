/** Assigns the answers of a connection to its requests. */
import type { Answer } from '../send/answers.ts';
import type { Sent } from '../case.ts';

export interface Pair {
  sent: Sent;
  answer: Answer | undefined;
  /** The answer names the request; an answer about the connection does not. */
  isOwn: boolean;
}

export interface Pairing {
  pairs: Pair[];
  /** Faults of the order and the number of answers. */
  faults: { sent: Sent | undefined; fault: string; answer: Answer }[];
}

/**
 * Answers come in the order of the requests (RFC 9112, section 9.3.2). Each names its request by
 * `X-Request-Id`; one that names none belongs to the first request without an answer.
 */
export function pairUp(requests: readonly Sent[], answers: readonly Answer[]): Pairing {
  const pairs: Pair[] = requests.map((sent) => ({ sent, answer: undefined, isOwn: false }));
  const faults: Pairing['faults'] = [];
  let next = 0;
  for (const answer of answers) {
    const id = answer.fields.get('x-request-id');
    const named = id === undefined ? -1 : requests.findIndex((sent) => sent.id === id);
    if (named >= 0 && named < next) {
      faults.push({ sent: requests[named], answer, fault: 'a second answer to the same request' });
      continue;
    }
    if (named > next) {
      const skipped = requests.slice(next, named).find(({ form }) => form === 'whole');
      if (skipped) faults.push({ sent: skipped, answer, fault: 'an answer is missing, the next one came' });
    }
    const place = named >= 0 ? named : next;
    const pair = pairs[place];
    if (pair === undefined) {
      faults.push({ sent: requests.at(-1), answer, fault: 'more answers than requests' });
      continue;
    }
    // The server chooses an id for a request without a valid one.
    const isAnonymous = pair.sent.form === 'whole' && pair.sent.id === undefined && id !== undefined;
    pairs[place] = { sent: pair.sent, answer, isOwn: named >= 0 || isAnonymous };
    next = place + 1;
  }
  return { pairs, faults };
}
