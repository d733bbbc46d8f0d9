/** Why an order or a record of a file is refused: a line of the report. */
import { Problem } from '../../problem/problem.ts';

export interface Reason {
  /** HTTP status of the answer; of a line that was not sent, the one that it would get. */
  status: number;
  code: string;
  detail: string;
  /** With pointers into the line. */
  errors: { pointer: string; detail: string }[];
  /** The order of the record, or the order that has the reference or number. */
  order_id?: string;
}

export interface Refusal extends Reason {
  /** Number of the line, from 1. */
  line: number;
  /** `null` if the line has none. */
  reference: string | null;
  /** Index of the record in `records`; `null` for the order itself. */
  record: number | null;
  /** Records of the line that were not sent because of this refusal. */
  not_sent: number;
}

export const invalidLine = (detail: string, errors: Reason['errors'] = []): Reason => ({
  status: 422,
  code: 'invalid_body',
  detail,
  errors,
});

/** The reason of a fault in the text of a line. @throws any error that is not a problem */
export function reasonOfFault(error: unknown): Reason {
  if (!(error instanceof Problem)) throw error;
  const { status, code, message, errors = [] } = error;
  return {
    status,
    code,
    detail: message,
    errors: errors.flatMap((each) => ('pointer' in each ? [each] : [])),
  };
}
