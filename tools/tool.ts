/**
 * npm run -s tool -- NAME [ARGUMENT…]: runs a program of a tool's packages, such as `buf curl`.
 * Installs the tool first.
 *
 * Exits with the program's code; with 2 for an unknown name.
 */
import { spawnSync } from 'node:child_process';
import { PROGRAMS, pathOf } from './programs.ts';

const [name = '', ...words] = process.argv.slice(2);
if (!(name in PROGRAMS)) {
  process.stderr.write(`Unknown tool: "${name}". Known are ${Object.keys(PROGRAMS).join(', ')}.\n`);
  process.exit(2);
}
const program = await pathOf(name as keyof typeof PROGRAMS).catch((error: unknown) => {
  process.stderr.write(`${(error as Error).message}\n`);
  process.exit(1);
});
const { status } = spawnSync(process.execPath, [program, ...words], { stdio: 'inherit' });
process.exitCode = status ?? 1;
