/** The programs of the tools, and where their packages are. */
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { install } from './install.ts';

/** The folder of each program's packages, and its file in them: JavaScript for Node. */
export const PROGRAMS = {
  buf: { tool: 'grpc', file: '@bufbuild/buf/bin/buf' },
  knip: { tool: 'unused-code', file: 'knip/bin/knip.js' },
} as const;

export const folderOf = (tool: string): string => fileURLToPath(new URL(tool, import.meta.url));

/**
 * @returns the path of the program, which is installed
 * @throws as {@link install}
 */
export async function pathOf(name: keyof typeof PROGRAMS): Promise<string> {
  const { tool, file } = PROGRAMS[name];
  await install(folderOf(tool));
  return join(folderOf(tool), 'node_modules', file);
}
