/** A head of a request that is odd or wrong, and the ways to make one of a good one. */
import { type Draft, headOf } from '../draft.ts';
import type { Random } from '../../chance.ts';
import type { SealOptions } from '../scene.ts';

export interface OddHead {
  what: string;
  draft: Draft;
  /** Bytes of the request, where no usual client would send them. */
  bytes?: ((draft: Draft) => Buffer) | undefined;
  options?: SealOptions;
  /** The client closes its half, so that the server sees that the rest never comes. */
  ends?: boolean;
  /** The client waits for 100 Continue before it sends the body. */
  waits?: boolean;
}

/** Odd heads of one subject, made of a write. */
export type OddHeads = (random: Random, draft: Draft) => OddHead[];

export type Rewrite = (head: string, draft: Draft) => string;

/** The usual bytes with another head. */
export const rewritten =
  (rewrite: Rewrite) =>
  (draft: Draft): Buffer => {
    const { body } = draft;
    const head = headOf(draft, body === undefined ? [] : [['Content-Length', String(body.length)]]);
    const changed = Buffer.from(rewrite(`${head}\r\n`, draft), 'latin1');
    return Buffer.concat([changed, body ?? Buffer.alloc(0)]);
  };

export const hurt = { form: 'hurt' } as const;
/** No server may take it for a good request. */
export const broken = (draft: Draft): Draft => ({ ...draft, inert: true });
