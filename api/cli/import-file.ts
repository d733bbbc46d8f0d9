/** Reads the input of `npx holdfast import`: one order a line. */
import { createHash } from 'node:crypto';
import { z } from 'zod';
import type { Input } from '../../command-line/input.ts';
import { linesOf } from '../../command-line/lines.ts';
import { loadSpec } from '../contract/spec.ts';
import { compileValidators } from '../contract/validator.ts';
import { type Advice, adviceOf } from '../grpc/client/advice.ts';
import type { OrderToSend } from '../grpc/client/order-stream.ts';
import { newOrderMessage } from '../grpc/messages/new-order.ts';
import { statusOf } from '../grpc/status.ts';
import { keyOfMessage } from '../commands/idempotency-key.ts';
import { parseJson } from '../json/parse.ts';
import { Problem } from '../problem/problem.ts';
import { v1 } from '../v1/edition.ts';
import { v2 } from '../v2/edition.ts';

export interface OrderLine extends OrderToSend {
  /** Number of the line, from 1. */
  line: number;
}

/** A line that is refused without the server. */
export interface InvalidLine {
  line: number;
  idempotency_key: string;
  reason: Pick<Advice, 'code' | 'detail' | 'fields'>;
}

/** Detects a change of the file between two runs. */
export interface Survey {
  /** Hexadecimal. */
  sha256: string;
  /** Count of lines, empty ones included. */
  lines: number;
}

/** Surveys the bytes that pass through. `done` returns the result at the end. */
function createSurvey(): {
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

/** Surveys a whole file; `undefined` if the signal aborted. */
export async function survey(input: Input, signal: AbortSignal): Promise<Survey | undefined> {
  const { pass, done } = createSurvey();
  for await (const _ of pass(input.read(signal)));
  return signal.aborted ? undefined : done();
}

export interface ReadOptions {
  input: Input;
  /** Skips the lines up to this one. */
  behind: number;
  /** Ends the reading. */
  signal: AbortSignal;
  /** Called at the end of the input, unless the signal aborted. */
  onEnd: (read: Survey) => void;
}

/**
 * Reads lines as orders, without the empty ones. A line is an item of `POST /v2/order-batches`; a
 * v1 order, with one currency for all amounts, is valid as well. The contract is checked here: a
 * gRPC message would silently drop an unknown field.
 */
export async function* readOrders({
  input,
  behind,
  signal,
  onEnd,
}: ReadOptions): AsyncGenerator<OrderLine | InvalidLine> {
  const parse = createParser();
  const { pass, done } = createSurvey();
  let line = 0;
  for await (const text of linesOf(pass(input.read(signal)))) {
    line += 1;
    if (line > behind && text.trim() !== '') yield { line, ...parse(text) };
  }
  if (!signal.aborted) onEnd(done());
}

type ParsedLine = Omit<OrderLine, 'line'> | Omit<InvalidLine, 'line'>;

function createParser(): (text: string) => ParsedLine {
  const [first, second] = [v1, v2].map((edition) => {
    return { edition, contract: compileValidators(loadSpec(edition.name)).get('placeOrder')! };
  });
  return (text) => {
    let idempotency_key = '';
    try {
      const item = itemOf(parseJson(text));
      if ('reason' in item) return item;
      idempotency_key = keyOfMessage(item.idempotency_key);
      const { edition, contract } = 'currency' in item.order ? first! : second!;
      contract.checkBody(item.order);
      const { data } = edition.commandOf('PlaceOrder', item.order);
      return { idempotency_key, order: newOrderMessage(data) };
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      return { idempotency_key, reason: adviceOf(statusOf(error, '')) };
    }
  };
}

const item = z.strictObject({ idempotency_key: z.string(), order: z.looseObject({}) });

function itemOf(value: unknown): z.output<typeof item> | Omit<InvalidLine, 'line'> {
  const parsed = item.safeParse(value);
  if (parsed.success) return parsed.data;
  const { idempotency_key } = (value ?? {}) as { idempotency_key?: unknown };
  return {
    idempotency_key: typeof idempotency_key === 'string' ? idempotency_key : '',
    reason: {
      code: 'invalid_body',
      detail: 'A line must be an object with an idempotency_key and an order, and no other fields.',
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
