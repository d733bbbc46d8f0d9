/**
 * An unusable external Postgres: server and command report the fault, its location and the remedy,
 * and exit with code 1.
 */
import { createServer as createWebServer } from 'node:http';
import { type Server, type Socket, connect, createServer } from 'node:net';
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { holdfast } from '../../setup/processes/command.ts';
import { TEST_REDIS, admin, cloneDatabase, emptyDatabase } from '../../setup/database.ts';
import { ended, launch, startServer } from '../../setup/processes/server-process.ts';
import { newApiKey, send, until } from '../../setup/shop.ts';

const PASSWORD = 'hush-hush';
type Database = Awaited<ReturnType<typeof emptyDatabase>>;
let database: Database;
let server: string;
const ends: (() => Promise<unknown> | unknown)[] = [];
beforeAll(async () => {
  database = await emptyDatabase();
  server = new URL(database.url).host;
});
afterEach(async () => {
  for (const end of ends.splice(0).toReversed()) await end();
});
afterAll(() => database.drop());

const at = (change: Partial<URL>) => Object.assign(new URL(database.url), change).href;

/** A TCP server on a free port. @returns `127.0.0.1:PORT` */
async function listening(some: Server): Promise<string> {
  const sockets = new Set<Socket>();
  some.on('connection', (socket) => sockets.add(socket.on('error', () => {})));
  some.listen(0, '127.0.0.1');
  await until(() => some.listening);
  ends.push(() => {
    for (const socket of sockets) socket.destroy();
    some.close();
  });
  return `127.0.0.1:${(some.address() as { port: number }).port}`;
}

/** The Postgres of the tests behind a proxy that changes its answers. */
const disguised = (change: (answer: string) => string) =>
  listening(
    createServer((socket) => {
      const [host = '', port] = server.split(':');
      const behind = connect(Number(port), host);
      ends.push(() => behind.destroy());
      behind.on('error', () => socket.destroy()).on('close', () => socket.destroy());
      socket.on('close', () => behind.destroy()).pipe(behind);
      behind.on('data', (chunk) => socket.write(Buffer.from(change(chunk.toString('latin1')), 'latin1')));
    }),
  );

const refuseBoth = async (
  url: string,
  both: readonly string[],
  more: { server?: string; command?: string } = {},
) => {
  const process = launch({ env: { DATABASE_URL: url, REDIS_URL: TEST_REDIS, HOLDFAST_LOG_LEVEL: 'warn' } });
  ends.push(() => process.child.kill('SIGKILL'));
  const [started, asked] = await Promise.all([
    ended(process),
    holdfast(['tenants', 'create', 'acme'], { DATABASE_URL: url }),
  ]);
  expect(started).toMatchObject({ code: 1 });
  expect(asked).toMatchObject({ code: 1, stdout: '' });
  for (const [text, words] of [
    [started.output, more.server ?? ''],
    [asked.stderr, more.command ?? ''],
  ] as const) {
    for (const word of [...both, words]) expect(text).toContain(word);
    expect(text).not.toMatch(/^\s+at /m);
    expect(text).not.toMatch(/warning/i);
    expect(text).not.toContain(PASSWORD);
    // The fault, and the remedy.
    expect(text.trim().split('\n').length).toBe(2);
  }
};

describe('an unusable DATABASE_URL', () => {
  test.each<[string, () => Partial<URL>, () => string[]]>([
    [
      'a wrong password',
      () => ({ password: `wrong-${PASSWORD}` }),
      () => [`Postgres at ${server} refused the role "${database.role}": its password is wrong`, '%40'],
    ],
    [
      'no such role',
      () => ({ username: 'nobody-here' }),
      () => [`Postgres at ${server} refused the role "nobody-here"`, 'no such role'],
    ],
    [
      'no password',
      () => ({ password: '' }),
      () => [`Postgres at ${server} asks for the password of the role "${database.role}"`, 'ROLE:PASSWORD@'],
    ],
    [
      'no such database',
      () => ({ pathname: '/elsewhere' }),
      () => [`There is no database "elsewhere" at ${server}`, 'CREATE DATABASE'],
    ],
    [
      'TLS, which that server does not support',
      () => ({ search: '?sslmode=require' }),
      () => [`Postgres at ${server} does not speak TLS`, 'ssl = on'],
    ],
    [
      'TLS, by another parameter',
      () => ({ search: '?sslmode=verify-full' }),
      () => [`Postgres at ${server} does not speak TLS`, 'leave sslmode out'],
    ],
    [
      'a port on which nothing listens',
      () => ({ port: '1' }),
      () => [
        'Postgres at 127.0.0.1:1 did not answer: nothing listens there (ECONNREFUSED)',
        'Start Postgres',
      ],
    ],
    [
      'an unknown host',
      () => ({ hostname: 'no-such-host.invalid' }),
      () => ['The host of DATABASE_URL, no-such-host.invalid:', 'is not known', 'DNS'],
    ],
    [
      'an absent socket',
      () => ({ host: '', search: '?host=/nowhere/at/all' }),
      () => ['Postgres at /nowhere/at/all/.s.PGSQL.5432 did not answer: nothing listens there (ENOENT)'],
    ],
  ])(
    '%s',
    async (_what, change, words) => {
      const url = change();
      await refuseBoth(url.host === '' ? `postgres:///shop${url.search}` : at(url), words());
    },
    60_000,
  );

  test.each<[string, (given: Database) => [on: string, off: string], (given: Database) => string[]]>([
    [
      'a role that may not log in',
      ({ role }) => [`ALTER ROLE ${role} NOLOGIN`, `ALTER ROLE ${role} LOGIN`],
      ({ role, name }) => [`does not let the role "${role}" into the database "${name}"`, 'pg_hba.conf'],
    ],
    [
      'a role with too many connections',
      ({ role }) => [`ALTER ROLE ${role} CONNECTION LIMIT 0`, `ALTER ROLE ${role} CONNECTION LIMIT -1`],
      () => ['has no connection left', 'HOLDFAST_DATABASE_POOL'],
    ],
    [
      'a database that allows no connections',
      ({ name }) => [
        `ALTER DATABASE ${name} ALLOW_CONNECTIONS false`,
        `ALTER DATABASE ${name} ALLOW_CONNECTIONS true`,
      ],
      ({ name }) => [`"${name}"`, 'cannot work now'],
    ],
    [
      'a read-only database',
      ({ name }) => [
        `ALTER DATABASE ${name} SET default_transaction_read_only = on`,
        `ALTER DATABASE ${name} RESET default_transaction_read_only`,
      ],
      ({ name }) => [`The database "${name}" at`, 'is read-only', 'Set DATABASE_URL to the primary'],
    ],
  ])(
    '%s',
    async (_what, switches, words) => {
      const clone = await cloneDatabase();
      const name = new URL(clone.url).pathname.slice(1);
      const url = at({ pathname: `/${name}` });
      await asSuperuser(
        name,
        `INSERT INTO log_heads (partition) VALUES (0); GRANT USAGE ON SCHEMA holdfast TO ${database.role}; GRANT ALL ON ALL TABLES IN SCHEMA holdfast TO ${database.role}`,
      );
      const given = { ...database, name };
      const [on, off] = switches(given);
      await admin(on);
      ends.push(async () => {
        await admin(off);
        await clone.drop();
      });
      await refuseBoth(url, words(given));
    },
    60_000,
  );

  test('a role that may not connect to the database', async () => {
    await admin(`REVOKE CONNECT ON DATABASE ${database.name} FROM PUBLIC, ${database.role}`);
    ends.push(() => admin(`GRANT CONNECT ON DATABASE ${database.name} TO PUBLIC, ${database.role}`));
    await refuseBoth(database.url, [
      `refused the role "${database.role}" in the database "${database.name}"`,
    ]);
  }, 60_000);
});

describe('an unsuitable server at the address', () => {
  test.each<[string, () => Promise<string>, string[]]>([
    ['a silent server', () => listening(createServer()), ['did not answer in time', 'a firewall']],
    [
      'a server that closes the connection',
      () => listening(createServer((socket) => socket.destroy())),
      ['ended the connection', 'does not answer like Postgres', 'Check host and port'],
    ],
    [
      'a web server',
      () => listening(createWebServer((_request, response) => response.end('hello'))),
      ['does not answer like Postgres', 'Check host and port'],
    ],
  ])(
    '%s',
    async (_what, open, words) => {
      const host = await open();
      await refuseBoth(at({ host }), [host, ...words]);
    },
    60_000,
  );

  test('a Postgres below the minimum version', async () => {
    const host = await disguised((answer) => answer.replaceAll(/\b18000\d\b/g, '130022'));
    await refuseBoth(at({ host }), [`Postgres at ${host} is version 1`, 'Holdfast needs 14 or later']);
  }, 60_000);
});

test('a table with a conflicting name: no migration is applied, and the command reports a missing schema', async () => {
  const own = await emptyDatabase();
  ends.push(() => own.drop());
  await asSuperuser(
    own.name,
    `CREATE SCHEMA holdfast AUTHORIZATION ${own.role}; CREATE TABLE holdfast.orders (id int)`,
  );
  await refuseBoth(own.url, [], {
    server: `The database "${own.name}" at ${server} has the table orders already`,
    command: 'Run npm start once',
  });
}, 60_000);

test('several workers report the cause of the failed start, without a stack trace', async () => {
  const blocker = createServer();
  const port = (await listening(blocker)).split(':')[1] ?? '';
  const env = { DATABASE_URL: database.url, REDIS_URL: TEST_REDIS, HOLDFAST_WORKERS: '2', PORT: port };
  const { code, output } = await ended(launch({ env }));
  expect([code, output]).toEqual([
    1,
    expect.stringContaining(`PORT: port ${port} is taken by another program`),
  ]);
  expect(output).not.toMatch(/^\s+at /m);
}, 60_000);

test('the first start creates no key, and prints the command that creates one', async () => {
  const own = await emptyDatabase();
  ends.push(() => own.drop());
  const env = { DATABASE_URL: own.url, REDIS_URL: TEST_REDIS };
  const first = await startServer({ env });
  ends.push(() => first.end('SIGTERM'));
  expect(first.output()).not.toMatch(/hf_(?:test|live)_/);
  const said = /Key +none yet\.[^]*?\n\n/.exec(first.output())?.[0] ?? '';
  const commands = [...said.matchAll(/npx holdfast ((?:[\w-]+ ?)+)/g)].map(([, words = '']) =>
    words.trim().replace('NAME', 'acme').split(' '),
  );
  expect(commands).toHaveLength(2);
  for (const words of commands) expect(await holdfast(words, env)).toMatchObject({ code: 0 });
  const made = await holdfast(['keys', 'create', '--tenant', 'acme', '--json'], env);
  const apiKey = (made.json as { key: string }).key;
  expect((await send(`${first.url}/v2/orders`, { apiKey })).status).toBe(200);

  // A key exists now.
  const second = await startServer({ env });
  ends.push(() => second.end('SIGTERM'));
  expect(second.output()).toMatch(/Key +export one of your keys/);
}, 60_000);

test('a bootstrap key is not printed', async () => {
  const own = await emptyDatabase();
  ends.push(() => own.drop());
  const apiKey = newApiKey();
  const up = await startServer({
    env: { DATABASE_URL: own.url, REDIS_URL: TEST_REDIS, HOLDFAST_BOOTSTRAP_KEY: apiKey },
  });
  ends.push(() => up.end('SIGTERM'));
  expect(up.output()).not.toMatch(/hf_(?:test|live)_|none yet/);
  expect((await send(`${up.url}/v2/orders`, { apiKey })).status).toBe(200);
}, 60_000);

/** Runs a statement in a database as the superuser of the test run. */
async function asSuperuser(name: string, statement: string): Promise<void> {
  const { Client } = await import('pg');
  const url = new URL(process.env['TEST_POSTGRES'] ?? '');
  url.pathname = `/${name}`;
  const client = new Client({ connectionString: url.href });
  await client.connect();
  try {
    await client.query(statement);
  } finally {
    await client.end();
  }
}
