/** Walks through lists and the feed of events. */
import type { Client, FetchOptions } from 'openapi-fetch';
import type { WithOptionalKey } from './optional-key.ts';
import { dataOf } from './errors.ts';
import type { components, paths } from './v2.ts';

/** A page of any list. */
interface Page<Item> {
  data: Item[];
  has_more: boolean;
  next_cursor: string | null;
}

type AnswerOf<Get> = Get extends { responses: { 200: { content: { 'application/json': infer Body } } } }
  ? Body
  : never;

/** Paths of GET operations that answer with a page. */
export type ListPath = {
  [Path in keyof paths]: AnswerOf<paths[Path]['get']> extends { data: unknown[]; next_cursor: string | null }
    ? Path
    : never;
}[keyof paths];

export type PageOf<Path extends ListPath> = AnswerOf<paths[Path]['get']>;
export type ItemOf<Path extends ListPath> = PageOf<Path> extends { data: (infer Item)[] } ? Item : never;
/** Parameters and options of a list, as of `GET`. */
export type ListOptions<Path extends ListPath> = FetchOptions<paths[Path]['get']>;

export interface FeedOptions {
  /** `next_cursor` of the last page that you handled. It goes before the two others. */
  cursor?: string | undefined;
  /** Start after this position: the `Holdfast-Position` of a write, or of a handled event. */
  afterPosition?: number;
  /** Start with the first event at or after this time, RFC 3339. */
  since?: string;
  /** Only events of these types. */
  types?: readonly components['schemas']['Event']['type'][];
  /** Seconds, 0 to 30, for which the server holds an empty page; default 20. */
  waitSeconds?: number;
  /** Events of a page, 1 to 100. */
  limit?: number;
  /** Ends the feed with its reason. */
  signal?: AbortSignal;
}

export interface Lists {
  /**
   * The pages of a list, until the last one: `for await (const page of pages('/v2/orders', {}))`.
   * `next_cursor` of a page continues behind it, also in another program.
   *
   * @throws {HoldfastError} a page is refused, or no answer came within the limits
   */
  pages: <Path extends ListPath>(path: Path, options: ListOptions<Path>) => AsyncGenerator<PageOf<Path>>;
  /** The items of a list, page by page. */
  items: <Path extends ListPath>(path: Path, options: ListOptions<Path>) => AsyncGenerator<ItemOf<Path>>;
  /**
   * The feed of events, without an end. Keep `next_cursor` after you have handled a page, in the
   * same transaction: then a restart handles no event twice and skips none.
   *
   * @throws {HoldfastError} as `pages`
   */
  feed: (options?: FeedOptions) => AsyncGenerator<FeedPage>;
}

/** A page of the feed. Its cursor is always present; `data` may be empty while it moves on. */
export type FeedPage = PageOf<'/v2/events'> & { next_cursor: string };

type Get = (
  path: string,
  options: object,
) => Promise<{ data?: unknown; error?: unknown; response: Response }>;
interface Query {
  params?: { query?: object };
}

export function listing(client: Client<WithOptionalKey<paths>>): Lists {
  // One signature for all lists: the public ones are exact.
  const get = client.GET as unknown as Get;
  const pageAt = (path: string, options: Query, query: object) =>
    dataOf(
      get(path, { ...options, params: { ...options.params, query: { ...options.params?.query, ...query } } }),
    );

  async function* pagesOf(path: string, options: Query): AsyncGenerator<Page<unknown>> {
    let cursor: string | undefined;
    do {
      const page = (await pageAt(path, options, cursor === undefined ? {} : { cursor })) as Page<unknown>;
      yield page;
      cursor = page.has_more ? (page.next_cursor ?? undefined) : undefined;
    } while (cursor !== undefined);
  }
  async function* itemsOf(path: string, options: Query): AsyncGenerator {
    for await (const { data } of pagesOf(path, options)) yield* data;
  }
  return {
    pages: pagesOf as unknown as Lists['pages'],
    items: itemsOf as unknown as Lists['items'],
    async *feed({ cursor: first, afterPosition, since, types, waitSeconds = 20, limit, signal } = {}) {
      const start = {
        ...(afterPosition !== undefined && { after_position: afterPosition }),
        ...(since && { since }),
      };
      const options = {
        ...(signal && { signal }),
        params: {
          query: {
            wait: waitSeconds,
            ...(types && { types: types.join(',') }),
            ...(limit !== undefined && { limit }),
          },
        },
      };
      let cursor = first;
      for (;;) {
        const page = (await pageAt(
          '/v2/events',
          options,
          cursor === undefined ? start : { cursor },
        )) as FeedPage;
        if (page.data.length > 0 || page.next_cursor !== cursor) yield page;
        cursor = page.next_cursor;
      }
    },
  };
}
