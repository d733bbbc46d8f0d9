/** `npx holdfast migrate`: migrates the database before the nodes of a new release start. */
import type { CliCommand } from '../../command-line/command.ts';

/** @param migrate applies the missing migrations, and returns their names */
export const migrateCommand = (migrate: (isNew: boolean) => Promise<string[]>): CliCommand => ({
  summary: 'Create or migrate the database. Nodes of the previous release may serve meanwhile.',
  options: {
    new: { help: 'create an installation in HOLDFAST_SCHEMA, beside another one in this database' },
  },
  async run({ flags }) {
    const applied = await migrate(flags.has('new'));
    const text = applied.length === 0 ? 'The schema is up to date.' : `Applied ${applied.join(', ')}.`;
    return { text, data: { applied } };
  },
});
