/** `holdfast migrate --check`: looks at the database as a start would, and lists the problems. */
import type { Client } from 'pg';
import type { Config } from '../../platform/config.ts';
import { createLogger } from '../../platform/logger.ts';
import { UnfitRedisError, refuseUnfitRedis } from '../redis-advice.ts';
import { AT_RISK, REFUSING, createDurabilityGuard } from '../../store/durability/durability-guard.ts';
import { adviceFor } from '../../store/connection-advice.ts';
import { DURABILITY_FACTS, parseFacts } from '../../store/durability/durability.ts';
import { locate } from '../../store/probe.ts';
import { refuseFewConnections } from '../../store/schema/connections-needed.ts';
import { useSchema } from '../../store/schema/names.ts';
import { preflight } from '../../store/schema/preflight.ts';
import { connect, newClient } from '../../store/session.ts';
import { UnfitDatabaseError, locationOf } from '../../store/unfit.ts';
import type { Inspection } from './migrate.ts';
import { connectionsOf } from '../connections.ts';

/** @returns what a migration would do and meet; it changes nothing */
export async function inspect(databaseUrl: string, config: Config, isNew: boolean): Promise<Inspection> {
  const problems: string[] = [];
  const note = async <T>(look: Promise<T>): Promise<T | undefined> => {
    try {
      return await look;
    } catch (error) {
      const isPlain = error instanceof UnfitDatabaseError || error instanceof UnfitRedisError;
      const text = isPlain ? error.message : adviceFor(error, databaseUrl);
      if (text === undefined) throw error;
      problems.push(text);
      return undefined;
    }
  };
  if (config.redisUrl !== undefined) await note(refuseUnfitRedis(config.redisUrl));
  const schema = await note(locate(databaseUrl, config.schema, isNew));
  if (schema === undefined) return { schema, pending: [], hasLedger: false, hasSchema: false, problems };
  useSchema(schema);
  const location = locationOf(databaseUrl);
  const client = newClient({ connectionString: databaseUrl, application_name: 'holdfast-check' });
  try {
    await connect(client);
    const found = await preflight(client, databaseUrl, location);
    await note(refuseFewConnections(client, location, connectionsOf(config)));
    await note(refuseLowDurability(client, config));
    return { ...found, schema, problems: [...found.problems, ...problems] };
  } finally {
    await client.end();
  }
}

/** @throws {UnfitDatabaseError} */
async function refuseLowDurability(client: Client, { durability }: Config): Promise<void> {
  const guard = createDurabilityGuard(durability, createLogger('silent'));
  const { rows } = await client.query<{ facts: string }>(`SELECT ${DURABILITY_FACTS} AS facts`);
  guard.note(parseFacts(rows[0]!.facts));
  const text = guard.text();
  if (!text.startsWith(AT_RISK) && !text.startsWith(REFUSING)) return;
  throw new UnfitDatabaseError(
    `The durability of Postgres is too low: ${text}.\nCorrect its settings (docs/durability.md), or require a lower level with HOLDFAST_DURABILITY.`,
  );
}
