/** Address and API key for commands that call a server. */
import { endpointOf } from '../../api/grpc/endpoint.ts';
import { CommandError, type GrpcAccess, type HttpAccess } from '../../command-line/command.ts';
import { developmentKeyIn } from '../../ops/development-key.ts';
import { addressIn, reachable } from '../../ops/server-address.ts';
import { type Config, loadConfig } from '../../platform/config.ts';
import { START_COMMAND } from '../../platform/settings/start-command.ts';

// With DATABASE_URL, the server of this data directory belongs to another installation.

export async function grpcAccess(): Promise<GrpcAccess> {
  const config = loadConfig();
  const { grpc, databaseUrl, dataDir } = config;
  const key = await apiKeyOf(config);
  const local = databaseUrl === undefined ? await addressIn(dataDir, 'grpc') : undefined;
  const { host = grpc.host, port } = grpc.port === undefined ? (local ?? {}) : grpc;
  const address = port === null ? undefined : endpointOf({ host, port });
  const { token, cert, key: privateKey, ca } = grpc;
  return { address, token, cert, key: privateKey, ca, ...key };
}

export async function httpAccess(): Promise<HttpAccess> {
  const config = loadConfig();
  const { databaseUrl, dataDir, host = '127.0.0.1', port } = config;
  const key = await apiKeyOf(config);
  const local = databaseUrl === undefined ? await addressIn(dataDir, 'http') : undefined;
  const address = { host: local?.host ?? reachable(host), port: local?.port ?? port };
  return { url: `http://${endpointOf(address)}`, ...key };
}

/** @throws {CommandError} there is none */
async function apiKeyOf({ apiKey, bootstrapKey, dataDir }: Config): Promise<ApiKey> {
  const candidates = [
    { key: apiKey, source: 'HOLDFAST_API_KEY' },
    { key: bootstrapKey, source: 'HOLDFAST_BOOTSTRAP_KEY' },
    { key: await developmentKeyIn(dataDir), source: `the development key in ${dataDir}` },
  ];
  const found = candidates.find(({ key }) => key !== undefined);
  if (found?.key === undefined) {
    throw new CommandError(
      `No API key. Set HOLDFAST_API_KEY, or run this in the directory of ${START_COMMAND}.`,
    );
  }
  return { apiKey: found.key, apiKeySource: found.source };
}

type ApiKey = Pick<HttpAccess, 'apiKey' | 'apiKeySource'>;
