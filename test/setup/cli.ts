/** Parses the command line of a command group, as `npx holdfast` does. */
import type { CommandGroup } from '../../command-line/command.ts';
import { type Parsed, parseCommandLine } from '../../command-line/parse.ts';

/** @throws {UsageError} */
export const parseWords = (groups: Record<string, CommandGroup>, words: readonly string[]): Promise<Parsed> =>
  parseCommandLine(
    Object.fromEntries(
      Object.entries(groups).map(([name, group]) => [
        name,
        {
          summary: name,
          parts: [{ target: 'database' as const, names: Object.keys(group), load: async () => group }],
        },
      ]),
    ),
    words,
  );
