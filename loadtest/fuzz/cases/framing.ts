/** A write with unusual or wrong framing. */
import type { Case } from '../case.ts';
import { oddities } from '../make/odd/framing.ts';
import type { Scene } from '../make/scene.ts';
import { type Script, createScript } from '../make/script.ts';
import { someWrite } from '../make/writes.ts';

export function framing(scene: Scene): Omit<Case, 'index' | 'after'> {
  const { random } = scene;
  const { draft, at } = someWrite(scene);
  const takesBody = draft.body !== undefined;
  const odd = random.pick(oddities(random, draft.body ?? Buffer.from('{}'), takesBody));
  const meant = takesBody ? draft : { ...draft, body: Buffer.from('{}') };
  const script = createScript(scene);
  const bytes = script.request(
    odd.inert ? { ...meant, inert: true } : meant,
    // After stray bytes, the connection may end without a response.
    { at, form: odd.form, bytes: odd.bytes, silence: odd.form === 'hurt' || odd.stray === true },
  );
  if (odd.stray) script.garbage();
  deliver(scene, script, bytes);
  if (odd.ends || (odd.stray && random.chance(0.5))) script.do({ do: 'fin' });
  // The server may wait for more bytes.
  script.do({ do: 'await', answers: 1 });
  if (odd.stray) script.do({ do: 'fin' });
  return { kind: 'framing', what: odd.what, stages: [[script.connection]], isSlow: false };
}

/** Sends bytes at once, or in a few segments. */
export function deliver({ random }: Scene, script: Script, bytes: Buffer): void {
  if (random.chance(0.75)) {
    script.send(bytes);
    return;
  }
  const cuts = Array.from({ length: random.between(1, 3) }, () => random.next())
    .sort((a, b) => a - b)
    .map((at) => ({ at, pauseMs: random.between(0, 4) }));
  script.sendCut(bytes, { cuts });
}
