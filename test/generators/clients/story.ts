/** What each generated client does: the steps of a shop, and their results as one JSON line. */

export interface Placed {
  status: number;
  replayed: boolean;
  /** `Holdfast-Position` of an order that was placed. */
  position: string | null;
  /** Of the order; absent when it was refused. */
  id?: string;
  /** `type` of the problem; absent when the order was placed. */
  problemType?: string;
  /** Pointers of the problem. */
  pointers?: (string | undefined)[];
}

/** A generated client. `wrong` is an order that the server refuses. */
export interface Client {
  place: (key: string, wrong?: boolean) => Promise<Placed>;
  /** One order a page, oldest first, once the list has reached the position. */
  page: (position: string | undefined, cursor?: string) => Promise<{ ids: string[]; next: string | null }>;
  receipt: (
    key: string,
  ) => Promise<{ orderId: string | null; eventType: string | undefined; city: string | undefined }>;
}

export const { HOLDFAST_URL: url = '', HOLDFAST_API_KEY: apiKey = '' } = process.env;
export const authorization = { Authorization: `Bearer ${apiKey}` };

/** The headers of an answer that the story needs. */
export const headersOf = (headers: Headers | undefined): { replayed: boolean; position: string | null } => ({
  replayed: headers?.get('Idempotent-Replayed') === 'true',
  position: headers?.get('Holdfast-Position') ?? null,
});

export const quantity = (wrong?: boolean): number => (wrong ? 0 : 2);

/** Runs the story and prints its results. */
export async function tell(client: Client): Promise<void> {
  const key = crypto.randomUUID();
  const placed = await client.place(key);
  const repeated = await client.place(key);
  const refused = await client.place(crypto.randomUUID(), true);
  const other = await client.place(crypto.randomUUID());
  const receipt = await client.receipt(key);
  const ids: string[] = [];
  for (let cursor: string | undefined; ids.length < 100;) {
    const { ids: more, next } = await client.page(other.position ?? undefined, cursor);
    ids.push(...more);
    if (next === null) break;
    cursor = next;
  }
  process.stdout.write(`${JSON.stringify({ placed, repeated, refused, other, receipt, ids })}\n`);
}
