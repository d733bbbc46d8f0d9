/** `npm run check:alerts`: checks and tests the alert rules. Needs `promtool` of Prometheus. */
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const here = fileURLToPath(new URL('.', import.meta.url));
for (const args of [
  ['check', 'rules', 'alerts.yaml'],
  ['test', 'rules', 'alerts.test.yaml', 'retry-storm.test.yaml'],
]) {
  const { status, error } = spawnSync('promtool', args, { cwd: here, stdio: 'inherit' });
  if (error) {
    process.stderr.write(
      'promtool not found. Install Prometheus ' +
        '(Debian, Ubuntu: apt-get install prometheus; macOS: brew install prometheus).\n',
    );
    process.exit(1);
  }
  if (status !== 0) process.exit(status ?? 1);
}
