/**
 * The driver of the pools. The one of Slonik leaves connections without an error listener while
 * they open and after they close, so an error there ends the process, and hides the socket of a
 * connection that has gone silent.
 */
import type { Client } from 'pg';
import {
  BackendTerminatedError,
  BackendTerminatedUnexpectedlyError,
  type DriverCommand,
  type DriverFactory,
  type DriverTypeParser,
  IdleTransactionTimeoutError,
  InvalidInputError,
  StatementCancelledError,
  StatementTimeoutError,
  UniqueIntegrityConstraintViolationError,
  createDriverFactory,
} from 'slonik';
import type { DurabilityGuard } from '../durability/durability-guard.ts';
import { watchCommits } from '../durability/confirmed-commits.ts';
import { hasSharedSessions } from './direct-address.ts';
import { requireSettings } from './shared-sessions.ts';
import { connect, newClient } from '../session.ts';
import { copyOut, isCopyOut } from './copy-out.ts';
import { StoreUnavailable } from '../unavailable.ts';
import { expectAnswers } from './silence.ts';

/** Object ids of our types, and of arrays of them. Postgres never changes them. */
const TYPE_IDS: Record<string, readonly [number, number]> = {
  text: [25, 1009],
  int8: [20, 1016],
  numeric: [1700, 1231],
  timestamptz: [1184, 1185],
  json: [114, 199],
};

/** A driver for pools that sets up each connection before its first use. */
export const createSessionDriver =
  (guard?: DurabilityGuard): DriverFactory =>
  async (given) => {
    const { createClient } = await createClients(guard)(given);
    return {
      async createClient() {
        const client = await createClient();
        // Slonik takes the client without a look, and its error would end the process.
        if (client.state() !== 'IDLE') throw new StoreUnavailable('Postgres ended a new connection');
        return client;
      },
    };
  };

const createClients = (guard: DurabilityGuard | undefined): DriverFactory =>
  createDriverFactory(async ({ driverConfiguration }) => ({
    async createPoolClient({ clientEventEmitter }) {
      const { connectionUri, connectionTimeout, statementTimeout, idleInTransactionSessionTimeout } =
        driverConfiguration;
      const client = newClient({ connectionString: connectionUri });
      const isShared = hasSharedSessions(connectionUri);
      setTypeParsers(client, driverConfiguration.typeParsers);
      const requireConfirmed = watchCommits(client);
      client.on('error', (error) => {
        // Slonik stops listening before the connection has closed.
        if (clientEventEmitter.listenerCount('error') > 0) clientEventEmitter.emit('error', wrapped(error));
      });
      clientEventEmitter.on('acquire', () => expectAnswers(client, { isSpare: false }));
      clientEventEmitter.on('release', () => expectAnswers(client, { isSpare: true }));
      return {
        connect: () =>
          connect(client, {
            timeoutMs: msOf(connectionTimeout),
            guard,
            checkShared: isShared ? (needs) => requireSettings(client, connectionUri, needs) : undefined,
            statement_timeout: msOf(statementTimeout),
            idle_in_transaction_session_timeout: msOf(idleInTransactionSessionTimeout),
          }),
        end: () => client.end(),
        async query(text, values, options) {
          if (isCopyOut(text)) {
            const rows = await copyOut(client, text).catch((error: Error) => {
              throw wrapped(error);
            });
            requireConfirmed();
            return { command: 'COPY', fields: [], rowCount: 1, rows: [{ ...rows }] };
          }
          const { command, fields, rowCount, rows } = await client
            .query<Record<string, unknown>>({
              text,
              values: values as unknown[],
              ...options,
              // The next transaction may run in a session that has not prepared it.
              ...(isShared && { name: undefined }),
            })
            .catch((error: Error) => {
              throw wrapped(error);
            });
          requireConfirmed();
          return {
            command: command as DriverCommand,
            fields: fields.map(({ dataTypeID, name }) => ({ dataTypeId: dataTypeID, name })),
            rowCount,
            rows,
          };
        },
        stream() {
          throw new Error('This driver has no streams: read pages');
        },
      };
    },
  }));

const msOf = (timeout: number | 'DISABLE_TIMEOUT'): number | undefined =>
  timeout === 'DISABLE_TIMEOUT' ? undefined : timeout;

function setTypeParsers(client: Client, parsers: readonly DriverTypeParser[]): void {
  const parseArray = client.getTypeParser(TYPE_IDS['text']![1] as never) as (text: string) => Elements;
  for (const { name, parse } of parsers) {
    const [id, arrayId] = TYPE_IDS[name]!;
    client.setTypeParser(id, parse);
    client.setTypeParser(arrayId, (text) => mapElements(parseArray(text), parse));
  }
}

type Elements = (string | null | Elements)[];

const mapElements = (elements: Elements, parse: (text: string) => unknown): unknown[] =>
  elements.map((each) => (Array.isArray(each) ? mapElements(each, parse) : parse(each as string)));

/** The error as the classes of Slonik; its cause is the error of pg. */
function wrapped(error: Error & { code?: string }): Error {
  const { code, message } = error;
  if (/connection terminated unexpectedly/i.test(message))
    return new BackendTerminatedUnexpectedlyError(error);
  if (/connection terminated/i.test(message) || code === '57P01') return new BackendTerminatedError(error);
  if (code === '57014')
    return /user request/.test(message)
      ? new StatementCancelledError(error)
      : new StatementTimeoutError(error);
  if (code === '25P03') return new IdleTransactionTimeoutError(error);
  if (code === '22P02') return new InvalidInputError(message);
  if (code === '23505') return new UniqueIntegrityConstraintViolationError(error as never);
  const constraint = duplicateOnWorker(error);
  return constraint === undefined
    ? error
    : new UniqueIntegrityConstraintViolationError(Object.assign(error, { constraint }) as never);
}

/**
 * The constraint that refused a row on a worker of Citus. The coordinator copies rows of arrays
 * there, and reports a duplicate as an internal error.
 */
const duplicateOnWorker = ({ code, message }: Error & { code?: string }): string | undefined =>
  code === 'XX000' ? /^duplicate key value violates unique constraint "(.+)"$/.exec(message)?.[1] : undefined;
