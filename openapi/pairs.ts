/**
 * npm run openapi:pairs -- DIR: measures the verdicts of openapi:diff on pairs with a known
 * verdict.
 */
import { pairsCommand } from './diff/pairs/command.ts';

process.exitCode = await pairsCommand(process.argv.slice(2), {
  now: () => new Date(),
  write: (text) => process.stdout.write(text),
  writeError: (text) => process.stderr.write(text),
  acceptedFile: 'openapi/accepted-breaks.yaml',
});
