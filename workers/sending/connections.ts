/**
 * The connections to webhook endpoints. Each endpoint has its own, so that endpoints of one host do
 * not wait for each other. No request waits for a connection: without an idle one, it opens one.
 */
import {
  Agent as HttpAgent,
  type ClientRequest,
  type RequestOptions,
  request as requestByHttp,
} from 'node:http';
import { Agent as HttpsAgent, request as requestByHttps } from 'node:https';
import { isIP } from 'node:net';
import type { Duplex } from 'node:stream';
import { callbackify } from 'node:util';
import { AddressRefusedError, type AddressRule, hostOf, isAllowed } from './addresses.ts';
import { type NameResolver, createNameResolver } from './name-resolver.ts';

/** Idle connections of the process; beyond them the one that is idle for longest is closed. */
export const IDLE_CONNECTIONS_MAX = 200;
/** Below the 5 s after which many servers close. A shorter `Keep-Alive: timeout` counts instead. */
const IDLE_TIMEOUT_MS = 4_000;
/** One address of several has this long for TCP; then the next one is tried. */
const ADDRESS_TIMEOUT_MS = 2_000;
/** Longer headers of a response end its connection. */
const HEADERS_BYTES_MAX = 64 * 1_024;

/** Sends requests to one endpoint. */
export interface EndpointConnections {
  /**
   * A request over an idle connection of the endpoint, or over a new one.
   *
   * @param headers names and values in turn, without `Host`
   * @throws {AddressRefusedError} the host is an IP address that is not allowed. For a name, the
   *   request emits this error when the name has resolved
   */
  request: (url: string, options: { method: string; headers: string[] }) => ClientRequest;
}

export interface Connections {
  of: (endpointId: string) => EndpointConnections;
  /** Closes all connections and ends all look-ups. */
  close: () => void;
}

export interface ConnectionsOptions extends AddressRule {
  names?: NameResolver;
}

/** Opens connections to allowed addresses only. */
export function openConnections({ names = createNameResolver(), ...rule }: ConnectionsOptions): Connections {
  const idle = new Set<Duplex>();
  const settings = {
    keepAlive: true,
    timeout: IDLE_TIMEOUT_MS,
    autoSelectFamily: true, // so that `lookup` is called for all addresses
    autoSelectFamilyAttemptTimeout: ADDRESS_TIMEOUT_MS,
    lookup: callbackify((hostname: string, _all: object) => allowedAddresses(hostname, names, rule)),
  };
  const http = keyedByEndpoint(new HttpAgent(settings as object), idle);
  const https = keyedByEndpoint(new HttpsAgent(settings as object), idle);
  return {
    of(endpointId) {
      let target: Target | undefined;
      return {
        request(url, { method, headers }) {
          if (target?.url !== url) target = targetOf(url, rule);
          const { options, hostHeader, isTls } = target;
          const all = { ...options, method, headers: ['Host', hostHeader, ...headers], endpointId };
          return isTls ? requestByHttps({ ...all, agent: https }) : requestByHttp({ ...all, agent: http });
        },
      };
    },
    close() {
      names.close();
      http.destroy();
      https.destroy();
    },
  };
}

/** A URL that was parsed and checked. An endpoint has one for many requests. */
interface Target {
  url: string;
  options: RequestOptions;
  hostHeader: string;
  isTls: boolean;
}

/** @throws {AddressRefusedError} the host is an IP address that is not allowed */
function targetOf(url: string, rule: AddressRule): Target {
  const parsed = new URL(url);
  const { protocol, host: hostHeader, port, pathname, search } = parsed;
  const host = hostOf(parsed);
  // An IP address as host never reaches the look-up.
  if (isIP(host) !== 0 && !isAllowed(host, rule))
    throw new AddressRefusedError(`${host} is not a public address`);
  const options = { host, port, path: pathname + search, maxHeaderSize: HEADERS_BYTES_MAX };
  return { url, options, hostHeader, isTls: protocol === 'https:' };
}

/** Makes an agent keep the connections of endpoints apart, and few idle ones. */
function keyedByEndpoint<A extends HttpAgent>(agent: A, idle: Set<Duplex>): A {
  const connect = agent.createConnection.bind(agent);
  const keep = agent.keepSocketAlive.bind(agent) as (socket: Duplex) => boolean;
  const reuse = agent.reuseSocket.bind(agent);
  return Object.assign(agent, {
    getName: ({ endpointId, host, port }: RequestOptions & { endpointId: string }) =>
      `${endpointId} ${host}:${port}`,
    createConnection(...given: Parameters<typeof connect>) {
      const socket = connect(...given)!;
      socket.once('close', () => idle.delete(socket));
      return socket;
    },
    keepSocketAlive(socket: Duplex) {
      if (!keep(socket)) return false;
      const [oldest] = idle;
      if (idle.size >= IDLE_CONNECTIONS_MAX) oldest?.destroy();
      idle.add(socket);
      return true;
    },
    reuseSocket(socket: Duplex, request: ClientRequest) {
      idle.delete(socket);
      reuse(socket, request);
    },
  });
}

/** @throws {AddressRefusedError} @throws {NameNotResolvedError} */
async function allowedAddresses(hostname: string, names: NameResolver, rule: AddressRule) {
  const addresses = await names.resolve(hostname);
  // One address that is not allowed refuses the host: its owner may try to reach our network.
  if (addresses.length === 0 || !addresses.every(({ address }) => isAllowed(address, rule)))
    throw new AddressRefusedError(`${hostname} has an address that is not public`);
  return addresses;
}
