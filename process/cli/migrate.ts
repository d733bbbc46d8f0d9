/** `npx holdfast migrate`: migrates the database before the nodes of a new release start. */
import { type CliCommand, type CliOutput, UsageError } from '../../command-line/command.ts';
import type { Preflight } from '../../store/schema/preflight.ts';
import { scriptOf } from '../../store/schema/script.ts';

export interface Migration {
  /** Applies the missing files in one transaction. @returns their names */
  migrate: (isNew: boolean) => Promise<string[]>;
  /** Changes nothing. @returns the schema, and what a migration would find */
  inspect: (isNew: boolean) => Promise<Inspection>;
}

export interface Inspection extends Preflight {
  /** Undefined when the database does not say which one. */
  schema: string | undefined;
}

export const migrateCommand = ({ migrate, inspect }: Migration): CliCommand => ({
  summary: 'Create or migrate the database. Nodes of the previous release may serve meanwhile.',
  options: {
    check: { help: 'change nothing; list what is to do and all problems; exit with 1 if there is any' },
    print: { help: 'change nothing; print the SQL that is to run, for psql' },
    new: { help: 'create an installation in HOLDFAST_SCHEMA, beside another one in this database' },
  },
  async run({ flags }) {
    const isNew = flags.has('new');
    if (flags.has('check') && flags.has('print')) throw new UsageError('Give --check or --print, not both.');
    if (flags.has('check')) return checked(await inspect(isNew));
    if (flags.has('print')) return printed(await inspect(isNew));
    const applied = await migrate(isNew);
    const text = applied.length === 0 ? 'The schema is up to date.' : `Applied ${applied.join(', ')}.`;
    return { text, data: { applied } };
  },
});

function checked({ schema, pending, problems }: Inspection): CliOutput {
  const names = pending.map(({ name }) => name);
  const lines = [
    ...(schema === undefined ? [] : [`Schema: ${schema}`]),
    names.length === 0 && problems.length === 0 ? 'The schema is up to date. No problems.' : '',
    ...(names.length === 0 ? [] : [`To apply: ${names.join(', ')}`]),
    ...problems.map((problem, n) => `\nProblem ${n + 1} of ${problems.length}: ${problem}`),
  ].filter((line) => line !== '');
  return {
    text: lines.join('\n'),
    data: { schema, pending: names, problems },
    exitCode: names.length === 0 && problems.length === 0 ? 0 : 1,
  };
}

function printed(found: Inspection): CliOutput {
  const sql = scriptOf(found);
  const notes = found.problems.map((problem) => `-- ${problem.replaceAll('\n', '\n-- ')}`);
  return {
    text: [...notes, sql === '' ? '-- The schema is up to date: nothing to run.' : sql].join('\n'),
    data: { sql, problems: found.problems },
    exitCode: found.problems.length === 0 ? 0 : 1,
  };
}
