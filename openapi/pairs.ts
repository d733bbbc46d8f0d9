/** npm run openapi:pairs -- DIR: how often the break-diff is right on pairs whose verdict is known. */
import { pairsCommand } from './diff/pairs/command.ts';

process.exitCode = await pairsCommand(process.argv.slice(2), {
  now: () => new Date(),
  write: (text) => process.stdout.write(text),
  writeError: (text) => process.stderr.write(text),
  acceptedFile: 'openapi/accepted-breaks.yaml',
});
