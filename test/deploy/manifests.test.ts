/** The files of deploy/: they name what Holdfast has, and the tools that read them accept them. */
import { execFile } from 'node:child_process';
import { readFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, test } from '@jest/globals';
import { parse, parseAllDocuments } from 'yaml';
import { VARIABLE_NAMES, loadConfig } from '../../platform/config.ts';

const DEPLOY = fileURLToPath(new URL('../../deploy/', import.meta.url));
const read = (path: string) => readFile(join(DEPLOY, path), 'utf8');
const run = promisify(execFile);
const ROLES = 'api,projector,relay,webhooks';

/** Whether a program is on the PATH; a machine without one leaves its check to CI. */
const has = async (program: string) =>
  run('which', [program]).then(
    () => true,
    () => false,
  );
const withProgram = async (program: string, check: () => Promise<void>) => {
  if (await has(program)) await check();
  else process.stdout.write(`not checked: ${program} not found\n`);
};

interface Container {
  args: string[];
  env?: { name: string; value: string }[];
  ports?: { name: string; containerPort: number }[];
  securityContext: object;
  [probe: `${string}Probe`]: { httpGet: { path: string; port: string } };
}
interface Manifest {
  kind: string;
  metadata: { name: string };
  spec: {
    selector?: { matchLabels?: Record<string, string> } & Record<string, unknown>;
    template: {
      metadata: { labels: Record<string, string> };
      spec: { terminationGracePeriodSeconds?: number; securityContext: object; containers: Container[] };
    };
  };
}

const manifests = async (): Promise<Manifest[]> => {
  const names = (await readdir(join(DEPLOY, 'kubernetes'))).filter((name) => name !== 'kustomization.yaml');
  const texts = await Promise.all(names.map((name) => read(`kubernetes/${name}`)));
  return texts.flatMap((text) => parseAllDocuments(text).map((each) => each.toJS() as Manifest));
};

test('every setting in a file of deploy/ is one of Holdfast', async () => {
  for (const entry of await readdir(DEPLOY, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const text = await readFile(join(entry.parentPath, entry.name), 'utf8');
    const named = [...text.matchAll(/\bHOLDFAST_[A-Z0-9_]*[A-Z0-9]\b/g)].map(([name]) => name);
    expect([entry.name, named.filter((name) => !VARIABLE_NAMES.includes(name))]).toEqual([entry.name, []]);
  }
});

describe('Kubernetes', () => {
  test('pods run without rights, and have longer to end than their drain', async () => {
    const { configMapGenerator } = parse(await read('kubernetes/kustomization.yaml')) as {
      configMapGenerator: { literals: string[] }[];
    };
    const settings = Object.fromEntries(configMapGenerator[0]!.literals.map((each) => each.split('=')));
    const pods = (await manifests()).filter(({ spec }) => spec?.template !== undefined);
    expect(pods.map(({ metadata }) => metadata.name).sort()).toEqual([
      'holdfast-api',
      'holdfast-consumers',
      'holdfast-migrate',
    ]);
    for (const { kind, spec } of pods) {
      const pod = spec.template.spec;
      expect(pod.securityContext).toMatchObject({
        runAsNonRoot: true,
        seccompProfile: { type: 'RuntimeDefault' },
      });
      expect(pod.containers[0]!.securityContext).toEqual({
        allowPrivilegeEscalation: false,
        readOnlyRootFilesystem: true,
        capabilities: { drop: ['ALL'] },
      });
      const drainSeconds = loadConfig(settings).drainSeconds;
      if (kind === 'Deployment') expect(pod.terminationGracePeriodSeconds).toBeGreaterThan(drainSeconds + 5);
    }
  });

  test('the deployments have all roles between them, and probe ports that they open', async () => {
    const deployments = (await manifests()).filter(({ kind }) => kind === 'Deployment');
    const roles = deployments.flatMap(({ spec }) => {
      const [container] = spec.template.spec.containers;
      const env = Object.fromEntries(container!.env!.map(({ name, value }) => [name, value]));
      const config = loadConfig(env);
      const open = new Map(container!.ports!.map(({ name, containerPort }) => [name, containerPort]));
      expect(open.get('admin')).toBe(config.adminPort);
      if (open.has('http')) expect(open.get('http')).toBe(config.port);
      for (const probe of ['startupProbe', 'livenessProbe', 'readinessProbe'] as const) {
        const { path, port } = container![probe]!.httpGet;
        expect(['/health/live', '/health/ready']).toContain(path);
        expect(port).toBe('admin');
      }
      return env['HOLDFAST_ROLES']!.split(',');
    });
    expect(roles.sort().join()).toBe(ROLES);
  });

  test('budgets, the service and the policy select the pods', async () => {
    const all = await manifests();
    const labels = all
      .filter(({ spec }) => spec?.template !== undefined)
      .map(({ spec }) => spec.template.metadata.labels);
    for (const { kind, metadata, spec } of all) {
      const wanted =
        kind === 'Service'
          ? spec.selector
          : (spec?.selector?.matchLabels ?? (spec as never)?.['podSelector']?.['matchLabels']);
      if (wanted === undefined) continue;
      const selected = labels.filter((each) =>
        Object.entries(wanted).every(([name, value]) => each[name] === value),
      );
      expect([kind, metadata.name, selected.length > 0]).toEqual([kind, metadata.name, true]);
    }
  });

  test('kustomize renders them', () =>
    withProgram('kubectl', async () => {
      const { stdout } = await run('kubectl', ['kustomize', join(DEPLOY, 'kubernetes')]);
      expect(stdout.match(/^kind: /gm)).toHaveLength(10);
    }));
});

test('Compose reads its file', () =>
  withProgram('docker-compose', async () => {
    const args = ['-f', join(DEPLOY, 'compose/compose.yaml'), 'config', '--services'];
    const env = { PATH: process.env['PATH'], HOLDFAST_BOOTSTRAP_KEY: 'hf_test_x' };
    const { stdout } = await run('docker-compose', args, { env });
    expect(stdout.trim().split('\n').sort()).toEqual([
      'api',
      'consumers',
      'grafana',
      'migrate',
      'postgres',
      'prometheus',
      'redis',
    ]);
  }));

test('Prometheus reads its file', () =>
  withProgram('promtool', async () => {
    const { stdout } = await run('promtool', [
      'check',
      'config',
      '--syntax-only',
      join(DEPLOY, 'compose/prometheus.yaml'),
    ]);
    expect(stdout).toContain('SUCCESS');
  }));

test('systemd accepts the unit', () =>
  withProgram('systemd-analyze', async () => {
    const { stderr } = await run('systemd-analyze', ['verify', join(DEPLOY, 'systemd/holdfast.service')]);
    expect(
      stderr
        .split('\n')
        .filter((line) => line.includes('holdfast.service') && !line.includes('/usr/bin/node')),
    ).toEqual([]);
  }));
