/**
 * Copies the dependencies of the lock file into a package, so that an installation has exactly the
 * tested versions: npm ignores the lock file and the `overrides` of a dependency.
 */
import { cp, readFile, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { ROOT, readManifest } from '../compile.ts';

interface Locked {
  version: string;
  dev?: boolean;
  optional?: boolean;
  devOptional?: boolean;
}

interface Package {
  name: string;
  version: string;
  dependencies?: Record<string, string>;
  optionalDependencies?: Record<string, string>;
  peerDependencies?: Record<string, string>;
}

/** Members that matter only where a package is developed or installed from the registry. */
const MEMBERS_LEFT_OUT = new Set([
  'devDependencies',
  'engines',
  'files',
  'optionalDependencies',
  'peerDependencies',
  'peerDependenciesMeta',
  'scripts',
]);

/** Not loaded at run time: declarations, source maps, pages, and builds for browsers. */
const LEFT_OUT =
  /\.(?:map|[cm]?ts|flow|tsbuildinfo|md|markdown)$|^\/(?:test|tests|__tests__|docs|doc|examples?|benchmarks?)$|\/\.[^/]+$/;
const LICENCE = /(?:licen[cs]e|copying|notice)/i;
/** Larger parts of single packages that the server does not load. */
const PARTS_LEFT_OUT = [
  /\/swagger-ui-dist\/swagger-ui-es-bundle/,
  /\/swagger-ui-dist\/swagger-ui\.js$/,
  /\/@opentelemetry\/[^/]+\/build\/(?:esm|esnext)$/,
  /\/@bufbuild\/protobuf\/dist\/cjs$/,
  /\/zod\/src$/,
  /\/luxon\/(?:src|build\/(?:amd|es6|global))$/,
  /\/uplot\/dist\/uPlot\.(?:esm|cjs|iife)\.js$/,
];

/**
 * @param folder the package, without its manifest
 * @returns its direct dependencies, with their exact versions
 */
export async function bundleDependencies(folder: string): Promise<Record<string, string>> {
  const { packages } = JSON.parse(await readFile(join(ROOT, 'package-lock.json'), 'utf8')) as {
    packages: Record<string, Locked>;
  };
  const paths = Object.keys(packages).filter((path) => path !== '' && isNeeded(path, packages[path]!));
  const versionOf = versionsAmong(new Map(paths.map((path) => [path, packages[path]!.version])));
  for (const path of paths) {
    await cp(join(ROOT, path), join(folder, path), {
      recursive: true,
      filter: (source) => isKept(source.slice(ROOT.length - 1), path),
    });
    await writeFile(
      join(folder, path, 'package.json'),
      await manifestOf(path, (name) => versionOf(path, name)),
    );
  }
  return Object.fromEntries(
    Object.keys(readManifest().dependencies).map((name) => [name, versionOf('', name)!]),
  );
}

/** Types are for compilers. A package that is optional everywhere has a fallback. */
const isNeeded = (path: string, { dev, optional, devOptional }: Locked): boolean =>
  !dev && !optional && !devOptional && !/node_modules\/(?:@types\/|undici-types$)/.test(path);

function isKept(source: string, path: string): boolean {
  // A nested package has an entry of its own.
  if (source.slice(path.length + 1).includes('/node_modules')) return false;
  if (PARTS_LEFT_OUT.some((part) => part.test(source))) return false;
  return !LEFT_OUT.test(source.slice(path.length)) || LICENCE.test(basename(source));
}

/** Finds the version that Node resolves: in the package itself, else in the folders above it. */
function versionsAmong(versions: ReadonlyMap<string, string>) {
  return (from: string, name: string): string | undefined => {
    for (let at = from; ; at = at.slice(0, Math.max(0, at.lastIndexOf('/node_modules/')))) {
      const version = versions.get(at === '' ? `node_modules/${name}` : `${at}/node_modules/${name}`);
      if (version !== undefined || at === '') return version;
    }
  };
}

/** The manifest, with the exact versions of the bundled packages as dependencies. */
async function manifestOf(path: string, versionOf: (name: string) => string | undefined): Promise<string> {
  const manifest = JSON.parse(await readFile(join(ROOT, path, 'package.json'), 'utf8')) as Package;
  const names = Object.keys({ ...manifest.peerDependencies, ...manifest.dependencies });
  const dependencies = names.flatMap((name) => {
    const version = versionOf(name);
    return version === undefined ? [] : [[name, version] as const];
  });
  const kept = Object.entries(manifest).filter(([member]) => !MEMBERS_LEFT_OUT.has(member));
  return `${JSON.stringify({ ...Object.fromEntries(kept), dependencies: Object.fromEntries(dependencies) }, null, 2)}\n`;
}
