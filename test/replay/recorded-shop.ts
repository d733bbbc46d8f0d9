/** The recorded shop: its packed log, and the expected digests. */
import { readFile, writeFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import { gunzip, gzip } from 'node:zlib';
import { recordShop } from './generator.ts';
import type { ShopDigests } from './shop-digests.ts';

const LOG = new URL('./shop.ndjson.gz', import.meta.url);
const DIGESTS = new URL('./shop.digests.json', import.meta.url);
const SEED = 20_260_105;
const ORDERS = 10_000;

/** Expected digests of the log, and of each sampled answer, by position. */
export type Recorded = ShopDigests & { answers: Record<string, string> };

/** The text of the file, as the generator produces it now. */
export const generateLog = (): string => `${recordShop(SEED, ORDERS).join('\n')}\n`;

export const readLog = async (): Promise<string> =>
  (await promisify(gunzip)(await readFile(LOG))).toString('utf8');

export const writeLog = async (text: string): Promise<void> =>
  writeFile(LOG, await promisify(gzip)(text, { level: 9, memLevel: 9 }));

export const readDigests = async (): Promise<Recorded> =>
  JSON.parse(await readFile(DIGESTS, 'utf8')) as Recorded;

export const writeDigests = (recorded: Recorded): Promise<void> =>
  writeFile(DIGESTS, `${JSON.stringify(recorded, null, 2)}\n`);
