/** Which schema a process uses, by HOLDFAST_SCHEMA and what the database has. */
import { DEFAULT_SCHEMA } from '../../platform/settings/schema-name.ts';
import { type DatabaseLocation, UnfitDatabaseError } from '../unfit.ts';
import { OLD_SCHEMA } from './names.ts';

export interface SchemaChoice {
  /** The schemas of the installations in the database. */
  found: readonly string[];
  /** HOLDFAST_SCHEMA. */
  wanted: string | undefined;
  /** Whether to create an installation beside another one. */
  isNew: boolean;
}

/**
 * A second installation is never created by mistake: to its clients it is a log without orders.
 *
 * @throws {UnfitDatabaseError} the database has installations, but not the wanted one; or it has
 *   two, and no name is wanted
 */
export function chooseSchema({ found, wanted, isNew }: SchemaChoice, location: DatabaseLocation): string {
  const name = wanted ?? DEFAULT_SCHEMA;
  if (found.length === 0 || isNew) return name;
  const usual = wanted === undefined ? [DEFAULT_SCHEMA, OLD_SCHEMA] : [wanted];
  const [chosen, another] = found.filter((schema) => usual.includes(schema));
  const where = `The database "${location.database}" at ${location.server}`;
  if (chosen === undefined) {
    throw new UnfitDatabaseError(
      `${where} has Holdfast in the schema ${found.join(', ')}, and none in ${name}.\n` +
        `Set HOLDFAST_SCHEMA=${found[0]} to use it. For another installation beside it, run once: HOLDFAST_SCHEMA=${name} npx holdfast migrate --new`,
    );
  }
  if (another === undefined) return chosen;
  throw new UnfitDatabaseError(
    `${where} has Holdfast in the schemas ${chosen} and ${another}.\nSet HOLDFAST_SCHEMA to the one to use.`,
  );
}
