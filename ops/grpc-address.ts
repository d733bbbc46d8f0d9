/** Where the internal service of a data directory is, for commands that are its clients. */
import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { isSame, knownProcess } from './embedded/process.ts';

const noted = z.object({
  server: z.object({ pid: z.int(), born: z.string() }),
  host: z.string(),
  /** `null` when it is not served: its usual port was taken. */
  port: z.int().nullable(),
});

export type GrpcAddress = Pick<z.output<typeof noted>, 'host' | 'port'>;

const fileIn = (dataDir: string) => join(dataDir, 'grpc-address');

/** @returns takes the note away */
export async function noteGrpcAddress(
  dataDir: string,
  { host, port }: { host: string; port: number | undefined },
): Promise<() => Promise<void>> {
  const note = { server: knownProcess(process.pid), host, port: port ?? null };
  await writeFile(fileIn(dataDir), `${JSON.stringify(note)}\n`);
  return () => rm(fileIn(dataDir), { force: true });
}

/** @returns `undefined` when no Holdfast runs on this data directory */
export async function grpcAddressIn(dataDir: string): Promise<GrpcAddress | undefined> {
  const text = await readFile(fileIn(dataDir), 'utf8').catch(() => '');
  try {
    const { server, host, port } = noted.parse(JSON.parse(text));
    if (!isSame(server)) return undefined;
    return { host: /^(?:0\.0\.0\.0|::)$/.test(host) ? '127.0.0.1' : host, port };
  } catch {
    return undefined; // another release wrote it, or nobody
  }
}
