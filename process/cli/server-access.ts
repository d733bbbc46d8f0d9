/**
 * Address and API key for commands that call a server. A key is sent to the server that it belongs
 * to, or to the one that the user named together with it.
 */
import { endpointOf } from '../../api/grpc/endpoint.ts';
import { CommandError, type GrpcAccess, type HttpAccess, UsageError } from '../../command-line/command.ts';
import { type Context, contextNamed, readContexts } from '../../command-line/contexts.ts';
import { serverUrl } from '../../command-line/server-url.ts';
import { developmentKeyIn } from '../../ops/development-key.ts';
import { type ServerAddress, addressIn, reachable } from '../../ops/server-address.ts';
import { type Config, loadConfig } from '../../platform/config.ts';
import { START_COMMAND } from '../../platform/settings/start-command.ts';

type ApiKey = Pick<HttpAccess, 'apiKey' | 'apiKeySource'>;

/** What the user named on the command line. */
export interface ServerChoice {
  /** A URL, or an address of gRPC. */
  to: string | undefined;
  /** Name of a context. */
  context: string | undefined;
}

/**
 * The first of: the named context; the named URL, or HOLDFAST_URL; the server of this environment,
 * if a key for it is set; the context in use; the server that runs on the data directory.
 *
 * @throws {CommandError} no server is named or runs here, or no key is known for it
 */
export async function httpAccess({ to, context }: ServerChoice): Promise<HttpAccess> {
  const config = loadConfig();
  if (context !== undefined) {
    if (to !== undefined) throw new UsageError('--to and --context exclude each other. Use one of them.');
    return accessOf(contextNamed(await readContexts(config.settingsDir), context));
  }
  const url =
    to === undefined
      ? config.serverUrl && serverUrl(config.serverUrl, 'HOLDFAST_URL')
      : serverUrl(to, '--to');
  const local = await localAddress(config, 'http');
  const own = `http://${endpointOf(endpointPartsOf(local) ?? environmentAddress(config))}`;
  if (url === undefined) return unnamedAccess(config, own, local);
  const key =
    namedKey(config) ??
    (await contextKey(config, url)) ??
    (isSameServer(url, own) ? await ownKey(config, local) : undefined);
  if (key === undefined) throw noKey(url, config);
  return { url, ...key };
}

async function unnamedAccess(
  config: Config,
  own: string,
  local: ServerAddress | undefined,
): Promise<HttpAccess> {
  const key = environmentKey(config);
  if (key !== undefined) return { url: own, ...key };
  const { current, all } = await readContexts(config.settingsDir);
  const inUse = all.find(({ name }) => name === current);
  if (inUse !== undefined) return accessOf(inUse);
  const development = await developmentKey(config, local);
  if (development === undefined) throw noServer(config, own);
  return { url: own, ...development };
}

const accessOf = ({ name, url, apiKey }: Context): HttpAccess => ({
  url,
  apiKey,
  apiKeySource: `the context ${name}`,
});

/** The key of a login at this server; that of the context in use, if there are several. */
async function contextKey({ settingsDir }: Config, url: string): Promise<ApiKey | undefined> {
  const { current, all } = await readContexts(settingsDir);
  const here = all.filter((each) => isSameServer(each.url, url));
  const found = here.find(({ name }) => name === current) ?? here[0];
  return found && accessOf(found);
}

/**
 * As `httpAccess`. A context has no address of gRPC: it gives its key to the named one.
 *
 * @throws {CommandError} as `httpAccess`
 */
export async function grpcAccess({ to, context }: ServerChoice): Promise<GrpcAccess> {
  const config = loadConfig();
  const { token, cert, key, ca, host, port } = config.grpc;
  const tls = { token, cert, key, ca };
  const local = await localAddress(config, 'grpc');
  const ofEnvironment = port === undefined ? undefined : endpointOf({ host, port });
  const own = local?.port === null ? undefined : endpointOf(endpointPartsOf(local) ?? { host, port });
  const address = to ?? ofEnvironment;
  if (context !== undefined) {
    if (address === undefined)
      throw new UsageError('--context needs --to HOST:PORT: a context has no address of gRPC.');
    const { apiKey, apiKeySource } = accessOf(contextNamed(await readContexts(config.settingsDir), context));
    return { address, ...tls, apiKey, apiKeySource };
  }
  if (address === undefined) {
    const apiKey = environmentKey(config) ?? (await developmentKey(config, local));
    if (apiKey === undefined) throw noServer(config, own ?? 'gRPC');
    return { address: own, ...tls, ...apiKey };
  }
  const apiKey =
    (to === undefined ? environmentKey(config) : namedKey(config)) ??
    (address === own ? await ownKey(config, local) : undefined);
  if (apiKey === undefined) throw noKey(address, config);
  return { address, ...tls, ...apiKey };
}

/** With DATABASE_URL, the server of this data directory belongs to another installation. */
const localAddress = async ({ databaseUrl, dataDir }: Config, service: 'http' | 'grpc') =>
  databaseUrl === undefined ? addressIn(dataDir, service) : undefined;

const endpointPartsOf = (local: ServerAddress | undefined) =>
  local && { host: local.host, port: local.port ?? undefined };

const environmentAddress = ({ host = '127.0.0.1', port }: Config) => ({ host: reachable(host), port });

/** The key that the user names for whatever server he names. */
const namedKey = ({ apiKey }: Config): ApiKey | undefined =>
  apiKey === undefined ? undefined : { apiKey, apiKeySource: 'HOLDFAST_API_KEY' };

/** A key of the environment, for the server that the environment describes. */
const environmentKey = (config: Config): ApiKey | undefined =>
  namedKey(config) ??
  (config.bootstrapKey === undefined
    ? undefined
    : { apiKey: config.bootstrapKey, apiKeySource: 'HOLDFAST_BOOTSTRAP_KEY' });

const ownKey = async (config: Config, local: ServerAddress | undefined): Promise<ApiKey | undefined> =>
  environmentKey(config) ?? developmentKey(config, local);

/** Only the server that runs on the data directory gets its key. */
async function developmentKey(
  { dataDir }: Config,
  local: ServerAddress | undefined,
): Promise<ApiKey | undefined> {
  const apiKey = local === undefined ? undefined : await developmentKeyIn(dataDir);
  return apiKey === undefined ? undefined : { apiKey, apiKeySource: `the development key in ${dataDir}` };
}

/** Names of this machine count as one. */
const isSameServer = (a: string, b: string): boolean => canonical(a) === canonical(b);
const canonical = (url: string) =>
  new URL(url).origin.replace(/\/\/(?:localhost|\[::1\])(?=:|$)/, '//127.0.0.1');

function noServer(config: Config, address: string): CommandError {
  if (config.databaseUrl !== undefined) return noKey(address, config);
  return new CommandError(
    `No server runs on the data directory ${config.dataDir}, and no other is named.\n` +
      `Start it with ${START_COMMAND}, or log in to another: npx holdfast login URL`,
  );
}

const noKey = (address: string, { dataDir }: Config) =>
  new CommandError(
    `No API key for ${address}. Set HOLDFAST_API_KEY, or log in: npx holdfast login URL\n` +
      `A key in ${dataDir} is for the server of that directory only.`,
  );
