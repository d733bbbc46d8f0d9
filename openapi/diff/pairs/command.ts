/**
 * The command `openapi:pairs`: measures the verdicts on pairs of contracts with a known verdict.
 */
import { join } from 'node:path';
import { type CommandContext, OPTIONS, day, parseWords, reportUnusable } from '../command.ts';
import { isNode, textOf } from '../documents/document.ts';
import { type ContractComparison, compareContracts } from '../compare-contracts.ts';
import { loadContract, parseYaml, readText } from '../documents/load.ts';
import { type Measured, measure, reportFigures } from './measure.ts';
import { Unusable } from '../documents/unusable.ts';

const USAGE = `Usage: npm run openapi:pairs -- DIR [--json] [--strict]

  DIR       folder with manifest.json, a list of {id, base, revision, breaking, level, ids}
  --json    print the figures as JSON
  --strict  count changes to review as breaking
`;

interface Pair {
  id: string;
  base: string;
  revision: string;
  breaking: boolean;
  level: string;
  ids: string[];
}

/**
 * Measures the verdicts and prints the figures.
 *
 * @returns the exit code: 0 all verdicts are right, 1 some are wrong, 2 unusable folder
 */
export async function pairsCommand(args: string[], context: CommandContext): Promise<number> {
  let json = args.includes('--json');
  try {
    const { values, positionals } = parseWords(args, OPTIONS);
    json = values.json;
    const [folder, ...more] = positionals;
    if (folder === undefined || more.length > 0) {
      throw new Unusable('the command line', `it names ${positionals.length} folders`, 'Give one DIR');
    }
    const today = day(context.now());
    const measured: Measured[] = [];
    for (const pair of readManifest(folder))
      measured.push(await measurePair(folder, pair, today, values.strict));
    const figures = measure(measured);
    context.write(json ? `${JSON.stringify(figures, null, 2)}\n` : reportFigures(figures));
    return figures.misses + figures.falseAlarms + figures.withoutVerdict === 0 ? 0 : 1;
  } catch (error) {
    return reportUnusable(error, json, context, USAGE);
  }
}

function readManifest(folder: string): Pair[] {
  const file = join(folder, 'manifest.json');
  const list = parseYaml(file, readText(file));
  if (!Array.isArray(list)) throw new Unusable(file, 'it is not a list', 'Write a list of pairs');
  return list.map((entry: unknown, index) => {
    if (
      !isNode(entry) ||
      typeof entry.base !== 'string' ||
      typeof entry.revision !== 'string' ||
      typeof entry.breaking !== 'boolean'
    ) {
      throw new Unusable(
        `${file}, entry ${index + 1}`,
        'base, revision or breaking is missing',
        'Give the two files and the verdict',
      );
    }
    return {
      id: textOf(entry.id ?? index + 1),
      base: entry.base,
      revision: entry.revision,
      breaking: entry.breaking,
      level: textOf(entry.level ?? ''),
      ids: Array.isArray(entry.ids) ? entry.ids.map(String) : [],
    };
  });
}

async function measurePair(folder: string, pair: Pair, today: string, strict: boolean): Promise<Measured> {
  const kinds = pair.ids.length > 0 ? pair.ids : [`no break (${pair.level || 'unnamed'})`];
  const known = { id: pair.id, expected: pair.breaking, kinds };
  let comparison: ContractComparison;
  try {
    comparison = await compareContracts(
      loadContract(join(folder, pair.base)),
      loadContract(join(folder, pair.revision)),
      {
        today,
      },
    );
  } catch (error) {
    return { ...known, found: undefined, openapiDiff: undefined, details: [(error as Error).message] };
  }
  const counts = strict ? ['breaking', 'review'] : ['breaking'];
  const counted = comparison.findings.filter(({ verdict }) => counts.includes(verdict));
  const { first } = comparison;
  return {
    ...known,
    found: counted.length > 0,
    openapiDiff: first.refused === undefined ? first.breaks.length > 0 : undefined,
    details: counted.map(({ rule, place }) => `${rule}, ${place}`),
  };
}
