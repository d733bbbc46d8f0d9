/** Loads the TLS files of HOLDFAST_GRPC_CERT, _KEY and _CA, for the server and for clients. */
import { readFile } from 'node:fs/promises';
import { ChannelCredentials, ServerCredentials } from '@grpc/grpc-js';
import { type Config, ConfigError } from '../../platform/config.ts';

type Files = Pick<Config['grpc'], 'cert' | 'key' | 'ca'>;

/**
 * @returns certificate chain, private key and authority of the peer; `null` for an unset variable
 * @throws {ConfigError} a file cannot be read
 */
async function read({ cert, key, ca }: Files) {
  const pem = (variable: string, path: string | undefined): Promise<Buffer | null> =>
    path === undefined
      ? Promise.resolve(null)
      : readFile(path).catch((error: NodeJS.ErrnoException) => {
          throw new ConfigError(`${variable}: the file cannot be read (${error.code}).`);
        });
  const [chain, secret, roots] = await Promise.all([
    pem('HOLDFAST_GRPC_CERT', cert),
    pem('HOLDFAST_GRPC_KEY', key),
    pem('HOLDFAST_GRPC_CA', ca),
  ]);
  return { chain, secret, roots };
}

/** @throws {ConfigError} */
export async function serverCredentials(files: Files): Promise<ServerCredentials> {
  const { chain, secret, roots } = await read(files);
  if (chain !== null && secret !== null)
    return ServerCredentials.createSsl(roots, [{ cert_chain: chain, private_key: secret }], roots !== null);
  if (roots === null) return ServerCredentials.createInsecure();
  throw new ConfigError(
    'HOLDFAST_GRPC_CA must be set together with HOLDFAST_GRPC_CERT and HOLDFAST_GRPC_KEY.',
  );
}

/** @throws {ConfigError} */
export async function clientCredentials(files: Files): Promise<ChannelCredentials> {
  const { chain, secret, roots } = await read(files);
  if (roots === null && chain === null) return ChannelCredentials.createInsecure();
  return ChannelCredentials.createSsl(roots, secret, chain);
}
