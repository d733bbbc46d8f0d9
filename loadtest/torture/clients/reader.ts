/** Readers: walks through lists, the event feed, totals. */
import { setTimeout as delay } from 'node:timers/promises';
import type { Edition } from '../history/entry.ts';
import type { Essentials } from './answer.ts';
import type { TortureClient } from './client.ts';
import { type Knowledge, CUSTOMERS_COUNT } from './shopper.ts';

const PAGES_MAX = 12;
const ATTEMPTS_MAX = 20;
const RETRY_MS = 150;
const READ_AFTER_TIMEOUT_MS = 8_000;

type RestEdition = Exclude<Edition, 'grpc'>;

interface WalkOptions {
  direction: 'asc' | 'desc';
  limit: number;
  readAfter?: number;
  pagesMax?: number;
  /** Gives up at this time of `performance.now()`. */
  deadlineMs?: number;
}

/**
 * Walks through the list of orders, page by page.
 *
 * @returns whether it came to the end
 */
export async function walk(
  client: TortureClient,
  name: string,
  edition: RestEdition,
  { direction, limit, readAfter, pagesMax = PAGES_MAX, deadlineMs = Number.POSITIVE_INFINITY }: WalkOptions,
): Promise<boolean> {
  let cursor = '';
  for (
    let [page, failures] = [0, 0];
    page < pagesMax && failures < ATTEMPTS_MAX && performance.now() < deadlineMs;
  ) {
    const answer = await client.ask(
      {
        edition,
        wish: { kind: 'page', walk: name, direction, readAfter },
        request: {
          path: `/${edition}/orders?order=${direction}&limit=${limit}${cursor}`,
          fields: readAfter === undefined ? '' : `Holdfast-Read-After: ${readAfter}\r\n`,
        },
      },
      { timeoutMs: READ_AFTER_TIMEOUT_MS },
    );
    if (isToldOfLoss(answer)) return false;
    if (answer.status !== 200) {
      failures += 1;
      await delay(RETRY_MS);
      continue;
    }
    page += 1;
    if (answer.hasMore === false) return true;
    cursor = `&cursor=${cursorIn(answer.body)}`;
  }
  return false;
}

/** The log lost the position that the client named: it must read again from the start. */
export const isToldOfLoss = ({ status, code = '' }: Pick<Essentials, 'status' | 'code'>): boolean =>
  status === 400 && ['invalid_cursor', 'invalid_parameter'].includes(code);

const cursorIn = (body: string): string => (JSON.parse(body) as { next_cursor: string }).next_cursor;

/** Reads the feed, from the first event on. */
export function createFeedReader(client: TortureClient, edition: RestEdition) {
  let cursor = '';
  return {
    /** Reads one page. @returns whether more events follow; `undefined` without an answer */
    async step(wait = 0): Promise<boolean | undefined> {
      const answer = await client.ask(
        {
          edition,
          wish: { kind: 'feed', reader: client.name },
          request: { path: `/${edition}/events?limit=100&wait=${wait}${cursor}` },
        },
        { timeoutMs: READ_AFTER_TIMEOUT_MS },
      );
      if (isToldOfLoss(answer)) cursor = '';
      if (answer.status !== 200) return undefined;
      cursor = `&cursor=${cursorIn(answer.body)}`;
      return answer.hasMore;
    },
  };
}

/** Reads the totals of a customer, and those of all days. */
export async function readTotals(
  client: TortureClient,
  edition: RestEdition,
  customer: string,
  readAfter?: number,
): Promise<boolean> {
  const fields = readAfter === undefined ? '' : `Holdfast-Read-After: ${readAfter}\r\n`;
  const options = { timeoutMs: READ_AFTER_TIMEOUT_MS };
  const ofCustomer = await client.ask(
    {
      edition,
      wish: { kind: 'summary', customer },
      request: { path: `/${edition}/customers/${customer}/summary`, fields },
    },
    options,
  );
  const ofDays = await client.ask(
    { edition, wish: { kind: 'sales' }, request: { path: `/${edition}/daily-sales?limit=100`, fields } },
    options,
  );
  return [ofCustomer, ofDays].every(({ status }) => status === 200 || status === 404);
}

/** One act of a reader: a walk, or totals. */
export async function readSomething(
  client: TortureClient,
  known: Knowledge,
  walkName: string,
): Promise<void> {
  const { random } = client;
  const edition = random.chance(0.5) ? 'v1' : 'v2';
  if (random.chance(0.4)) {
    await readTotals(client, edition, `cus_${random.between(1, CUSTOMERS_COUNT)}`);
    return;
  }
  const { position } = known;
  const isComplete = await walk(client, walkName, edition, {
    direction: random.chance(0.5) ? 'asc' : 'desc',
    limit: random.between(5, 60),
    ...(random.chance(0.5) && { readAfter: position }),
  });
  // It may be lost: the next writes tell a newer one.
  if (!isComplete && known.position === position) known.position = 0;
}
