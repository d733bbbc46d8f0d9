/** npm run openapi:diff -- BASE HEAD: finds the changes that break a client of the base. */
import { diffCommand } from './diff/command.ts';

process.exitCode = await diffCommand(process.argv.slice(2), {
  now: () => new Date(),
  write: (text) => process.stdout.write(text),
  writeError: (text) => process.stderr.write(text),
  acceptedFile: 'openapi/accepted-breaks.yaml',
});
