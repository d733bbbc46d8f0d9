/** `npx holdfast roles`: a role that migrates, and one with the least rights that serves. */
import { sql } from 'slonik';
import { type CliCommand, CommandError, UsageError, quoted } from '../../command-line/command.ts';
import { schemaOf } from '../schema/names.ts';
import { roleStatements } from '../schema/role-statements.ts';

/** A name that SQL never needs to quote, except words of SQL, which Postgres refuses. */
const ROLE_NAME = /^[a-z][a-z0-9_]{0,62}$/;
/** SQLSTATE of a right that is missing. */
const FORBIDDEN = '42501';

export const roles: CliCommand = {
  summary:
    'Create a migration role, which owns the tables, and a runtime role with the least rights for nodes.',
  options: {
    print: { help: 'change nothing; print the SQL, for an administrator of the database' },
    'migration-role': { placeholder: 'NAME', help: 'default: the name of the schema, and _migrate' },
    'runtime-role': { placeholder: 'NAME', help: 'default: the name of the schema, and _runtime' },
  },
  async run({ values, flags }, { database }) {
    const given = ['migration-role', 'runtime-role'].map((option) => [option, values[option]] as const);
    for (const [option, name] of given)
      if (name !== undefined && !ROLE_NAME.test(name))
        throw new UsageError(
          `--${option} must be a name of a-z, 0-9 and _ with at most 63 characters, not ${quoted(name)}.`,
        );
    const pool = await database();
    const names = {
      migration: values['migration-role'] ?? `${schemaOf('live')}_migrate`,
      runtime: values['runtime-role'] ?? `${schemaOf('live')}_runtime`,
    };
    if (names.migration === names.runtime) throw new UsageError('The two roles must have different names.');
    const statements = await roleStatements(pool, names);
    const text = [
      'BEGIN;',
      `SET LOCAL search_path = ${schemaOf('live')};`,
      ...statements.map((statement) => `${statement};`),
      'COMMIT;',
    ].join('\n');
    if (flags.has('print')) return { text, data: { done: false, ...names, statements } };
    await pool
      .transaction(async (transaction) => {
        for (const statement of statements) await transaction.query({ ...sql.unsafe`-`, sql: statement });
      })
      .catch((error: Error & { code?: string; cause?: { code?: string } }) => {
        if ((error.code ?? error.cause?.code) !== FORBIDDEN) throw error;
        throw new CommandError(
          `The role of DATABASE_URL may not do this: ${error.message}. Nothing was changed.\n` +
            'Give an administrator of the database the output of npx holdfast roles --print.',
        );
      });
    return {
      text:
        `The role ${names.migration} owns the tables: use it for migrate, cluster, projections rebuild, rollback and verify, log verify, personal seal.\n` +
        `The role ${names.runtime} has the rights of a node: use it for start and the other commands.\n` +
        `Set their passwords in psql: \\password ${names.migration}, \\password ${names.runtime}`,
      data: { done: true, ...names, statements },
    };
  },
};
