/** The types of the client are those of the contracts. The first run installs their generator. */
import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { test } from '@jest/globals';
import { install } from '../../../tools/install.ts';
import { folderOf } from '../../../tools/programs.ts';

const ROOT = fileURLToPath(new URL('../../../', import.meta.url));
await install(folderOf('client-types'));

test('the types equal the generated ones', async () => {
  await promisify(execFile)(process.execPath, ['openapi/client/generate.ts', '--check'], { cwd: ROOT });
});
