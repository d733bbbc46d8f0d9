/**
 * The SQL files of the schema: migrations, each applied once, and functions, each installed in its
 * newest version.
 */
import { hash } from 'node:crypto';
import { readFile, readdir } from 'node:fs/promises';
import { UnfitDatabaseError } from '../unfit.ts';
import { type TableSet, schemaOf } from './names.ts';

const MIGRATIONS = new URL('../migrations/', import.meta.url);
const FUNCTIONS = new URL('../functions/', import.meta.url);

/** A file, or one version of it, as `schema_migrations` records it. */
export interface SchemaFile {
  /** `0001_log.sql`, or `append-events.sql version 1`. */
  name: string;
  /** The statements, with the names of this installation's schemas. */
  text: string;
  /** Of the file. */
  sha256: string;
}

/** @returns migrations in the order of their names, then functions */
export async function readSchemaFiles(): Promise<SchemaFile[]> {
  const migrations = await readFolder(MIGRATIONS, (file) => file);
  const functions = await readFolder(FUNCTIONS, (file, text) => `${file} version ${versionOf(file, text)}`);
  return [...migrations, ...functions];
}

async function readFolder(
  folder: URL,
  nameOf: (file: string, text: string) => string,
): Promise<SchemaFile[]> {
  const files = (await readdir(folder)).filter((file) => file.endsWith('.sql')).sort();
  return Promise.all(
    files.map(async (file) => {
      const text = await readFile(new URL(file, folder), 'utf8');
      return { name: nameOf(file, text), text: inOwnSchemas(text), sha256: hash('sha256', text) };
    }),
  );
}

/** Applied files never change, and they name the schemas of shadow tables `holdfast_…`. */
const inOwnSchemas = (text: string): string =>
  text.replaceAll(/\bholdfast_(rebuild|previous|audit)\b/g, (_name, set: TableSet) => schemaOf(set));

/** @throws {Error} the file of a function does not begin with its version */
function versionOf(file: string, text: string): number {
  const version = /^-- Version ([1-9]\d*)\n/.exec(text)?.[1];
  if (version === undefined) throw new Error(`store/functions/${file} must begin with: -- Version 1`);
  return Number(version);
}

/**
 * The files that a database lacks. A function stays when the database has a higher version: a newer
 * release installed it.
 *
 * @param applied SHA-256 by name, as recorded
 * @throws {UnfitDatabaseError} a file differs from what was applied under its name
 */
export function pendingOf(
  files: readonly SchemaFile[],
  applied: ReadonlyMap<string, string>,
): readonly SchemaFile[] {
  const changed = files.find(({ name, sha256 }) => (applied.get(name) ?? sha256) !== sha256);
  if (changed !== undefined) throw new UnfitDatabaseError(adviceOnChange(changed.name));
  const installed = [...applied.keys()].map(versionedName).filter((name) => name !== undefined);
  const isSuperseded = (name: string) => {
    const own = versionedName(name);
    return (
      own !== undefined && installed.some(({ file, version }) => file === own.file && version > own.version)
    );
  };
  return files.filter(({ name }) => !applied.has(name) && !isSuperseded(name));
}

function versionedName(name: string): { file: string; version: number } | undefined {
  const [, file, version] = /^(.*\.sql) version (\d+)$/.exec(name) ?? [];
  return file === undefined ? undefined : { file, version: Number(version) };
}

function adviceOnChange(name: string): string {
  const file = versionedName(name)?.file;
  return file === undefined
    ? `store/migrations/${name} was changed after it had been applied. Restore it, and add a new file for the change.`
    : `store/functions/${file} was changed after it had been installed. Raise the version in its first line.`;
}
