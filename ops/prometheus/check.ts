/** `npm run check:alerts`: the alert rules are well formed, and fire when they should. Needs Prometheus' `promtool`. */
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const here = fileURLToPath(new URL('.', import.meta.url));
for (const words of [
  ['check', 'rules', 'alerts.yaml'],
  ['test', 'rules', 'alerts.test.yaml'],
]) {
  const { status, error } = spawnSync('promtool', words, { cwd: here, stdio: 'inherit' });
  if (error) {
    process.stderr.write(
      'There is no promtool. It comes with Prometheus (Debian, Ubuntu: apt-get install prometheus; macOS: brew install prometheus).\n',
    );
    process.exit(1);
  }
  if (status !== 0) process.exit(status ?? 1);
}
