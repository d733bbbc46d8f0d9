/** Orders, one a line: what `holdfast import` reads. */
import { createHash } from 'node:crypto';
import { z } from 'zod';
import type { Input } from '../../command-line/input.ts';
import { linesOf } from '../../command-line/lines.ts';
import { loadSpec } from '../contract/spec.ts';
import { compileValidators } from '../contract/validator.ts';
import { type Advice, adviceOf } from '../grpc/client/advice.ts';
import type { Fed } from '../grpc/client/feed-orders.ts';
import { newOrderMessage } from '../grpc/methods/messages.ts';
import { statusOf } from '../grpc/status.ts';
import { keyOfMessage } from '../commands/idempotency-key.ts';
import { parseJson } from '../json/parse.ts';
import { Problem } from '../problem/problem.ts';
import { v1 } from '../v1/edition.ts';
import { v2 } from '../v2/edition.ts';

export interface Line extends Fed {
  /** Its number, from 1. */
  line: number;
}

/** A line that no server need be asked about. */
export interface WrongLine {
  line: number;
  idempotency_key: string;
  why: Pick<Advice, 'code' | 'detail' | 'fields'>;
}

/** What tells whether a file is still the one that it was. */
export interface Survey {
  /** Hexadecimal. */
  sha256: string;
  /** Empty ones too. */
  lines: number;
}

/** Surveys what passes through; `done` has the result when all has passed. */
function surveying(): {
  pass: (bytes: AsyncIterable<Uint8Array>) => AsyncGenerator<Uint8Array>;
  done: () => Survey;
} {
  const hash = createHash('sha256');
  let lines = 0;
  let last = 10;
  return {
    async *pass(bytes) {
      for await (const chunk of bytes) {
        hash.update(chunk);
        for (let at = chunk.indexOf(10); at !== -1; at = chunk.indexOf(10, at + 1)) lines += 1;
        last = chunk.at(-1) ?? last;
        yield chunk;
      }
    },
    done: () => ({ sha256: hash.digest('hex'), lines: last === 10 ? lines : lines + 1 }),
  };
}

/** Reads a file to its end; `undefined` when it was ended before. */
export async function survey(input: Input, signal: AbortSignal): Promise<Survey | undefined> {
  const { pass, done } = surveying();
  for await (const _ of pass(input.read(signal)));
  return signal.aborted ? undefined : done();
}

export interface ReadOptions {
  input: Input;
  /** Lines that are passed over. */
  behind: number;
  /** Ends the reading. */
  signal: AbortSignal;
  /** Called at the end of the input, unless the reading was ended before. */
  onEnd: (read: Survey) => void;
}

/**
 * Reads lines as orders; empty ones are passed over.
 *
 * A line is an item of `POST /v2/order-batches`. Orders in the spelling of orders.proto, which is that of v1, are taken as well: they say their
 * currency once. Each is held to the contract here, since a message has no room for a member that nobody knows, and would lose it in silence.
 */
export async function* readOrders({
  input,
  behind,
  signal,
  onEnd,
}: ReadOptions): AsyncGenerator<Line | WrongLine> {
  const read = readerOfOrders();
  const { pass, done } = surveying();
  let line = 0;
  for await (const text of linesOf(pass(input.read(signal)))) {
    line += 1;
    if (line > behind && text.trim() !== '') yield { line, ...read(text) };
  }
  if (!signal.aborted) onEnd(done());
}

type Read = Omit<Line, 'line'> | Omit<WrongLine, 'line'>;

function readerOfOrders(): (text: string) => Read {
  const [first, second] = [v1, v2].map((edition) => {
    const spec = loadSpec(edition.name);
    const placing = spec.operations.filter(({ id }) => id === 'placeOrder');
    return { edition, contract: compileValidators(spec, placing).get('placeOrder')! };
  });
  return (text) => {
    let idempotency_key = '';
    try {
      const item = itemOf(parseJson(text));
      if ('why' in item) return item;
      idempotency_key = keyOfMessage(item.idempotency_key);
      const { edition, contract } = 'currency' in item.order ? first! : second!;
      contract.checkBody(item.order);
      const { data } = edition.commandOf('PlaceOrder', item.order);
      return { idempotency_key, order: newOrderMessage(data) };
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      return { idempotency_key, why: adviceOf(statusOf(error, '')) };
    }
  };
}

const item = z.strictObject({ idempotency_key: z.string(), order: z.looseObject({}) });

function itemOf(value: unknown): z.output<typeof item> | Omit<WrongLine, 'line'> {
  const parsed = item.safeParse(value);
  if (parsed.success) return parsed.data;
  const { idempotency_key } = (value ?? {}) as { idempotency_key?: unknown };
  return {
    idempotency_key: typeof idempotency_key === 'string' ? idempotency_key : '',
    why: {
      code: 'invalid_body',
      detail: 'A line is an object with an idempotency_key and an order, and nothing else.',
      fields: parsed.error.issues.flatMap(fieldsOf),
    },
  };
}

function fieldsOf(issue: z.core.$ZodIssue): Advice['fields'] {
  if (issue.code === 'unrecognized_keys')
    return issue.keys.map((field) => ({ field, description: 'unknown field' }));
  const [field] = issue.path;
  if (field === undefined) return [];
  return [
    { field: String(field), description: field === 'order' ? 'must be an object' : 'must be a string' },
  ];
}
