/** Runs a converter: reads its file, writes lines of history to standard output. */
import { readFileSync, realpathSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { HistoryLine } from './history.ts';

/**
 * Converts the documents of the file that the command line names. An order that cannot be converted
 * is reported on standard error, and the others are written. Exit code 1 then.
 *
 * @param url of the converter; nothing happens when it is only imported
 * @param read the text of the file → its documents
 * @param convert a document → its line
 */
export function run<Document>(
  url: string,
  read: (text: string) => Iterable<Document>,
  convert: (document: Document) => HistoryLine,
): void {
  const [, script = '', path] = process.argv;
  if (script === '' || realpathSync(script) !== fileURLToPath(url)) return;
  if (path === undefined) {
    process.stderr.write(`Usage: node ${script} FILE > history.ndjson\n`);
    process.exitCode = 2;
    return;
  }
  const fail = (what: string, error: unknown) => {
    process.stderr.write(`${what}: ${(error as Error).message}\n`);
    process.exitCode = 1;
  };
  let documents: Iterable<Document> = [];
  try {
    documents = read(readFileSync(path, 'utf8'));
  } catch (error) {
    fail(`${path} cannot be read`, error);
  }
  let number = 0;
  for (const document of documents) {
    number += 1;
    try {
      process.stdout.write(`${JSON.stringify(convert(document))}\n`);
    } catch (error) {
      fail(`Order ${number} of the file cannot be converted`, error);
    }
  }
}

/** The documents of a JSON list, of an object with the list as its one member, or one a line. */
export function jsonDocuments<Document>(text: string): Iterable<Document> {
  const isLines = /^\s*\{[^\n]*\}\s*\n\s*\{/.test(text);
  if (isLines)
    return text.split('\n').flatMap((line) => (line.trim() === '' ? [] : [JSON.parse(line) as Document]));
  const value = JSON.parse(text) as Document | Document[] | { orders: Document[] };
  if (Array.isArray(value)) return value;
  return typeof value === 'object' && value !== null && 'orders' in value ? value.orders : [value];
}
