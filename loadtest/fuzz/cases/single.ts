/** One request to any operation, valid or with one fault. */
import { asking } from '../make/valid-requests.ts';
import { spoil } from '../make/odd/spoil.ts';
import type { Case } from '../case.ts';
import { type Draft, answeredWith, chunkedBytes, refusedWith, withHeader } from '../make/draft.ts';
import type { Scene } from '../make/scene.ts';
import { createScript } from '../make/script.ts';
import { apiKeyToken } from '../tokens.ts';

export function single(scene: Scene): Omit<Case, 'index' | 'after'> {
  const { random, repertoire } = scene;
  const at = scene.next();
  const offer = random.pick(repertoire.offers);
  const good = asking(scene, offer, at);
  const [draft, what] = variant(scene, good);
  const script = createScript(scene);
  const { body } = draft;
  const inChunks = body !== undefined && body.length > 0 && random.chance(0.15);
  const bytes = inChunks ? (sealed: Draft) => chunkedBytes(sealed, [sealed.body!]) : undefined;
  script.send(script.request(draft, { at, ...(bytes && { bytes }) })).awaitAll();
  return {
    kind: 'single',
    what: `${offer.operation.id}: ${what}`,
    stages: [[script.connection]],
    isSlow: false,
  };
}

function variant({ random }: Scene, good: Draft): [draft: Draft, what: string] {
  const share = random.next();
  if (share < 0.4) {
    const { draft, what } = spoil(random, good);
    return [draft, what];
  }
  if (share < 0.45) return [byOther(good), 'by another shop'];
  if (share < 0.5 && good.method === 'GET') return [{ ...good, method: 'HEAD' }, 'HEAD instead of GET'];
  if (share < 0.55 && good.method !== 'GET') {
    // No order has this version: the condition must fail or be refused.
    const draft = refusedWith(withHeader(good, 'If-Match', '"999999"'), 400, 404, 409, 412, 422);
    return [draft, 'If-Match names a version that does not exist'];
  }
  if (share < 0.6 && good.offer?.operation.answers['304'] !== undefined) {
    const draft = answeredWith(withHeader(good, 'If-None-Match', '*'), 400, 404);
    return [draft, 'If-None-Match: *'];
  }
  return [good, 'as the contract allows'];
}

/** Resources of one tenant do not exist for another. */
function byOther(good: Draft): Draft {
  const draft: Draft = {
    ...withHeader(good, 'Authorization', `Bearer ${apiKeyToken('other')}`),
    caller: 'other',
    orderToken: undefined,
  };
  return /\{(?:order|endpoint|payment)_id\}/.test(good.offer?.operation.path ?? '')
    ? refusedWith(draft, 400, 404, 422)
    : draft;
}
