/** Which answer of a connection belongs to which of its requests. */
import type { Answer } from './answers.ts';
import type { Sent } from './case.ts';

export interface Pair {
  sent: Sent;
  answer: Answer | undefined;
  /** Whether the answer names the request; what is said of the connection as a whole does not. */
  isOwn: boolean;
}

export interface Pairing {
  pairs: Pair[];
  /** What is wrong with the order of the answers, and with their number. */
  faults: { sent: Sent | undefined; fault: string; answer: Answer }[];
}

/**
 * Answers come in the order of the requests (RFC 9112, section 9.3.2), and each names the request that it
 * answers by its `X-Request-Id`. One that names none is said of the first request without an answer.
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
      if (skipped)
        faults.push({ sent: skipped, answer, fault: 'its answer was left out, and the next one came' });
    }
    const place = named >= 0 ? named : next;
    const pair = pairs[place];
    if (pair === undefined) {
      faults.push({ sent: requests.at(-1), answer, fault: 'more answers than requests' });
      continue;
    }
    // One that brought no id of its own was given one.
    const isAnonymous = pair.sent.form === 'whole' && pair.sent.id === undefined && id !== undefined;
    pairs[place] = { sent: pair.sent, answer, isOwn: named >= 0 || isAnonymous };
    next = place + 1;
  }
  return { pairs, faults };
}
