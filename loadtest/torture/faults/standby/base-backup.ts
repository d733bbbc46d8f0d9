/** Copies a running cluster for a new standby. Needs no tool besides Postgres itself. */
import { chown, copyFile, mkdir, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Client } from 'pg';
import { serviceUser } from '../../../../ops/embedded/postgres/unprivileged.ts';

/** Folders whose content belongs to the running server: the copy has them empty. */
const EMPTY = new Set([
  'pg_dynshmem',
  'pg_notify',
  'pg_replslot',
  'pg_serial',
  'pg_snapshots',
  'pg_stat_tmp',
  'pg_subtrans',
  'pg_wal',
]);
const LEFT_OUT = new Set(['postmaster.pid', 'postmaster.opts', 'standby.signal', 'backup_label']);

/**
 * Copies a cluster by the low-level interface for base backups.
 *
 * @param url of a superuser
 * @param from directory of the running cluster
 * @param to directory of the copy; does not exist
 */
export async function copyCluster(url: string, from: string, to: string): Promise<void> {
  const client = new Client({ connectionString: url });
  client.on('error', () => {});
  await client.connect();
  try {
    await client.query("SELECT pg_backup_start('standby', true)");
    await copyFolder(from, to);
    for (const name of EMPTY) await makeFolder(join(to, name));
    const { rows } = await client.query<{ labelfile: string }>(
      'SELECT labelfile FROM pg_backup_stop(wait_for_archive => false)',
    );
    await write(join(to, 'backup_label'), rows[0]!.labelfile);
  } finally {
    await client.end().catch(() => {});
  }
}

/** Writes a file that the user of Postgres owns. */
export async function write(file: string, text: string): Promise<void> {
  await writeFile(file, text, { mode: 0o600 });
  await own(file);
}

async function own(path: string): Promise<void> {
  const uid = serviceUser();
  if (uid !== undefined) await chown(path, uid, uid);
}

async function makeFolder(path: string): Promise<void> {
  await mkdir(path, { recursive: true, mode: 0o700 });
  await own(path);
}

async function copyFolder(from: string, to: string): Promise<void> {
  await makeFolder(to);
  const entries = await readdir(from, { withFileTypes: true });
  await Promise.all(
    entries.map(async (entry) => {
      if (LEFT_OUT.has(entry.name) || EMPTY.has(entry.name)) return;
      const [source, copy] = [join(from, entry.name), join(to, entry.name)];
      try {
        if (entry.isDirectory()) await copyFolder(source, copy);
        else {
          await copyFile(source, copy);
          await own(copy);
        }
      } catch (error) {
        // A table may be dropped meanwhile: the WAL drops it in the copy too.
        if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
      }
    }),
  );
}
