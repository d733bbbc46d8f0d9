/** `npx holdfast orders export`. */
import type { CliCommand, CommandGroup } from '../../command-line/command.ts';

const exporting: CliCommand = {
  summary: 'Write the orders of a tenant, oldest first, as CSV or NDJSON. They contain personal data.',
  options: {
    file: { placeholder: 'FILE', help: 'the file to write; - is standard output', required: true },
    tenant: { placeholder: 'T', help: 'id or name of a tenant; default: the only live one' },
    format: { placeholder: 'F', help: 'csv or ndjson; default: csv, or ndjson for FILE.ndjson' },
  },
  run: async (given, context) => (await import('./export-orders.ts')).exportOrders(given, context),
};

export const orders: CommandGroup = { export: exporting };
