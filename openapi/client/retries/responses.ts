/** Reads the responses of the server, and of whatever stands before it. */
import type { ErrorResponse } from '../attempts.ts';
import { retryAfterMs } from '../retry-after.ts';
import type { Outcome } from '../retry-policy.ts';

export interface ReadResponse {
  outcome: Outcome;
  error: ErrorResponse | undefined;
}

export const NO_RESPONSE: ReadResponse = { outcome: { kind: 'no_response' }, error: undefined };

/** Statuses of a proxy that cannot reach its server. */
const PROXY_STATUSES = new Set([429, 502, 503, 504]);

/**
 * The response with its whole body.
 *
 * @throws the connection ended within the body, or Holdfast did not send the response: a redirect,
 *   a page of HTML, broken JSON. The write may not have reached it
 */
export async function withWholeBody(sent: Promise<Response>): Promise<Response> {
  const response = await sent;
  const { status, statusText, headers } = response;
  if (response.type === 'opaqueredirect' || (status >= 300 && status < 400 && status !== 304))
    throw new Error(`a redirect (${status}), which Holdfast never sends`);
  const body = await response.arrayBuffer();
  if (response.ok) requireJson(headers, body);
  return new Response(body.byteLength === 0 ? null : body, { status, statusText, headers });
}

/** @throws the body of a success is not JSON, as from the login page of a network */
function requireJson(headers: Headers, body: ArrayBuffer): void {
  if (body.byteLength === 0) return;
  const type = headers.get('Content-Type') ?? 'no type';
  if (!/^application\/(?:[\w.-]+\+)?json\b/i.test(type))
    throw new Error(`a success of ${type}, which Holdfast did not send`);
  JSON.parse(new TextDecoder().decode(body));
}

/** The retry class of a response. Without a problem document, its status decides. */
export async function readResponse(response: Response): Promise<ReadResponse> {
  const { status, headers } = response;
  const outcomeOf = (retry: string | undefined): Outcome => ({
    kind: 'response',
    retry,
    retryAfterMs: retryAfterMs(headers, Date.now()),
  });
  if (status < 400) return { outcome: outcomeOf(undefined), error: undefined };
  const { retry, code, detail } = await problemOf(response);
  if (retry === undefined) {
    const ofStatus = PROXY_STATUSES.has(status) ? 'same_key_after' : undefined;
    return { outcome: outcomeOf(ofStatus), error: { status } };
  }
  return {
    outcome: outcomeOf(retry),
    error: { status, ...(code !== undefined && { code }), ...(detail !== undefined && { detail }) },
  };
}

interface ProblemMembers {
  retry?: string;
  code?: string;
  detail?: string;
}

/** @returns no members for a response that is not a problem document */
async function problemOf(response: Response): Promise<ProblemMembers> {
  if (!response.headers.get('Content-Type')?.startsWith('application/problem+json')) return {};
  const parsed: unknown = await response
    .clone()
    .json()
    .catch(() => undefined);
  return typeof parsed === 'object' && parsed !== null ? parsed : {};
}
