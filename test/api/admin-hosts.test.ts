/** The admin port answers for its own names only, and leaves this machine only by consent. */
import { type RequestOptions, request } from 'node:http';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { pino } from 'pino';
import { type AdminApp, createAdminApp } from '../../api/admin.ts';
import { metricsOf } from '../../api/overview/samples.ts';
import { ProcessRegistry } from '../../platform/process-registry.ts';
import { type RunningServer, serve } from '../../api/http/server.ts';
import { ConfigError, loadConfig } from '../../platform/config.ts';

describe('a request to the admin port', () => {
  let admin: AdminApp;
  let server: RunningServer;
  beforeAll(async () => {
    admin = createAdminApp({
      checks: {},
      phase: () => 'serving',
      metrics: metricsOf(new ProcessRegistry()),
      contentType: 'text/plain; version=0.0.4; charset=utf-8',
      callers: () => ({}) as never,
      nameOf: async () => new Map(),
      hosts: ['Ops.example.com', '10.0.0.7', 'fd00::7'],
    });
    const log = pino({ level: 'silent' });
    server = await serve(admin.app, { port: 0, host: '127.0.0.1', variable: 'ADMIN_PORT', log });
  });
  afterAll(async () => {
    admin.stop();
    await server.stop(0);
  });

  const statusFor = (path: string, options: RequestOptions) =>
    new Promise<number>((resolve, reject) => {
      request({ host: '127.0.0.1', port: server.port, path, ...options }, (response) => {
        response.resume();
        resolve(response.statusCode!);
      })
        .on('error', reject)
        .end();
    });

  const own = [
    'localhost',
    'LOCALHOST:9090',
    'localhost.',
    '127.0.0.1:9090',
    '127.9.9.9',
    '[::1]:9090',
    'ops.example.com:9090',
    'OPS.EXAMPLE.COM',
    '10.0.0.7',
    '[fd00::7]:80',
  ];
  test.each(own)('with the host %s is answered', async (host) => {
    expect(await statusFor('/health/live', { headers: { Host: host } })).toBe(200);
  });

  test('without a host is answered: a browser always sends one', async () => {
    expect(await statusFor('/health/live', { setHost: false })).toBe(200);
  });

  const foreign = [
    'rebound.example',
    'rebound.example:9090',
    'localhost.rebound.example',
    '127.0.0.1.rebound.example',
    'xops.example.com',
    '10.0.0.70',
    '10.1.2.3',
    '[fd00::8]',
    'rebound.example:localhost',
    ':9090',
  ];
  test.each(foreign)('with the host %j is refused on every path', async (host) => {
    for (const path of ['/', '/ops', '/ops/data', '/metrics', '/health/live', '/health/ready', '/none'])
      expect(await statusFor(path, { headers: { Host: host } })).toBe(421);
  });
});

describe('HOLDFAST_ADMIN_HOST', () => {
  test.each(['0.0.0.0', '::', '10.0.0.7', 'ops.example.com'])(
    'is refused as %s without HOLDFAST_ADMIN_HOSTS',
    (host) => {
      const env = { HOLDFAST_ADMIN_HOST: host };
      expect(() => loadConfig(env)).toThrow(ConfigError);
      expect(() => loadConfig(env)).toThrow('HOLDFAST_ADMIN_HOST must be a loopback address');
      const opened = loadConfig({ ...env, HOLDFAST_ADMIN_HOSTS: 'holdfast, fd00::7' });
      expect([opened.adminHost, opened.adminHosts]).toEqual([host, ['holdfast', 'fd00::7']]);
    },
  );

  test.each(['127.0.0.1', '::1', 'localhost'])('is allowed as %s', (host) => {
    expect(loadConfig({ HOLDFAST_ADMIN_HOST: host }).adminHosts).toEqual([]);
  });

  test.each(['http://ops', 'ops:9090', 'a,,b', '[::1]', '*', 'a b'])(
    'HOLDFAST_ADMIN_HOSTS is refused as %s',
    (hosts) => {
      expect(() => loadConfig({ HOLDFAST_ADMIN_HOSTS: hosts })).toThrow(
        'HOLDFAST_ADMIN_HOSTS must be host names',
      );
    },
  );
});
