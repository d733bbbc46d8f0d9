/** The command `openapi:pairs`: how often the judgement is right on a folder of pairs whose verdict is known. */
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { type World, day, tellUnusable } from '../command.ts';
import { isNode, textOf } from '../documents/document.ts';
import { type Judgement, judge } from '../judge.ts';
import { loadContract, parseYaml, readText } from '../documents/load.ts';
import { type Measured, measure, tellMeasure } from './measure.ts';
import { Unusable } from '../documents/unusable.ts';

const USAGE = `Usage: npm run openapi:pairs -- DIR [--json] [--strict]

  DIR       holds manifest.json: a list of {id, base, revision, breaking, level, ids}
  --json    the figures as JSON
  --strict  what is to be reviewed counts as breaking
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
 * Measures the judgement.
 *
 * @returns the exit code: 0 every pair was judged right, 1 not every one, 2 the folder cannot be measured
 */
export async function pairsCommand(args: string[], world: World): Promise<number> {
  let json = args.includes('--json');
  try {
    const { values, positionals } = parsed(args);
    json = values.json;
    const [folder, ...more] = positionals;
    if (folder === undefined || more.length > 0) {
      throw new Unusable('the command line', `${positionals.length} folders are given`, 'Give one DIR');
    }
    const today = day(world.now());
    const measured: Measured[] = [];
    for (const pair of readManifest(folder)) measured.push(await judged(folder, pair, today, values.strict));
    const figures = measure(measured);
    world.write(json ? `${JSON.stringify(figures, null, 2)}\n` : tellMeasure(figures));
    return figures.misses + figures.falseAlarms + figures.withoutVerdict === 0 ? 0 : 1;
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
      },
    });
  } catch (error) {
    throw new Unusable('the command line', (error as Error).message, 'See the usage');
  }
}

function readManifest(folder: string): Pair[] {
  const file = join(folder, 'manifest.json');
  const list = parseYaml(file, readText(file));
  if (!Array.isArray(list)) throw new Unusable(file, 'it is no list', 'Write a list of pairs');
  return list.map((entry: unknown, index) => {
    if (
      !isNode(entry) ||
      typeof entry.base !== 'string' ||
      typeof entry.revision !== 'string' ||
      typeof entry.breaking !== 'boolean'
    ) {
      throw new Unusable(
        `${file}, entry ${index + 1}`,
        'it has no base, revision and breaking',
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

async function judged(folder: string, pair: Pair, today: string, strict: boolean): Promise<Measured> {
  const kinds = pair.ids.length > 0 ? pair.ids : [`no break (${pair.level || 'unnamed'})`];
  const known = { id: pair.id, expected: pair.breaking, kinds };
  let judgement: Judgement;
  try {
    judgement = await judge(
      loadContract(join(folder, pair.base)),
      loadContract(join(folder, pair.revision)),
      {
        today,
      },
    );
  } catch (error) {
    return { ...known, found: undefined, first: undefined, told: [(error as Error).message] };
  }
  const counts = strict ? ['breaking', 'review'] : ['breaking'];
  const told = judgement.findings.filter(({ verdict }) => counts.includes(verdict));
  return {
    ...known,
    found: told.length > 0,
    first: judgement.first.refused === undefined ? judgement.first.breaks.length > 0 : undefined,
    told: told.map(({ rule, place }) => `${rule}, ${place}`),
  };
}
