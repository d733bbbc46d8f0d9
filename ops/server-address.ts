/** Publishes the addresses of a data directory's server to commands, through a file each. */
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

export type ServerAddress = Pick<z.output<typeof noted>, 'host' | 'port'>;

type Service = 'http' | 'grpc';

const fileIn = (dataDir: string, service: Service) => join(dataDir, `${service}-address`);

/**
 * @param host every address when left out
 * @returns a function that removes the file
 */
export async function noteAddress(
  dataDir: string,
  service: Service,
  { host = '0.0.0.0', port }: { host: string | undefined; port: number | undefined },
): Promise<() => Promise<void>> {
  const note = { server: knownProcess(process.pid), host, port: port ?? null };
  await writeFile(fileIn(dataDir, service), `${JSON.stringify(note)}\n`);
  return () => rm(fileIn(dataDir, service), { force: true });
}

/** @returns `undefined` if no server runs on this data directory */
export async function addressIn(dataDir: string, service: Service): Promise<ServerAddress | undefined> {
  const text = await readFile(fileIn(dataDir, service), 'utf8').catch(() => '');
  try {
    const { server, host, port } = noted.parse(JSON.parse(text));
    if (!isSame(server)) return undefined;
    return { host: reachable(host), port };
  } catch {
    return undefined; // no file, or one of another release
  }
}

/** The host to call for a host to listen on. */
export const reachable = (host: string): string => (/^(?:0\.0\.0\.0|::)$/.test(host) ? '127.0.0.1' : host);
