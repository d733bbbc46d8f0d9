/**
 * npm run openapi:client: generates the types of the client from the specs.
 *
 * The first run installs openapi-typescript, with TypeScript 6: it needs the compiler's API, which
 * TypeScript 7 lacks.
 */
import { readFile, writeFile } from 'node:fs/promises';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { parse } from 'yaml';
import { install } from '../../tools/install.ts';
import { folderOf } from '../../tools/programs.ts';

const VERSIONS = ['v1', 'v2'];
const COLUMNS_MAX = 100;
/** A line break within a paragraph or list item of Markdown; none before a row or heading. */
const SOFT_BREAK = /(?<=\S)\n *(?=[^\s|#>*-])/g;
const HEADER = '// Generated from openapi/NAME.yaml by npm run openapi:client. Do not edit.\n\n';

/**
 * Joins the lines of each paragraph of a description, for {@link wrapComments} to break; and turns
 * an `x-extensible-enum` into a union, so that the compiler finds a misspelt value.
 */
const prepared = (key: unknown, node: unknown): unknown => {
  if (key === 'description' && typeof node === 'string') return node.replaceAll(SOFT_BREAK, ' ');
  if (node === null || typeof node !== 'object' || !('x-extensible-enum' in node)) return node;
  const { 'x-extensible-enum': values, ...rest } = node;
  return { ...rest, enum: values };
};

/** Breaks the lines of comments, which hold descriptions of the contract at any indentation. */
const wrapComments = (source: string): string =>
  source
    .replaceAll(/^( *)\/\*\* (.+) \*\/$/gm, (line, indent: string, text: string) =>
      line.length <= COLUMNS_MAX ? line : `${indent}/**\n${indent} * ${text}\n${indent} */`,
    )
    .replaceAll(/^( *\*) (.+)$/gm, (line, margin: string, text: string) =>
      line.length <= COLUMNS_MAX ? line : wrapped(margin, text),
    );

function wrapped(margin: string, text: string): string {
  const lines = [margin];
  for (const word of text.split(' ')) {
    const longer = `${lines.at(-1)} ${word}`;
    if (longer.length <= COLUMNS_MAX) lines[lines.length - 1] = longer;
    else lines.push(`${margin} ${word}`);
  }
  return lines.join('\n');
}

/** The part of openapi-typescript in use. */
interface OpenapiTypescript {
  default: (document: unknown, options: { alphabetize: boolean }) => Promise<unknown>;
  astToString: (ast: unknown) => string;
}

const TOOL = folderOf('client-types');
await install(TOOL);
const entry = pathToFileURL(`${TOOL}/node_modules/openapi-typescript/dist/index.mjs`);
const { default: openapiTS, astToString } = (await import(entry.href)) as OpenapiTypescript;

/** The types of one version, as text. */
async function typesOf(name: string): Promise<string> {
  const text = await readFile(new URL(`../${name}.yaml`, import.meta.url), 'utf8');
  const ast = await openapiTS(parse(text, prepared), { alphabetize: true });
  return HEADER.replace('NAME', name) + wrapComments(astToString(ast));
}

const check = process.argv.includes('--check');
for (const name of VERSIONS) {
  const file = new URL(`./${name}.ts`, import.meta.url);
  const types = await typesOf(name);
  if (!check) {
    await writeFile(file, types);
  } else if ((await readFile(file, 'utf8').catch(() => '')) !== types) {
    process.stderr.write(
      `${fileURLToPath(file)} is out of date with openapi/${name}.yaml: run npm run openapi:client\n`,
    );
    process.exitCode = 1;
  }
}
