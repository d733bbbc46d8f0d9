/** A file of orders, one a line: what `holdfast import` reads. */
import { createHash } from 'node:crypto';
import { z } from 'zod';
import { bytesOfFile, linesOf } from '../../store/lines.ts';
import { loadSpec } from '../contract/spec.ts';
import { compileValidators } from '../contract/validator.ts';
import type { Fed } from '../grpc/feed-orders.ts';
import { newOrderMessage } from '../grpc/messages.ts';
import { keyOfMessage } from '../idempotency-key.ts';
import { parseJson } from '../json/parse.ts';
import { Problem } from '../problem.ts';
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
  problem: Problem;
}

/** What tells whether a file is still the one that it was: its SHA-256, and how many lines it has. */
export async function survey(path: string): Promise<{ sha256: string; lines: number }> {
  const hash = createHash('sha256');
  let lines = 0;
  let last = 10;
  for await (const chunk of bytesOfFile(path)) {
    hash.update(chunk);
    for (let at = chunk.indexOf(10); at !== -1; at = chunk.indexOf(10, at + 1)) lines += 1;
    last = chunk.at(-1) ?? last;
  }
  return { sha256: hash.digest('hex'), lines: last === 10 ? lines : lines + 1 };
}

const item = z.looseObject({ idempotency_key: z.string(), order: z.looseObject({}) });

/**
 * Reads lines as orders; empty ones are passed over.
 *
 * A line is an item of `POST /v2/order-batches`. Orders in the spelling of orders.proto, which is that of v1, are taken as well: they say their
 * currency once. Each is held to the contract here, since a message has no room for a member that nobody knows, and would lose it in silence.
 *
 * @param behind lines that are passed over
 */
export async function* readOrders(path: string, behind: number): AsyncGenerator<Line | WrongLine> {
  const editions = [v1, v2].map((edition) => ({
    edition,
    contract: compileValidators(loadSpec(edition.name)).get('placeOrder')!,
  }));
  const [first, second] = editions as [(typeof editions)[0], (typeof editions)[0]];
  let line = 0;
  for await (const text of linesOf(bytesOfFile(path))) {
    line += 1;
    if (line <= behind || text.trim() === '') continue;
    let idempotency_key = '';
    try {
      const given = itemOf(text);
      idempotency_key = keyOfMessage(given.idempotency_key);
      const { edition, contract } = 'currency' in given.order ? first : second;
      contract.checkBody(given.order);
      const { data } = edition.commandOf('PlaceOrder', given.order);
      yield { line, idempotency_key, order: newOrderMessage(data) };
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      yield { line, idempotency_key, problem: error };
    }
  }
}

function itemOf(text: string): z.output<typeof item> {
  const value = parseJson(text);
  const parsed = item.safeParse(value);
  if (parsed.success) return parsed.data;
  throw new Problem('invalid_body', 'A line is an object with an idempotency_key and an order.');
}
