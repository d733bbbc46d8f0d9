/** The client of commands that call a server. It says why it waits, and explains errors. */
import { setTimeout as delay } from 'node:timers/promises';
import { CommandError, type HttpAccess } from '../../command-line/command.ts';
import {
  type ClientOptions,
  type HoldfastClient,
  HoldfastError,
  createClient,
  dataOf,
} from '../../openapi/client/client.ts';

/** A shorter wait is not mentioned. */
const WAIT_MS_MIN = 1_000;

export type ServerClientOptions = Omit<ClientOptions, 'baseUrl' | 'apiKey' | 'fetch' | 'sleep'>;

export interface ServerClient extends HoldfastClient {
  /**
   * The body of a successful answer.
   *
   * @throws {CommandError} the problem of the answer, with its places and what to do
   */
  read: <Data>(
    call: Promise<{ data?: Data; error?: unknown; response: Response }>,
  ) => Promise<Exclude<Data, undefined>>;
  /** Converts an error of a call, as `read` does; other errors stay as they are. */
  explained: (error: unknown) => unknown;
}

export function openClient(access: HttpAccess, options: ServerClientOptions = {}): ServerClient {
  let lastStatus: number | undefined;
  let said: string | undefined;
  const client = createClient({
    ...options,
    baseUrl: access.url,
    apiKey: access.apiKey,
    async fetch(...request) {
      lastStatus = undefined;
      const response = await fetch(...request);
      lastStatus = response.status;
      return response;
    },
    async sleep(ms, signal) {
      const reason = reasonOf(lastStatus, access.url);
      if (ms >= WAIT_MS_MIN && reason !== said)
        process.stderr.write(`${reason} Next attempt in ${Math.ceil(ms / 1_000)} s.\n`);
      if (ms >= WAIT_MS_MIN) said = reason;
      await delay(ms, undefined, { signal }).catch(() => {});
    },
  });
  const explained = (error: unknown) =>
    error instanceof HoldfastError ? new CommandError(textOf(error, access), { cause: error }) : error;
  return {
    ...client,
    explained,
    read: (call) =>
      dataOf(call).catch((error: unknown) => {
        throw explained(error);
      }),
  };
}

function reasonOf(status: number | undefined, url: string): string {
  if (status === undefined) return `No answer from ${url}.`;
  if (status === 429) return 'The quota of this API key is used up.';
  return `The server accepts no request now (${status}).`;
}

/** What happened, where, and what to do. */
function textOf({ message, code, problem }: HoldfastError, { url, apiKeySource }: HttpAccess): string {
  const faults = (problem?.errors ?? []).map(
    ({ pointer, parameter, detail }) => `  ${pointer ?? parameter ?? ''}: ${detail}`,
  );
  return [`${url}: ${message}`, ...faults, ...adviceOf(code, apiKeySource)].join('\n');
}

function adviceOf(code: string, apiKeySource: string): string[] {
  switch (code) {
    case 'unauthenticated':
    case 'scope_missing':
    case 'address_not_allowed':
      return [`API key used: ${apiKeySource}. For another one: npx holdfast login URL, or HOLDFAST_API_KEY.`];
    case 'no_response':
      return ['Start the server, or name another: npx holdfast login URL, or HOLDFAST_URL.'];
    default:
      return [];
  }
}
