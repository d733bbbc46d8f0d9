/** The root path of the admin port. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { type AdminApp, createAdminApp } from '../../api/admin.ts';
import { metricsOf } from '../../api/overview/samples.ts';
import { ProcessRegistry } from '../../platform/process-registry.ts';

let admin: AdminApp;
let url: string;
const server = createServer();
beforeAll(async () => {
  admin = createAdminApp({
    checks: {},
    phase: () => 'serving',
    metrics: metricsOf(new ProcessRegistry()),
    contentType: 'text/plain; version=0.0.4; charset=utf-8',
    callers: () => ({}) as never,
    nameOf: async () => new Map(),
  });
  server.on('request', admin.app.callback());
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => {
  admin.stop();
  server.closeAllConnections();
  server.close();
});

test.each(['GET', 'HEAD'])('%s / redirects to the operations dashboard', async (method) => {
  const { status, headers } = await fetch(`${url}/`, { method, redirect: 'manual' });
  expect([status, headers.get('location')]).toEqual([302, '/ops']);
  expect((await fetch(`${url}/`, { method })).status).toBe(200);
});
