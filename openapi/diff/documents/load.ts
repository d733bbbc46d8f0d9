/** Reads a contract from a file, or says why it cannot be judged. */
import { readFileSync } from 'node:fs';
import { parse } from 'yaml';
import { type Document, checkReferences, isNode, textOf } from './document.ts';
import { Unusable } from './unusable.ts';

/**
 * Reads a contract.
 *
 * @param file a YAML or JSON file
 * @throws Unusable when there is no such file, it does not parse, is not OpenAPI 3.x, or has a reference that leads nowhere
 */
export function loadContract(file: string): Document {
  return parseContract(file, readText(file));
}

/** Reads a file, with a message for people when there is none. */
export function readText(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    throw new Unusable(
      file,
      code === 'ENOENT' ? 'there is no such file' : `it cannot be read (${message})`,
      'Give the path of a file that can be read',
    );
  }
}

/** Parses YAML or JSON, with a message for people when it is neither. */
export function parseYaml(name: string, text: string): unknown {
  try {
    return parse(text, { merge: true, maxAliasCount: -1 });
  } catch (error) {
    const [first] = (error as Error).message.split('\n');
    throw new Unusable(name, `it is neither YAML nor JSON (${first})`, 'Correct the syntax there');
  }
}

/** As `loadContract`, of a text that has been read already. */
export function parseContract(name: string, text: string): Document {
  const root = parseYaml(name, text);
  if (!isNode(root)) {
    throw new Unusable(name, 'it holds no object', 'Give an OpenAPI 3.x document');
  }
  const version = typeof root.openapi === 'number' ? root.openapi.toFixed(1) : root.openapi;
  const [, minor] = /^3\.(\d+)(?:\.|$)/.exec(typeof version === 'string' ? version : '') ?? [];
  if (minor === undefined) {
    const found = 'swagger' in root ? `swagger: ${textOf(root.swagger)}` : `openapi: ${textOf(root.openapi)}`;
    throw new Unusable(name, `it is not OpenAPI 3.x (${found})`, 'Convert it to OpenAPI 3.0 or later');
  }
  if (root.paths !== undefined && root.paths !== null && !isNode(root.paths)) {
    throw new Unusable(name, 'paths is no object', 'Write paths as a map from path to path item');
  }
  const document: Document = { name, version: minor === '0' ? '3.0' : '3.1', root };
  checkReferences(document);
  return document;
}
