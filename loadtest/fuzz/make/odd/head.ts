/** An unusual or wrong request head, and functions that derive it from a valid request. */
import { type Draft, headOf } from '../draft.ts';
import type { Random } from '../../chance.ts';
import type { SealOptions } from '../scene.ts';

export interface OddHead {
  what: string;
  draft: Draft;
  /** The bytes, if they differ from those of a usual client. */
  bytes?: ((draft: Draft) => Buffer) | undefined;
  options?: SealOptions;
  /** The client closes its sending side, so that the server knows that the rest never arrives. */
  ends?: boolean;
  /** The client waits for 100 Continue before it sends the body. */
  waits?: boolean;
}

/** Unusual heads of one subject, derived from a write. */
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
/** A request that no server may accept. */
export const broken = (draft: Draft): Draft => ({ ...draft, inert: true });
