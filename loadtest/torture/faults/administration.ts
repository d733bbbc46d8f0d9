/** What an operator does in the middle of it all, by `npx holdfast`. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { Random } from '../../fuzz/chance.ts';
import { endWithUs } from '../../kit/ending.ts';
import type { Shop } from '../clients/client.ts';

export interface Administration {
  rebuild: () => Promise<void>;
  rollback: () => Promise<void>;
  /** Gives a shop a new key, and revokes its old one. */
  rotateKey: () => Promise<void>;
  /** What commands said that failed. */
  failures: () => readonly string[];
}

export interface AdministrationOptions {
  /** cli.ts of the tree under test. */
  cli: string;
  databaseUrl: string;
  random: Random;
  /** Clients read the key of a shop for each request. */
  shops: readonly Shop[];
}

const PROJECTIONS = ['orders', 'customer_totals', 'daily_sales', 'sales'];
/** A client may still be sending a request with the old key. */
const OVERLAP_MS = 9_000;

export const CLI = fileURLToPath(new URL('../../../cli.ts', import.meta.url));

export function administer({ cli, databaseUrl, random, shops }: AdministrationOptions): Administration {
  const failures: string[] = [];
  async function holdfast(...args: string[]): Promise<string | undefined> {
    const child = endWithUs(
      spawn(process.execPath, [cli, ...args], {
        env: { ...process.env, DATABASE_URL: databaseUrl },
        stdio: ['ignore', 'pipe', 'pipe'],
      }),
    );
    let [output, errors] = ['', ''];
    child.stdout.setEncoding('utf8').on('data', (text: string) => (output += text));
    child.stderr.setEncoding('utf8').on('data', (text: string) => (errors += text));
    const [code] = (await once(child, 'close')) as [number | null];
    if (code === 0) return output;
    failures.push(`${args.join(' ')}: ${errors.trim()}`);
    return undefined;
  }
  return {
    rebuild: async () => void (await holdfast('projections', 'rebuild', random.pick(PROJECTIONS))),
    async rollback() {
      // Only a rebuild keeps a previous table.
      const projection = random.pick(PROJECTIONS);
      if ((await holdfast('projections', 'rebuild', projection)) === undefined) return;
      await holdfast('projections', 'rollback', projection);
    },
    async rotateKey() {
      const shop = random.pick(shops);
      const rotated = await holdfast('keys', 'rotate', shop.keyId, '--json');
      if (rotated === undefined) return;
      const { key, key_id: keyId } = JSON.parse(rotated) as { key: string; key_id: string };
      const old = shop.keyId;
      Object.assign(shop, { apiKey: key, keyId });
      await new Promise((resolve) => setTimeout(resolve, OVERLAP_MS));
      await holdfast('keys', 'revoke', old);
    },
    failures: () => failures,
  };
}
