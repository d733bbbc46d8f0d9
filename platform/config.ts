/**
 * Reads and validates all settings from the environment. Only this file reads `process.env`. An
 * unknown `HOLDFAST_*` variable is an error: a misspelt limit must not silently become the default.
 */
import { z } from 'zod';
import { drainTimesOf, refuseLongDelay } from './settings/drain-times.ts';
import { LOG_ADDRESSES } from './log-address.ts';
import { RATE_EXPECTED, parseRate } from './rate.ts';
import { address, hostNames, listOf, refuseLoneUrls, url } from './settings/address.ts';
import { DURABILITY_LEVELS } from './settings/durability.ts';
import { SCHEMA_NAME_EXPECTED, parseSchemaName } from './settings/schema-name.ts';
import {
  SECRETS_KEYS_EXPECTED,
  parseSecretsKeys,
  readKeyCommand,
  readSecretsFile,
} from './settings/secrets-keys.ts';
import { userFolder } from './settings/user-folder.ts';
import { TRUSTED_PROXIES_EXPECTED, parseTrustedProxies } from './trusted-proxies.ts';

const ROLES = ['api', 'projector', 'relay', 'webhooks'] as const;
export type Role = (typeof ROLES)[number];

/** A message repeats a shorter value only: an API key or a URL in the wrong variable is longer. */
const SHOWN_CHARACTERS_MAX = 12;

/** Digits only: `Number` would also accept `1e3`, `0x10` and ` 5 `. */
const count = (min: number, max: number) =>
  z.string().transform((text, { addIssue }) => {
    const value = /^\d{1,15}$/.test(text) ? Number(text) : Number.NaN;
    if (value >= min && value <= max) return value;
    const shown = text.length <= SHOWN_CHARACTERS_MAX ? `, not ${JSON.stringify(text)}` : '';
    addIssue(`must be a whole number from ${min} to ${max}${shown}`);
    return z.NEVER;
  });
const port = count(0, 65_535);
/** @param parse returns `undefined` for a text that is not as expected */
const parsedBy = <T>(parse: (text: string) => T | undefined, expected: string) =>
  z.string().transform((text, { addIssue }): T => {
    const value = parse(text);
    if (value !== undefined) return value;
    addIssue(expected);
    return z.NEVER;
  });
const trustedProxies = parsedBy(parseTrustedProxies, TRUSTED_PROXIES_EXPECTED);
const secretsKeys = parsedBy(parseSecretsKeys, SECRETS_KEYS_EXPECTED);
/** @param read returns `undefined` for a source that is not `expected` */
const keysFrom = (read: (source: string) => string | undefined, expected: string, output: string) =>
  z.string().transform((source, { addIssue }) => {
    const text = read(source);
    const keys = text === undefined ? undefined : parseSecretsKeys(text);
    if (keys !== undefined) return keys;
    addIssue(text === undefined ? expected : `${output} ${SECRETS_KEYS_EXPECTED}`);
    return z.NEVER;
  });
const keyFile = keysFrom(readSecretsFile, 'must be a file that can be read', 'the text of this file');
const keyCommand = keysFrom(
  readKeyCommand,
  'must be a program and its arguments that prints keys and ends within 10 s',
  'the output of this command',
);
const onOff = z.enum(['on', 'off']).transform((value) => value === 'on');
const rate = parsedBy(parseRate, RATE_EXPECTED);

const roles = z
  .string()
  .transform((text) => text.split(',').map((role) => role.trim()))
  .pipe(z.array(z.enum(ROLES)).min(1))
  .transform((list) => new Set<Role>(list));

/** 32 to 128 characters. The prefix may count or not, so that keys of either reading pass. */
export const API_KEY_SYNTAX = /^(?=.{32,136}$)hf_(?:test|live)_[A-Za-z0-9_]{16,128}$/;
const API_KEY_EXPECTED =
  'must begin with hf_test_ or hf_live_ and have 32 to 128 characters of A-Z a-z 0-9 _';

const postgresUrl = address(/^postgres(?:ql)?$/, 'postgres://USER:PASSWORD@HOST:5432/DATABASE');

/** All variables with their defaults. A test compares `docs/configuration.md` with this table. */
const VARIABLES = {
  PORT: port.default(8080),
  ADMIN_PORT: port.default(9090),
  GRPC_PORT: port.optional(),
  DATABASE_URL: postgresUrl.optional(),
  HOLDFAST_DATABASE_DIRECT_URL: postgresUrl.optional(),
  HOLDFAST_REPLICA_URLS: listOf(postgresUrl).optional(),
  HOLDFAST_SCHEMA: parsedBy(parseSchemaName, SCHEMA_NAME_EXPECTED).optional(),
  REDIS_URL: address(/^rediss?$/, 'redis://:PASSWORD@HOST:6379').optional(),
  HOLDFAST_HOST: z.string().min(1).optional(),
  HOLDFAST_ADMIN_HOST: z.string().min(1).default('127.0.0.1'),
  HOLDFAST_ADMIN_HOSTS: hostNames.optional(),
  HOLDFAST_GRPC_HOST: z.string().min(1).default('127.0.0.1'),
  HOLDFAST_GRPC_TOKEN: z
    .string()
    .regex(
      /^[\x21-\x7e]{32,200}$/,
      'must have 32 to 200 characters: ASCII letters, digits and signs, no spaces',
    )
    .optional(),
  HOLDFAST_GRPC_CERT: z.string().min(1).optional(),
  HOLDFAST_GRPC_KEY: z.string().min(1).optional(),
  HOLDFAST_GRPC_CA: z.string().min(1).optional(),
  HOLDFAST_URL: z.string().optional(),
  HOLDFAST_KEY: z.string().regex(API_KEY_SYNTAX, API_KEY_EXPECTED).optional(),
  HOLDFAST_API_KEY: z.string().regex(API_KEY_SYNTAX, API_KEY_EXPECTED).optional(),
  HOLDFAST_DATA_DIR: z.string().min(1).default('.holdfast'),
  HOLDFAST_BOOTSTRAP_KEY: z.string().regex(API_KEY_SYNTAX, API_KEY_EXPECTED).optional(),
  HOLDFAST_SECRETS_KEY: secretsKeys.optional(),
  HOLDFAST_SECRETS_KEY_FILE: keyFile.optional(),
  HOLDFAST_PERSONAL_KEY: secretsKeys.optional(),
  HOLDFAST_PERSONAL_KEY_FILE: keyFile.optional(),
  HOLDFAST_PERSONAL_KEY_COMMAND: keyCommand.optional(),
  HOLDFAST_ERASURES_FILE: z.string().min(1).optional(),
  HOLDFAST_RATE_LIMIT_WRITE: rate.prefault('600/60'),
  HOLDFAST_RATE_LIMIT_READ: rate.prefault('3000/60'),
  HOLDFAST_RATE_LIMIT_UNAUTHENTICATED: rate.prefault('60/60'),
  HOLDFAST_ROLES: roles.prefault(ROLES.join(',')),
  HOLDFAST_WORKERS: count(1, 256).default(1),
  HOLDFAST_PARTITIONS: count(1, 1024).default(1),
  HOLDFAST_DURABILITY: z.enum(DURABILITY_LEVELS).optional(),
  HOLDFAST_DATABASE_POOL: count(2, 1000).default(10),
  HOLDFAST_DATABASE_MIB: count(1, 1_000_000_000).optional(),
  HOLDFAST_APPEND_QUEUE: count(1, 1_000_000).default(2_000),
  HOLDFAST_DRAIN_SECONDS: count(0, 600).default(20),
  HOLDFAST_DRAIN_DELAY_SECONDS: count(0, 300).optional(),
  KUBERNETES_SERVICE_HOST: z.string().optional(),
  XDG_CONFIG_HOME: z.string().optional(),
  HOLDFAST_V1_AFTER_SUNSET: z.enum(['serve', 'gone']).default('serve'),
  HOLDFAST_TRUST_PROXY: trustedProxies.prefault('off'),
  HOLDFAST_WEBHOOK_LOOPBACK: onOff.prefault('off'),
  HOLDFAST_CONTRACT_JUDGE: onOff.prefault('off'),
  OTEL_EXPORTER_OTLP_ENDPOINT: url(/^https?$/, 'http://HOST:4318').optional(),
  HOLDFAST_LOG_ADDRESSES: z.enum(LOG_ADDRESSES).default('full'),
  HOLDFAST_LOG_LEVEL: z.enum(['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent']).default('info'),
};

const LOOPBACK = /^(?:127\.\d+\.\d+\.\d+|::1|localhost)$/;

/** Beyond loopback, gRPC requires a token or mutual TLS in front of the API key. */
function refuseOpenGrpc(v: z.output<z.ZodObject<typeof VARIABLES>>, { addIssue }: z.RefinementCtx): void {
  const refuse = (name: keyof typeof VARIABLES, message: string) =>
    addIssue({ code: 'custom', path: [name], message });
  if ((v.HOLDFAST_GRPC_CERT === undefined) !== (v.HOLDFAST_GRPC_KEY === undefined))
    refuse('HOLDFAST_GRPC_CERT', 'must be set together with HOLDFAST_GRPC_KEY');
  const hasMutualTls = v.HOLDFAST_GRPC_CA !== undefined && v.HOLDFAST_GRPC_CERT !== undefined;
  const isProtected = v.HOLDFAST_GRPC_TOKEN !== undefined || hasMutualTls;
  if (!LOOPBACK.test(v.HOLDFAST_GRPC_HOST) && !isProtected) {
    const remedy = 'HOLDFAST_GRPC_TOKEN, or HOLDFAST_GRPC_CA with a certificate for mutual TLS';
    refuse('HOLDFAST_GRPC_HOST', `must be a loopback address such as 127.0.0.1; else set ${remedy}`);
  }
}

/** The admin port needs no key: beyond loopback, the operator must name its hosts. */
function refuseOpenAdmin(v: z.output<z.ZodObject<typeof VARIABLES>>, { addIssue }: z.RefinementCtx): void {
  if (LOOPBACK.test(v.HOLDFAST_ADMIN_HOST) || v.HOLDFAST_ADMIN_HOSTS !== undefined) return;
  const remedy = 'HOLDFAST_ADMIN_HOSTS to the names by which it is called: it answers without a key';
  const message = `must be a loopback address such as 127.0.0.1; else set ${remedy}`;
  addIssue({ code: 'custom', path: ['HOLDFAST_ADMIN_HOST'], message });
}

/** The places of one setting: at most one of them is set. */
const KEY_PLACES = [
  ['HOLDFAST_SECRETS_KEY', 'HOLDFAST_SECRETS_KEY_FILE'],
  ['HOLDFAST_PERSONAL_KEY', 'HOLDFAST_PERSONAL_KEY_FILE', 'HOLDFAST_PERSONAL_KEY_COMMAND'],
] as const;

function refuseTwoKeyPlaces(v: z.output<z.ZodObject<typeof VARIABLES>>, { addIssue }: z.RefinementCtx): void {
  for (const places of KEY_PLACES) {
    const [first, second] = places.filter((name) => v[name] !== undefined);
    if (first === undefined || second === undefined) continue;
    addIssue({ code: 'custom', path: [second], message: `set either this or ${first}` });
  }
}

/** Names of all variables, for the test of the documentation. */
export const VARIABLE_NAMES = Object.keys(VARIABLES);

const schema = z
  .object(VARIABLES)
  .superRefine(refuseOpenGrpc)
  .superRefine(refuseOpenAdmin)
  .superRefine(refuseTwoKeyPlaces)
  .superRefine(refuseLoneUrls)
  .superRefine(refuseLongDelay)
  .transform((v) => ({
    /** TCP port of the REST API; 0 takes a free port. */
    port: v.PORT,
    /** Listen address of the REST API; every address when unset. */
    host: v.HOLDFAST_HOST,
    /** TCP port of `/health/*`, `/metrics` and `/ops`; 0 takes a free port. */
    adminPort: v.ADMIN_PORT,
    adminHost: v.HOLDFAST_ADMIN_HOST,
    /** Names by which the admin port is called, beside loopback and `adminHost`. */
    adminHosts: v.HOLDFAST_ADMIN_HOSTS ?? [],
    grpc: {
      /** TCP port of the gRPC service; 0 takes a free port; unset 50051, if it is free. */
      port: v.GRPC_PORT,
      host: v.HOLDFAST_GRPC_HOST,
      /** Secret that every caller sends. */
      token: v.HOLDFAST_GRPC_TOKEN,
      /** Paths of PEM files: certificate chain, private key, authority of the peer. */
      cert: v.HOLDFAST_GRPC_CERT,
      key: v.HOLDFAST_GRPC_KEY,
      ca: v.HOLDFAST_GRPC_CA,
    },
    /** Folder of the logins of this user. */
    settingsDir: userFolder(v.XDG_CONFIG_HOME),
    /** The server that commands call; they check it. A server does not use it. */
    serverUrl: v.HOLDFAST_URL,
    /** The key of commands that call a running server. */
    apiKey: v.HOLDFAST_API_KEY ?? v.HOLDFAST_KEY,
    /** Unset: the embedded Postgres in `dataDir`. */
    databaseUrl: v.DATABASE_URL,
    /** Bypasses the pooler at `databaseUrl`, whose sessions several connections share. */
    databaseDirectUrl: v.HOLDFAST_DATABASE_DIRECT_URL,
    /** Replicas for lists. */
    replicaUrls: v.HOLDFAST_REPLICA_URLS ?? [],
    /** Schema of the tables; unset: where the installation is, and `holdfast` for a new one. */
    schema: v.HOLDFAST_SCHEMA,
    /** Unset: an embedded Redis, if the machine has one. */
    redisUrl: v.REDIS_URL,
    dataDir: v.HOLDFAST_DATA_DIR,
    bootstrapKey: v.HOLDFAST_BOOTSTRAP_KEY,
    /** 32 bytes each; they decrypt secrets at rest, and the first one encrypts. */
    secretsKeys: v.HOLDFAST_SECRETS_KEY ?? v.HOLDFAST_SECRETS_KEY_FILE ?? [],
    /** 32 bytes each; they decrypt the data keys of customers, and the first one encrypts. */
    personalKeys:
      v.HOLDFAST_PERSONAL_KEY ?? v.HOLDFAST_PERSONAL_KEY_FILE ?? v.HOLDFAST_PERSONAL_KEY_COMMAND ?? [],
    /** Path of the list of erasures that a restore of the database does not roll back. */
    erasuresFile: v.HOLDFAST_ERASURES_FILE,
    rateLimits: {
      write: v.HOLDFAST_RATE_LIMIT_WRITE,
      read: v.HOLDFAST_RATE_LIMIT_READ,
      unauthenticated: v.HOLDFAST_RATE_LIMIT_UNAUTHENTICATED,
    },
    roles: v.HOLDFAST_ROLES,
    /** API processes on this machine; they share one port. */
    workers: v.HOLDFAST_WORKERS,
    /** Log partitions for new tenants. A tenant never changes its partition. */
    partitions: v.HOLDFAST_PARTITIONS,
    /** The least durability of an acknowledged write; unset: none, with a warning. */
    durability: v.HOLDFAST_DURABILITY,
    /** Postgres connections a process. */
    databasePool: v.HOLDFAST_DATABASE_POOL,
    /** Size of the database beyond which no rebuild or audit runs; unset: by the free space. */
    databaseBytesMax: v.HOLDFAST_DATABASE_MIB === undefined ? undefined : v.HOLDFAST_DATABASE_MIB * 2 ** 20,
    /** Commands a partition that may wait for an append; the next one gets 503. */
    appendQueue: v.HOLDFAST_APPEND_QUEUE,
    ...drainTimesOf(v),
    /** `/v1` after its sunset: serve it, or answer 410. */
    v1: { afterSunset: v.HOLDFAST_V1_AFTER_SUNSET },
    /** Development: allow webhooks to loopback, and without TLS. */
    webhooks: { allowLoopback: v.HOLDFAST_WEBHOOK_LOOPBACK },
    /** Read the client's address from `X-Forwarded-For`. Safe only behind a proxy that sets it. */
    trustedProxies: v.HOLDFAST_TRUST_PROXY,
    /** Run express-openapi-validator on every request and response (development and tests). */
    contractJudge: v.HOLDFAST_CONTRACT_JUDGE,
    /** Base URL of an OTLP/HTTP collector; unset: no traces. */
    traces: v.OTEL_EXPORTER_OTLP_ENDPOINT,
    /** Addresses of clients in the log: whole, their network, or none. */
    logAddresses: v.HOLDFAST_LOG_ADDRESSES,
    logLevel: v.HOLDFAST_LOG_LEVEL,
  }));

export type Config = z.output<typeof schema>;

/** The environment is invalid. The message has the name and valid values of each variable. */
export class ConfigError extends Error {
  override name = 'ConfigError';
}

const settingIssueText: z.core.$ZodErrorMap = (issue) =>
  issue.code === 'invalid_value' ? `must be one of ${issue.values.map(String).join(', ')}` : 'is invalid';

/** `NAME must be …`, or `NAME: …` for advice. */
const problemOf = (name: string, message: string) =>
  /^(?:must|is) /.test(message) ? `${name} ${message}` : `${name}: ${message}`;

/**
 * Parses an environment.
 *
 * @param env variables by name; an empty value counts as unset
 * @throws {ConfigError} a variable is invalid or unknown. The message never holds a possible secret
 */
export function loadConfig(env: NodeJS.ProcessEnv = process.env): Config {
  const given = Object.fromEntries(Object.entries(env).filter(([, value]) => value !== ''));
  const unknown = Object.keys(given).filter((name) => name.startsWith('HOLDFAST_') && !(name in VARIABLES));
  const parsed = schema.safeParse(given, { error: settingIssueText });
  const problems = [
    ...unknown.map((name) => `${name} is not a setting of Holdfast`),
    ...(parsed.error?.issues ?? []).map(({ path, message }) => problemOf(String(path[0]), message)),
  ];
  if (problems.length > 0 || !parsed.data) {
    throw new ConfigError(`Invalid configuration:\n${problems.map((p) => `  ${p}`).join('\n')}`);
  }
  return parsed.data;
}
