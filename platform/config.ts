/**
 * Every setting, read once from the environment and checked whole.
 *
 * This is the only file that reads `process.env`. An unknown `HOLDFAST_*` variable is refused, so that a
 * misspelt limit never runs as the default in silence.
 */
import { accessSync, constants } from 'node:fs';
import { z } from 'zod';

/** A quota of `count` requests in any `seconds` seconds. */
export interface Rate {
  count: number;
  seconds: number;
}

const ROLES = ['api', 'projector', 'relay', 'webhooks'] as const;
export type Role = (typeof ROLES)[number];

/**
 * Longest value that a message repeats, in characters: too short for a key or a URL that was put in
 * the wrong place.
 */
const SHOWN_MAX = 12;

/** A whole number in digits alone: `Number` takes `1e3`, `0x10` and ` 5 ` as well. */
const count = (min: number, max: number) =>
  z.string().transform((text, { addIssue }) => {
    const value = /^\d{1,15}$/.test(text) ? Number(text) : Number.NaN;
    if (value >= min && value <= max) return value;
    const isShown = Number.isNaN(value) && text.length <= SHOWN_MAX;
    const shown = isShown ? `, not '${JSON.stringify(text).slice(1, -1)}';` : '';
    addIssue(`must be a whole number${shown} from ${min} to ${max}`);
    return z.NEVER;
  });
const port = count(0, 65_535);
const onOff = z.enum(['on', 'off']).transform((value) => value === 'on');

const url = (protocol: RegExp, example: string) =>
  z.url({ protocol, hostname: /^.*$/, error: `must be a URL such as ${example}`, abort: true });

const rate = z
  .string()
  .regex(/^[1-9]\d{0,5}\/[1-9]\d{0,4}$/, 'expected COUNT/SECONDS, such as 600/60 (at most 100000/86400)')
  .transform((text): Rate => {
    const [count = 0, seconds = 0] = text.split('/').map(Number);
    return { count, seconds };
  })
  .refine((r) => r.count <= 100_000 && r.seconds <= 86_400, 'expected at most 100000/86400');

/**
 * What Slonik and pg both understand: TLS not at all, verified (two words for it), or without a
 * look at the certificate.
 */
const SSL_MODES = ['disable', 'require', 'verify-full', 'no-verify'];
const SSL_FILES = ['sslrootcert', 'sslcert', 'sslkey'];
/** Parameters that pg follows and Slonik does not: the connections of one process would differ. */
const MISREAD = ['host', 'port', 'user', 'password', 'sslnegotiation', 'uselibpqcompat'];
const ENCODE =
  'a password has its special characters percent-encoded: @ as %40, / as %2F, # as %23, ? as %3F, % as %25';

/**
 * An address that is read as it was meant: `postgres://u:12/ab@host/db` would name the host `u`,
 * and the rest in messages.
 */
function checkAddress(text: string, { addIssue }: z.RefinementCtx): void {
  const refuse = (message: string) => addIssue({ code: 'custom', message });
  const url = new URL(text);
  const { username, password, pathname, search, hash } = url;
  if (hash !== '' || (username === '' && password === '' && /@/.test(pathname + search))) refuse(ENCODE);
  try {
    for (const part of [username, password, pathname]) decodeURIComponent(part);
  } catch {
    refuse(ENCODE);
  }
  if (url.protocol.startsWith('postgres')) for (const fault of faultsOfParameters(url)) refuse(fault);
}

const address = (protocol: RegExp, example: string) =>
  url(protocol, `${example}; ${ENCODE}`).superRefine(checkAddress);

function faultsOfParameters({ hostname, searchParams }: URL): string[] {
  const given = (name: string) => searchParams.has(name);
  const mode = searchParams.get('sslmode');
  const faults: string[] = [];
  if (mode !== null && !SSL_MODES.includes(mode)) faults.push(`sslmode is one of ${SSL_MODES.join(', ')}`);
  if (given('ssl')) faults.push('ssl is written sslmode=require');
  const misread = MISREAD.filter((name) => given(name) && (name !== 'host' || hostname !== ''));
  if (misread.length > 0) faults.push(`${misread.join(', ')} cannot be a parameter`);
  const files = SSL_FILES.filter(given);
  if (files.length > 0 && (mode ?? 'disable') === 'disable') faults.push(`${files.join(', ')} needs sslmode`);
  if (given('sslcert') !== given('sslkey')) faults.push('sslcert and sslkey go together');
  return faults.concat(
    files.filter((name) => !isReadable(searchParams.get(name)!)).map((name) => `${name} cannot be read`),
  );
}

function isReadable(file: string): boolean {
  try {
    accessSync(file, constants.R_OK);
    return true;
  } catch {
    return false;
  }
}

const roles = z
  .string()
  .transform((text) => text.split(',').map((role) => role.trim()))
  .pipe(z.array(z.enum(ROLES)).min(1))
  .transform((list) => new Set<Role>(list));

/** `hf_test_…` or `hf_live_…`; 32 to 128 characters of `A-Za-z0-9_`, with or without the prefix counted. */
const API_KEY_SYNTAX = /^(?=.{32,136}$)hf_(?:test|live)_[A-Za-z0-9_]{16,128}$/;
const API_KEY_EXPECTED = 'expected hf_test_… or hf_live_…, 32 to 128 characters of A-Z a-z 0-9 _';

/** Name, default and meaning of each variable; `docs/configuration.md` is checked against this table. */
const VARIABLES = {
  PORT: port.default(8080),
  ADMIN_PORT: port.default(9090),
  GRPC_PORT: port.optional(),
  DATABASE_URL: address(/^postgres(?:ql)?$/, 'postgres://USER:PASSWORD@HOST:5432/DATABASE').optional(),
  REDIS_URL: address(/^rediss?$/, 'redis://:PASSWORD@HOST:6379').optional(),
  HOLDFAST_HOST: z.string().min(1).optional(),
  HOLDFAST_ADMIN_HOST: z.string().min(1).default('127.0.0.1'),
  HOLDFAST_GRPC_HOST: z.string().min(1).default('127.0.0.1'),
  HOLDFAST_GRPC_TOKEN: z
    .string()
    .regex(/^[\x21-\x7e]{32,200}$/, 'expected 32 to 200 visible ASCII characters')
    .optional(),
  HOLDFAST_GRPC_CERT: z.string().min(1).optional(),
  HOLDFAST_GRPC_KEY: z.string().min(1).optional(),
  HOLDFAST_GRPC_CA: z.string().min(1).optional(),
  HOLDFAST_URL: z.string().optional(),
  HOLDFAST_KEY: z.string().regex(API_KEY_SYNTAX, API_KEY_EXPECTED).optional(),
  HOLDFAST_API_KEY: z.string().regex(API_KEY_SYNTAX, API_KEY_EXPECTED).optional(),
  HOLDFAST_DATA_DIR: z.string().min(1).default('.holdfast'),
  HOLDFAST_BOOTSTRAP_KEY: z.string().regex(API_KEY_SYNTAX, API_KEY_EXPECTED).optional(),
  HOLDFAST_RATE_LIMIT_WRITE: rate.prefault('600/60'),
  HOLDFAST_RATE_LIMIT_READ: rate.prefault('3000/60'),
  HOLDFAST_RATE_LIMIT_UNAUTHENTICATED: rate.prefault('60/60'),
  HOLDFAST_ROLES: roles.prefault(ROLES.join(',')),
  HOLDFAST_WORKERS: count(1, 256).default(1),
  HOLDFAST_PARTITIONS: count(1, 1024).default(1),
  HOLDFAST_DATABASE_POOL: count(2, 1000).default(10),
  HOLDFAST_APPEND_QUEUE: count(1, 1_000_000).default(2_000),
  HOLDFAST_DRAIN_SECONDS: count(0, 600).default(20),
  HOLDFAST_V1_AFTER_SUNSET: z.enum(['serve', 'gone']).default('serve'),
  HOLDFAST_TRUST_PROXY: onOff.prefault('off'),
  HOLDFAST_WEBHOOK_LOOPBACK: onOff.prefault('off'),
  HOLDFAST_CONTRACT_JUDGE: onOff.prefault('off'),
  OTEL_EXPORTER_OTLP_ENDPOINT: url(/^https?$/, 'http://HOST:4318').optional(),
  HOLDFAST_LOG_LEVEL: z.enum(['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent']).default('info'),
};

/** This machine alone. */
const LOOPBACK = /^(?:127\.\d+\.\d+\.\d+|::1|localhost)$/;

/** The internal service is for those who are meant to have it: beyond this machine it asks who is there before it looks at an API key. */
function refuseOpenGrpc(v: z.output<z.ZodObject<typeof VARIABLES>>, { addIssue }: z.RefinementCtx): void {
  const refuse = (name: keyof typeof VARIABLES, message: string) =>
    addIssue({ code: 'custom', path: [name], message });
  if ((v.HOLDFAST_GRPC_CERT === undefined) !== (v.HOLDFAST_GRPC_KEY === undefined))
    refuse('HOLDFAST_GRPC_CERT', 'expected together with HOLDFAST_GRPC_KEY, or not at all');
  const mutual = v.HOLDFAST_GRPC_CA !== undefined && v.HOLDFAST_GRPC_CERT !== undefined;
  const asks = v.HOLDFAST_GRPC_TOKEN !== undefined || mutual;
  if (!LOOPBACK.test(v.HOLDFAST_GRPC_HOST) && !asks) {
    const how = 'HOLDFAST_GRPC_TOKEN, or HOLDFAST_GRPC_CA with a certificate for mutual TLS';
    refuse('HOLDFAST_GRPC_HOST', `expected an address of this machine alone, or ${how}`);
  }
}

/** The names of all variables that Holdfast reads, for the documentation and its test. */
export const VARIABLE_NAMES = Object.keys(VARIABLES);

const schema = z
  .object(VARIABLES)
  .superRefine(refuseOpenGrpc)
  .transform((v) => ({
    /** TCP port of the public API; 0 takes a free one. */
    port: v.PORT,
    /** Address that the public API listens on; every address when unset. */
    host: v.HOLDFAST_HOST,
    /** TCP port of `/health/*` and `/metrics`; 0 takes a free one. */
    adminPort: v.ADMIN_PORT,
    adminHost: v.HOLDFAST_ADMIN_HOST,
    grpc: {
      /** TCP port of the internal service; 0 takes a free one, unset 50051 if it is free. */
      port: v.GRPC_PORT,
      host: v.HOLDFAST_GRPC_HOST,
      /** Shared by all who may call. */
      token: v.HOLDFAST_GRPC_TOKEN,
      /** Files, in PEM: the certificate chain, its key, and whose certificates the other side must have. */
      cert: v.HOLDFAST_GRPC_CERT,
      key: v.HOLDFAST_GRPC_KEY,
      ca: v.HOLDFAST_GRPC_CA,
    },
    /** What commands that are clients of a Holdfast call it with. */
    apiKey: v.HOLDFAST_API_KEY ?? v.HOLDFAST_KEY,
    /** Unset: an embedded Postgres under `dataDir` is started. */
    databaseUrl: v.DATABASE_URL,
    /** Unset: a Redis is started. */
    redisUrl: v.REDIS_URL,
    dataDir: v.HOLDFAST_DATA_DIR,
    bootstrapKey: v.HOLDFAST_BOOTSTRAP_KEY,
    rateLimits: {
      write: v.HOLDFAST_RATE_LIMIT_WRITE,
      read: v.HOLDFAST_RATE_LIMIT_READ,
      unauthenticated: v.HOLDFAST_RATE_LIMIT_UNAUTHENTICATED,
    },
    roles: v.HOLDFAST_ROLES,
    /** API processes on this machine, all on one port. */
    workers: v.HOLDFAST_WORKERS,
    /** Log partitions that new tenants are spread over; a tenant stays where it is for ever. */
    partitions: v.HOLDFAST_PARTITIONS,
    /** Postgres connections a process. */
    databasePool: v.HOLDFAST_DATABASE_POOL,
    /** Commands that may wait for an append, a partition; one more is answered 503. */
    appendQueue: v.HOLDFAST_APPEND_QUEUE,
    /** Seconds that requests in flight are given to finish after SIGTERM. */
    drainSeconds: v.HOLDFAST_DRAIN_SECONDS,
    /** What `/v1` answers once its sunset has come: as ever, or 410. */
    v1: { afterSunset: v.HOLDFAST_V1_AFTER_SUNSET },
    /** Development: send webhooks to this machine too, and without TLS. */
    webhooks: { allowLoopback: v.HOLDFAST_WEBHOOK_LOOPBACK },
    /** Take the client's address from `X-Forwarded-For`; only behind a proxy that sets it. */
    trustProxy: v.HOLDFAST_TRUST_PROXY,
    /** Run express-openapi-validator over every request and response (development and tests). */
    contractJudge: v.HOLDFAST_CONTRACT_JUDGE,
    /** Where traces go, by OTLP over HTTP; nowhere when unset. */
    traces: v.OTEL_EXPORTER_OTLP_ENDPOINT,
    logLevel: v.HOLDFAST_LOG_LEVEL,
  }));

export type Config = z.output<typeof schema>;

/** The environment does not make a configuration; the message names each variable and what it should be. */
export class ConfigError extends Error {
  override name = 'ConfigError';
}

/** Error text of a setting: the allowed values where it is an enum. */
const settingIssueText: z.core.$ZodErrorMap = (issue) =>
  issue.code === 'invalid_value' ? `must be one of ${issue.values.map(String).join(', ')}` : 'is not valid';

/**
 * Parses an environment.
 *
 * @param env variables by name; empty values count as unset
 * @throws {ConfigError} with one line a wrong or unknown variable; never with a value that may be a secret
 */
export function loadConfig(env: NodeJS.ProcessEnv = process.env): Config {
  const given = Object.fromEntries(Object.entries(env).filter(([, value]) => value !== ''));
  const unknown = Object.keys(given).filter((name) => name.startsWith('HOLDFAST_') && !(name in VARIABLES));
  const parsed = schema.safeParse(given, { error: settingIssueText });
  const problems = [
    ...unknown.map((name) => `${name}: no such variable`),
    ...(parsed.error?.issues ?? []).map((issue) => `${String(issue.path[0])}: ${issue.message}`),
  ];
  if (problems.length > 0 || !parsed.data) {
    throw new ConfigError(`The configuration is not usable:\n${problems.map((p) => `  ${p}`).join('\n')}`);
  }
  return parsed.data;
}
