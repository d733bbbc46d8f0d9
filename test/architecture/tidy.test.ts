/** The rules of style that a program can check; CONTRIBUTING.md states them. */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { basename, dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from '@jest/globals';

const ROOT = new URL('../../', import.meta.url);
const COLUMNS_MAX = 100;
const LINES_MAX = 300;
const FILES_MAX = 15;

/** Written by a program, applied before this rule (a migration never changes), or as released. */
const NOT_OURS =
  /(?:^|\/)generated\/|^store\/migrations\/00(?:0\d|1[0-5])_|^openapi\/evidence\/|^package-lock\.json$|^docs\/evidence\//;

/** Files of more than 300 lines, and why each is one. */
const LONG_FILES: Record<string, string> = {
  'openapi/client/v1.ts': 'generated, one file a version',
  'openapi/client/v2.ts': 'generated, one file a version',
  'test/contract/verdicts/whole-orders.test.ts': 'a row for each good and bad body of version 2',
  'ops/dashboard/dashboard.js': 'the one script of /ops; the browser loads it as it is',
};

/** Folders of more than 15 files, and why each is one. */
const LARGE_FOLDERS: Record<string, string> = {
  '.': 'entry points, and files that tools look for here',
  docs: 'one page a subject, each served at /docs/NAME',
  'store/migrations': 'one file for each change of the schema, never edited',
  'test/domain/golden/schemas': 'one file for each version of an event',
};

const files = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard'], {
  cwd: fileURLToPath(ROOT),
  encoding: 'utf8',
})
  .trim()
  .split('\n')
  .filter((file) => !NOT_OURS.test(file));
const code = files.filter((file) => /\.(?:ts|js|sql|lua)$/.test(file));
const linesOf = (file: string): string[] => {
  try {
    return readFileSync(new URL(file, ROOT), 'utf8').split('\n');
  } catch {
    return []; // deleted, and not yet committed
  }
};

/** Lines of a kind that break a rule, as `file:line: text`. */
const offences = (list: readonly string[], isOffence: (line: string) => boolean): string[] =>
  list.flatMap((file) =>
    linesOf(file).flatMap((line, n) => (isOffence(line) ? [`${file}:${n + 1}: ${line.trim()}`] : [])),
  );

const isComment = (line: string): boolean => /^\s*(?:\/\/|\/?\*|--|#)/.test(line);

test('a comment has at most 100 columns', () => {
  const commented = files.filter((file) => /\.(?:ts|js|sql|lua|ya?ml|proto|css)$/.test(file));
  expect(offences(commented, (line) => isComment(line) && line.length > COLUMNS_MAX)).toEqual([]);
});

/** Words of the glossary stand for these, and a sentence with them must be read twice. */
const UNCLEAR =
  /\b(?:anew|whoever|is told|are told|was told|made of what|good for|comes? about|takes? it away)\b/i;

test('no text has a phrase that must be read twice', () => {
  const texts = files.filter((file) => /\.(?:ts|js|sql|lua|md|ya?ml|css|html)$/.test(file) && file !== TIDY);
  expect(offences(texts, (line) => UNCLEAR.test(line))).toEqual([]);
});
const TIDY = 'test/architecture/tidy.test.ts';

/** A unit or a plural noun, and then `MIN`, `MAX` and the like; a rate; or a kind of code. */
const QUALIFIED = new RegExp(
  '_(?:MS|SECONDS|MINUTES|HOURS|DAYS|BYTES|PX|COLUMNS|ROWS|LINES|CHARACTERS|EVENTS|ORDERS|CASES|CLIENTS|FAILURES)' +
    '(?:_(?:MIN|MAX|INITIAL|BASE|WARN|BAD|BEFORE|AFTER))?$' +
    '|_(?:MIN|MAX|INITIAL|DEFAULT|COUNT|SIZE|LENGTH|OFFSET|INDEX|SHARE|FACTOR|RATIO|PERCENT|IN_FLIGHT|EVERY)$' +
    '|_(?:PORT|STATUS|CODE|VERSION|LOCK|UID)$' +
    '|_PER_[A-Z]+$',
);
/** The codes of characters in JSON are named after the characters. */
const NAMED_AFTER_CHARACTERS = 'api/json/text.ts';
const NUMBER = /^(?:export )?const ([A-Z][A-Z0-9_]*) = -?[\d_.]+(?:n|e\d+)?(?: [*/+-] [\d_.]+)*;/;

test('a number has a name that ends with its unit, or with its bound', () => {
  const own = code.filter((file) => !file.startsWith('test/') && file !== NAMED_AFTER_CHARACTERS);
  const unnamed = offences(own, (line) => {
    const name = NUMBER.exec(line)?.[1];
    return name !== undefined && !QUALIFIED.test(name);
  });
  expect(unnamed).toEqual([]);
});

describe('a reader can hold it', () => {
  test('a file has at most 300 lines, or a reason', () => {
    const long = code.filter((file) => linesOf(file).length - 1 > LINES_MAX);
    expect(long.filter((file) => !(file in LONG_FILES))).toEqual([]);
    expect(Object.keys(LONG_FILES).filter((file) => !long.includes(file))).toEqual([]);
  });

  test('a folder has at most 15 files, or a reason', () => {
    const sizes = new Map<string, number>();
    for (const file of files) sizes.set(dirname(file), (sizes.get(dirname(file)) ?? 0) + 1);
    const large = [...sizes].filter(([, size]) => size > FILES_MAX).map(([folder]) => folder);
    expect(large.filter((folder) => !(folder in LARGE_FOLDERS))).toEqual([]);
    expect(Object.keys(LARGE_FOLDERS).filter((folder) => !large.includes(folder))).toEqual([]);
  });

  test('a file is not named after nothing', () => {
    const vague = /^(?:utils?|helpers?|common|misc|lib|index)\b/;
    expect(code.filter((file) => vague.test(basename(file)))).toEqual([]);
  });
});
