/** Reads and parses contracts; an error names the cause and the remedy. */
import { readFileSync } from 'node:fs';
import { parse } from 'yaml';
import { type Document, checkReferences, isNode, textOf } from './document.ts';
import { Unusable } from './unusable.ts';

/**
 * Reads a contract.
 *
 * @param file a YAML or JSON file
 * @throws Unusable if the file is absent, invalid or not OpenAPI 3.x, or has a broken reference
 */
export function loadContract(file: string): Document {
  return parseContract(file, readText(file));
}

/** Reads a file. @throws Unusable if it is unreadable */
export function readText(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    throw new Unusable(
      file,
      code === 'ENOENT' ? 'file not found' : `file is unreadable (${message})`,
      'Give the path of a readable file',
    );
  }
}

/** Parses YAML or JSON. @throws Unusable if the text is neither */
export function parseYaml(name: string, text: string): unknown {
  try {
    return parse(text, { merge: true, maxAliasCount: -1 });
  } catch (error) {
    const [first] = (error as Error).message.split('\n');
    throw new Unusable(name, `it is neither YAML nor JSON (${first})`, 'Correct the syntax');
  }
}

/** Parses a contract. @throws Unusable as `loadContract` */
export function parseContract(name: string, text: string): Document {
  const root = parseYaml(name, text);
  if (!isNode(root)) {
    throw new Unusable(name, 'it is not an object', 'Give an OpenAPI 3.x document');
  }
  const version = typeof root.openapi === 'number' ? root.openapi.toFixed(1) : root.openapi;
  const [, minor] = /^3\.(\d+)(?:\.|$)/.exec(typeof version === 'string' ? version : '') ?? [];
  if (minor === undefined) {
    const found = 'swagger' in root ? `swagger: ${textOf(root.swagger)}` : `openapi: ${textOf(root.openapi)}`;
    throw new Unusable(name, `it is not OpenAPI 3.x (${found})`, 'Convert it to OpenAPI 3.0 or later');
  }
  if (root.paths !== undefined && root.paths !== null && !isNode(root.paths)) {
    throw new Unusable(name, 'paths is not an object', 'Write paths as a map from path to path item');
  }
  const document: Document = { name, version: minor === '0' ? '3.0' : '3.1', root };
  checkReferences(document);
  return document;
}
