/** Outcomes of attempts. */
import type { CommonQueryMethods } from 'slonik';
import { z } from 'zod';
import { SEPARATOR, plainArray, statement } from '../statement.ts';
import { reachable } from '../unavailable.ts';

const recordAttempts = statement('webhooks/record-attempts', z.object({}), { keepsPlan: false });

/** The outcome of one attempt. */
export interface Outcome {
  delivery_id: string;
  endpoint_id: string;
  /** The endpoint, the queueing and the claim that the attempt belongs to. */
  generation: number;
  queueing: string;
  claim: string;
  /** Recorded attempts of the delivery when it was claimed. */
  attempts_before: number;
  attempted_at: Date;
  duration_ms: number;
  /** HTTP status; `null` without an answer. */
  code: number | null;
  /** Why the attempt failed; `null` when it succeeded. */
  error: string | null;
  /** The first bytes of the answer. */
  answer: string;
  /** The status of the delivery after the attempt. */
  status: 'pending' | 'delivered' | 'failed';
  delaySeconds: number;
}

/** Records attempts, each once; those of a claim that has passed to another worker too. */
export async function recordOutcomes(pool: CommonQueryMethods, outcomes: Outcome[]): Promise<void> {
  await reachable(
    pool.query(
      recordAttempts(
        plainArray(outcomes.map((each) => each.delivery_id)),
        plainArray(outcomes.map((each) => each.attempted_at.toISOString())),
        plainArray(outcomes.map((each) => each.duration_ms)),
        outcomes.map((each) => each.code),
        outcomes.map((each) => each.error),
        outcomes.map((each) => each.answer).join(SEPARATOR),
        plainArray(outcomes.map((each) => each.status)),
        plainArray(outcomes.map((each) => each.delaySeconds)),
        plainArray(outcomes.map((each) => each.endpoint_id)),
        plainArray(outcomes.map((each) => each.generation)),
        outcomes.map((each) => each.queueing),
        outcomes.map((each) => each.claim),
        plainArray(outcomes.map((each) => each.attempts_before)),
      ),
    ),
  );
}
