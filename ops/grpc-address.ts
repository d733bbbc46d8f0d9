/** Publishes the gRPC address of a data directory to commands, through a file. */
import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { isSame, knownProcess } from './embedded/process.ts';

const noted = z.object({
  server: z.object({ pid: z.int(), born: z.string() }),
  host: z.string(),
  /** `null` if gRPC is not served because the default port was taken. */
  port: z.int().nullable(),
});

export type GrpcAddress = Pick<z.output<typeof noted>, 'host' | 'port'>;

const fileIn = (dataDir: string) => join(dataDir, 'grpc-address');

/** @returns a function that removes the file */
export async function noteGrpcAddress(
  dataDir: string,
  { host, port }: { host: string; port: number | undefined },
): Promise<() => Promise<void>> {
  const note = { server: knownProcess(process.pid), host, port: port ?? null };
  await writeFile(fileIn(dataDir), `${JSON.stringify(note)}\n`);
  return () => rm(fileIn(dataDir), { force: true });
}

/** @returns `undefined` if no server runs on this data directory */
export async function grpcAddressIn(dataDir: string): Promise<GrpcAddress | undefined> {
  const text = await readFile(fileIn(dataDir), 'utf8').catch(() => '');
  try {
    const { server, host, port } = noted.parse(JSON.parse(text));
    if (!isSame(server)) return undefined;
    return { host: /^(?:0\.0\.0\.0|::)$/.test(host) ? '127.0.0.1' : host, port };
  } catch {
    return undefined; // no file, or one of another release
  }
}
