/** The command `openapi:diff`. */
import { existsSync } from 'node:fs';
import { type ParseArgsConfig, parseArgs } from 'node:util';
import { loadAcceptedBreaks } from './accepted.ts';
import { compareContracts } from './compare-contracts.ts';
import { loadContract } from './documents/load.ts';
import { report } from './report.ts';
import { Unusable } from './documents/unusable.ts';

/** The environment of a command. */
export interface CommandContext {
  now: () => Date;
  write: (text: string) => void;
  writeError: (text: string) => void;
  /** File of accepted breaks without `--accepted`; it may be absent. */
  acceptedFile: string;
}

const USAGE = `Usage: npm run openapi:diff -- BASE HEAD [--json] [--strict] [--accepted FILE]

  BASE, HEAD       OpenAPI 3.x, YAML or JSON
  --json           print the result as JSON
  --strict         fail on changes to review too
  --accepted FILE  intentional breaks; default openapi/accepted-breaks.yaml, if present
`;

/**
 * Compares two contracts and prints the result.
 *
 * @returns the exit code: 0 no break, 1 a break, 2 unusable input
 */
export async function diffCommand(args: string[], context: CommandContext): Promise<number> {
  let json = args.includes('--json');
  try {
    const { values, positionals } = parseWords(args, { ...OPTIONS, accepted: { type: 'string' } });
    json = values.json;
    const [base, head, ...more] = positionals;
    if (base === undefined || head === undefined || more.length > 0) {
      throw new Unusable('the command line', `it names ${positionals.length} files`, 'Give BASE and HEAD');
    }
    const file = values.accepted ?? (existsSync(context.acceptedFile) ? context.acceptedFile : undefined);
    const comparison = await compareContracts(loadContract(base), loadContract(head), {
      today: day(context.now()),
      accepted: file === undefined ? [] : loadAcceptedBreaks(file),
    });
    const { verdict } = comparison;
    context.write(json ? `${JSON.stringify(comparison, null, 2)}\n` : report(comparison));
    const failed = verdict === 'breaking' || (values.strict && verdict === 'review');
    return failed ? 1 : 0;
  } catch (error) {
    return reportUnusable(error, json, context, USAGE);
  }
}

/** The options of both commands. */
export const OPTIONS = {
  json: { type: 'boolean', default: false },
  strict: { type: 'boolean', default: false },
} as const;

/** @throws {Unusable} an option is unknown, or has no value */
export function parseWords<Options extends NonNullable<ParseArgsConfig['options']>>(
  args: string[],
  options: Options,
) {
  try {
    return parseArgs({ args, allowPositionals: true, options });
  } catch (error) {
    throw new Unusable('the command line', (error as Error).message, 'See the usage');
  }
}

/** The UTC day of a time, `YYYY-MM-DD`. */
export const day = (now: Date): string => now.toISOString().slice(0, 10);

/**
 * Prints why there is no verdict.
 *
 * @returns exit code 2, also for a fault of the program: 1 would report a break
 */
export function reportUnusable(
  error: unknown,
  json: boolean,
  context: CommandContext,
  usage: string,
): number {
  const message =
    error instanceof Unusable ? error.message : `comparison failed, please report: ${stackOf(error)}`;
  if (json) context.write(`${JSON.stringify({ verdict: 'unusable', error: message }, null, 2)}\n`);
  else context.writeError(`${message}\n`);
  if (!json && message.startsWith('the command line')) context.writeError(`\n${usage}`);
  return 2;
}

const stackOf = (error: unknown): string => (error instanceof Error ? String(error.stack) : String(error));
