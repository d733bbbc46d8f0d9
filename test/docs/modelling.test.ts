/** Runs docs/modelling.md as it stands: each request gets the answer below it. */
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { type Shop, openShop } from '../setup/shop.ts';

const page = readFileSync(new URL('../../docs/modelling.md', import.meta.url), 'utf8');

interface Step {
  method: string;
  path: string;
  body: string | undefined;
  status: number;
  answer: string;
}

/** The situations of the page, each with its requests and their answers. */
const situations = page
  .split(/^## /m)
  .slice(1)
  .map((section): [title: string, steps: Step[]] => {
    const pairs = section.matchAll(
      /```http\n(\w+) (\S+)\n\n?([^`]*)```\s+(?:[^`]*?)```json (\d+)\n([^`]*)```/g,
    );
    const steps = [...pairs].map(([, method = '', path = '', body = '', status, answer = '']) => ({
      method,
      path,
      body: body.trim() || undefined,
      status: Number(status),
      answer,
    }));
    return [section.split('\n')[0]!, steps];
  });

let shop: Shop;
beforeAll(async () => {
  shop = await openShop();
});
afterAll(() => shop.close());

/** The member of a page that stands for the id of an answer. */
function nameOf(path: string): string | undefined {
  if (path.endsWith('/orders')) return 'order_id';
  const noun = /\/(payments|authorizations)$/.exec(path)?.[1];
  return noun && `${noun.slice(0, -1)}_id`;
}

describe('the modelling guide', () => {
  test('has six situations, and a block for each request and answer', () => {
    expect(situations).toHaveLength(6);
    const requests = page.match(/^```http$/gm)!.length;
    expect(situations.reduce((sum, [, steps]) => sum + steps.length, 0)).toBe(requests);
    expect(page.match(/^```json \d+$/gm)).toHaveLength(requests);
  });

  test.each(situations)('%s', async (_title, steps) => {
    const ids: Record<string, string> = {};
    const filled = (text: string) =>
      text.replaceAll(/\{(\w+_id)\}/g, (_all, name: string) => ids[name] ?? name);
    for (const { method, path, body, status, answer } of steps) {
      const got = await shop.ask(filled(path), { method, ...(body && { body: JSON.parse(filled(body)) }) });
      expect([path, got.status, got.json.errors]).toEqual([path, status, undefined]);
      expect(got.json).toMatchObject(JSON.parse(filled(answer)));
      const name = nameOf(path);
      if (name !== undefined && status === 201) ids[name] = got.json.id;
    }
  });
});
