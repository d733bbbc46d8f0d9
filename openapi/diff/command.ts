/** The command `openapi:diff`: arguments in, text and exit code out. */
import { existsSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { loadAcceptedBreaks } from './accepted.ts';
import { judge } from './judge.ts';
import { loadContract } from './documents/load.ts';
import { report } from './report.ts';
import { Unusable } from './documents/unusable.ts';

/** What a command needs of the world. */
export interface World {
  now: () => Date;
  write: (text: string) => void;
  writeError: (text: string) => void;
  /** The file of accepted breaks where none is given, if it is there. */
  acceptedFile: string;
}

const USAGE = `Usage: npm run openapi:diff -- BASE HEAD [--json] [--strict] [--accepted FILE]

  BASE, HEAD       OpenAPI 3.x, YAML or JSON
  --json           the judgement as JSON
  --strict         what is to be reviewed fails too
  --accepted FILE  breaks made on purpose; openapi/accepted-breaks.yaml if there is one
`;

/**
 * Compares two contracts.
 *
 * @returns the exit code: 0 nothing breaks, 1 something does, 2 the input cannot be judged
 */
export async function diffCommand(args: string[], world: World): Promise<number> {
  let json = args.includes('--json');
  try {
    const { values, positionals } = parsed(args);
    json = values.json;
    const [base, head, ...more] = positionals;
    if (base === undefined || head === undefined || more.length > 0) {
      throw new Unusable('the command line', `${positionals.length} files are given`, 'Give BASE and HEAD');
    }
    const file = values.accepted ?? (existsSync(world.acceptedFile) ? world.acceptedFile : undefined);
    const judgement = await judge(loadContract(base), loadContract(head), {
      today: day(world.now()),
      accepted: file === undefined ? [] : loadAcceptedBreaks(file),
    });
    const failed = judgement.verdict === 'breaking' || (values.strict && judgement.verdict === 'review');
    world.write(json ? `${JSON.stringify(judgement, null, 2)}\n` : report(judgement));
    return failed ? 1 : 0;
  } catch (error) {
    return tellUnusable(error, json, world, USAGE);
  }
}

function parsed(args: string[]) {
  try {
    return parseArgs({
      args,
      allowPositionals: true,
      options: {
        json: { type: 'boolean', default: false },
        strict: { type: 'boolean', default: false },
        accepted: { type: 'string' },
      },
    });
  } catch (error) {
    throw new Unusable('the command line', (error as Error).message, 'See the usage');
  }
}

/** The day of an instant, in UTC. */
export const day = (now: Date): string => now.toISOString().slice(0, 10);

/**
 * Says why there is no judgement. A fault of ours ends with 2 as well: 1 would say that something breaks.
 */
export function tellUnusable(error: unknown, json: boolean, world: World, usage: string): number {
  const message =
    error instanceof Unusable ? error.message : `the comparison failed, please report it: ${stackOf(error)}`;
  if (json) world.write(`${JSON.stringify({ verdict: 'unusable', error: message }, null, 2)}\n`);
  else world.writeError(`${message}\n`);
  if (!json && message.startsWith('the command line')) world.writeError(`\n${usage}`);
  return 2;
}

const stackOf = (error: unknown): string => (error instanceof Error ? String(error.stack) : String(error));
