/** Rules of `pattern` and of the content of strings. */
import type { KeywordRule } from './comparison.ts';
import { textOf } from '../documents/document.ts';
import { isUpgrade } from './types.ts';
import type { Shape } from './shape.ts';

/** Patterns that match every string. */
const MATCHES_ALL = /^\^?\(?(?:\?:)?(?:\.\*|\[\\s\\S\]\*|)\)?\$?$/;

/** A list of words with a separator: `^(?:a|b)(?:,(?:a|b))*$`. */
const WORDS = /^\^\(\?:([\w|]+)\)\(\?:(\W)\(\?:\1\)\)\*\$$/;

/** Whether both patterns are lists of words with one separator, and the new one only adds words. */
function addsWords(before: string[], after: string[]): boolean {
  const [was, is] = [before, after].map(([pattern = '', ...more]) =>
    more.length === 0 ? (WORDS.exec(pattern) ?? undefined) : undefined,
  );
  if (was === undefined || is === undefined || was[2] !== is[2]) return false;
  const words = is[1]!.split('|');
  return was[1]!.split('|').every((word) => words.includes(word));
}

/** Compares the patterns that apply together. */
export const pattern: KeywordRule = ({ base, head, say }) => {
  const before = base.values('pattern').map(textOf).sort();
  const after = head.values('pattern').map(textOf).sort();
  if (before.join('\n') === after.join('\n')) return undefined;
  const added = after.filter((each) => !before.includes(each));
  if (after.length === 0) say('pattern.unset', before.join(' and '));
  else if (added.every((each) => MATCHES_ALL.test(each))) {
    if (before.length > 0) say('pattern.generalised', before.join(' and '), after.join(' and '));
  } else if (addsWords(before, after)) say('pattern.words-added', before[0], after[0]);
  else {
    const grew = before.every((each) => after.includes(each) || MATCHES_ALL.test(each));
    say(grew ? 'pattern.set' : 'pattern.changed', before.join(' and ') || undefined, after.join(' and '));
  }
  return undefined;
};

/** Compares `contentEncoding`, `contentMediaType` and `contentSchema`. */
export const content: KeywordRule = ({ base, head, say, into, walk }) => {
  for (const keyword of ['contentEncoding', 'contentMediaType']) {
    const valueOf = (shape: Shape) =>
      keyword === 'contentEncoding' && isUpgrade(walk) && shape.value('format') === 'byte'
        ? 'base64'
        : shape.value(keyword);
    const before = valueOf(base);
    const after = valueOf(head);
    if (before === after) continue;
    if (before === undefined) say(`${keyword}.added`, before, after);
    else say(after === undefined ? `${keyword}.removed` : `${keyword}.changed`, before, after);
  }
  const before = base.schema('contentSchema');
  const after = head.schema('contentSchema');
  if (before !== undefined && after !== undefined) into('(content)', before, after);
  else if (before !== after) say(after === undefined ? 'contentSchema.removed' : 'contentSchema.added');
  return undefined;
};
