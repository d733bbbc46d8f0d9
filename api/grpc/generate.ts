/**
 * npm run grpc:generate
 *
 * Generates api/grpc/generated: the messages as TypeScript, and the descriptors for reflection. The
 * files are committed; a test checks that they are up to date.
 */
import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const [out = 'api/grpc/generated'] = process.argv.slice(2);

const buf = (...words: string[]) =>
  execFileSync(process.execPath, ['node_modules/@bufbuild/buf/bin/buf', ...words], {
    cwd: ROOT,
    stdio: 'inherit',
  });
const describe = (source: string, name: string) =>
  buf('build', source, '-o', `${out}/${name}.binpb`, '--as-file-descriptor-set', '--exclude-source-info');

buf('generate', '--template', 'api/grpc/buf.gen.yaml', '-o', out);
describe('api/grpc', 'orders');
describe('node_modules/grpc-health-check/proto', 'health');
