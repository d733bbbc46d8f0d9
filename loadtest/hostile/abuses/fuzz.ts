/** A tenant that sends what no client would send (docs/fuzz.md). */
import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { endWithUs } from '../../kit/ending.ts';
import type { Abuse } from '../abuse.ts';

const PROGRAM = fileURLToPath(new URL('../../fuzz.ts', import.meta.url));
/** More than it can send before it is killed. */
const REQUESTS_COUNT = 1_000_000;

export const FUZZ: Abuse = {
  name: 'fuzz',
  async begin({ host, port, grpc, databaseUrl }) {
    const options = {
      '--url': `http://${host}:${port}`,
      '--grpc': grpc,
      '--database': databaseUrl,
      '--requests': String(REQUESTS_COUNT),
    };
    endWithUs(spawn(process.execPath, [PROGRAM, ...Object.entries(options).flat()], { stdio: 'ignore' }));
  },
};
