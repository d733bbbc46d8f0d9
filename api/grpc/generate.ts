/**
 * npm run grpc:generate
 *
 * Generates api/grpc/generated: the messages as TypeScript, and the descriptors for reflection. The
 * files are committed; a test checks that they are up to date.
 */
import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { pathOf } from '../../tools/programs.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const [out = 'api/grpc/generated'] = process.argv.slice(2);

const program = await pathOf('buf');
const buf = (...words: string[]) =>
  execFileSync(process.execPath, [program, ...words], {
    cwd: ROOT,
    stdio: 'inherit',
  });
const describe = (source: string, name: string) =>
  buf('build', source, '-o', `${out}/${name}.binpb`, '--as-file-descriptor-set', '--exclude-source-info');

buf('generate', '--template', 'api/grpc/buf.gen.yaml', '-o', out);
describe('api/grpc', 'orders');
describe('node_modules/grpc-health-check/proto', 'health');
