/**
 * The members that were opened last. A list page opens some hundred, at 6 µs each; the next page
 * of the same orders opens none. An erasure empties it.
 */
import type { Sealed } from '../../domain/personal/members.ts';
import { createLru } from './lru.ts';
import { type DataKey, open } from './sealing.ts';

/** With texts of at most {@link CHARACTERS_MAX}: some 10 MB. */
const TEXTS_MAX = 10_000;
const CHARACTERS_MAX = 1_024;

export function createOpenTexts() {
  const texts = createLru<string, string>(TEXTS_MAX);
  let erasures = -1;
  return {
    /** @throws {PersonalDataNotOpened} */
    open(key: DataKey, member: string, sealed: Sealed): unknown {
      const name = `${member} ${sealed.$sealed}`;
      let text = texts.get(name);
      if (text === undefined) {
        text = open(key, member, sealed);
        if (text.length <= CHARACTERS_MAX) texts.set(name, text);
      }
      return JSON.parse(text);
    },
    /** Forgets all when there was an erasure since the last call. */
    forgetBefore(newest: number): void {
      if (newest === erasures) return;
      texts.clear();
      erasures = newest;
    },
  };
}
