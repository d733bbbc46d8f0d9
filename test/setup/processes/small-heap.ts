/** A server with a heap of 512 MB and very high quotas, for tests that try to fill the heap. */
import { TEST_REDIS, type TestDatabase } from '../database.ts';
import { type ServerProcess, startServer } from './server-process.ts';

export const startWithSmallHeap = ({ url }: TestDatabase, apiKey: string): Promise<ServerProcess> =>
  startServer({
    env: {
      NODE_OPTIONS: '--max-old-space-size=512',
      DATABASE_URL: url,
      REDIS_URL: TEST_REDIS,
      HOLDFAST_BOOTSTRAP_KEY: apiKey,
      HOLDFAST_CONTRACT_JUDGE: 'off',
      HOLDFAST_RATE_LIMIT_READ: '100000/60',
      HOLDFAST_RATE_LIMIT_WRITE: '100000/60',
    },
  });
