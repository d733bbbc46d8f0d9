/** Unusual and malformed JSON texts: RFC 8259 and RFC 7493 (I-JSON). */
import type { Random } from '../../chance.ts';

export interface OddText {
  what: string;
  body: Buffer;
  /** `good`: same meaning as the plain text. `either`: may be refused. Else allowed statuses. */
  verdict: 'good' | 'either' | number[];
}

const latin = (text: string) => Buffer.from(text, 'latin1');
/** Invalid UTF-8: RFC 3629, sections 3 and 10. */
const INVALID_UTF8 = ['\xff', '\xc3\x28', '\xc0\x80', '\xed\xa0\x80', '\xf5\x80\x80\x80', '\xe2\x82'];

/** @param body an object, as JSON writes it */
export function oddText(random: Random, body: Buffer): OddText {
  const text = body.toString('latin1');
  const isEmpty = text === '{}';
  /** Adds a member before the others. */
  const withMember = (member: string) => latin(`{${member}${isEmpty ? '' : ','}${text.slice(1)}`);
  const kinds = [
    () => duplicates(text, withMember),
    () => strings(random, text, withMember),
    () => numbers(text),
    () => around(text),
    () => whole(text),
    () => deep(withMember),
  ];
  for (;;) {
    const odd = random.pick(
      random
        .pick(kinds)()
        .filter((each) => each !== undefined),
    );
    if (odd !== undefined) return odd;
  }
}

type WithMember = (member: string) => Buffer;

function duplicates(text: string, withMember: WithMember): (OddText | undefined)[] {
  const first = /^\{"(\w)(\w*)":/.exec(text);
  const refused = [400];
  return [
    { what: 'an unknown member twice', body: withMember('"x":1,"x":1'), verdict: refused },
    first?.[0] === undefined
      ? undefined
      : {
          what: 'a member twice',
          body: withMember(`"${first[1]}${first[2]}":null`),
          verdict: refused,
        },
    first?.[1] === undefined
      ? undefined
      : {
          what: 'a member twice, once with an escape in its name',
          body: withMember(`"\\u00${first[1].charCodeAt(0).toString(16)}${first[2]}":null`),
          verdict: refused,
        },
    replaced(text, /"quantity":/, '"quantity":1,"quantity":', 'a member of a line twice', refused),
    replaced(text, /"currency":/, '"currency":"EUR","currency":', 'a currency twice', refused),
  ];
}

function strings(random: Random, text: string, withMember: WithMember): (OddText | undefined)[] {
  const bytes = random.pick(INVALID_UTF8);
  return [
    {
      what: 'invalid UTF-8 in an unknown member',
      body: withMember(`"x":"${bytes}"`),
      verdict: [400],
    },
    replaced(text, /":"/, `":"${bytes}`, 'invalid UTF-8 in a string', [400]),
    replaced(text, /^\{"/, `{"${bytes}`, 'invalid UTF-8 in a name', [400]),
    replaced(text, /"name":"/, '"name":"\\ud800', 'half of a surrogate pair', [400, 422]),
    replaced(text, /"name":"/, '"name":"\\u0000', 'an escaped NUL', [400, 422]),
    replaced(text, /":"/, '":"\x01', 'a control character', [400]),
    replaced(text, /":"/, '":"\\x', 'an invalid escape', [400]),
    { what: '__proto__', body: withMember('"__proto__":{"x":1}'), verdict: [400] },
    { what: 'an escaped __proto__', body: withMember('"__pr\\u006fto__":{}'), verdict: [400] },
    { what: 'constructor', body: withMember('"constructor":{"prototype":{}}'), verdict: [400, 422] },
  ];
}

function numbers(text: string): OddText[] {
  const number = /"(?:quantity|amount|unit_price)":(\d+)/;
  const found = number.exec(text);
  if (found === null) return [];
  const [member, digits] = found as unknown as [string, string];
  const other = (spelled: string, what: string, verdict: OddText['verdict']): OddText => ({
    what: `a number ${what}`,
    body: latin(text.replace(member, member.replace(/\d+$/, spelled))),
    verdict,
  });
  return [
    other(`${digits}.0`, 'with .0', 'either'),
    other(`${digits}e0`, 'with an exponent', 'either'),
    other(`${digits}.00000000000000001`, 'with a fraction beyond double precision', 'either'),
    other(`${digits}.5`, 'with a fraction', [400, 422]),
    other(`0${digits}`, 'with a leading zero', [400]),
    other(`+${digits}`, 'with a plus', [400]),
    other('1e400', 'beyond the largest double', [400, 422]),
    other('9007199254740993', 'that a double cannot hold', [400, 422]),
    other(`"${digits}"`, 'in quotes', [400, 422]),
    other('NaN', 'named NaN', [400]),
    other('-1', 'below zero', [400, 422]),
  ];
}

function around(text: string): OddText[] {
  const inside = (what: string, body: string, verdict: OddText['verdict']) => ({
    what,
    body: latin(body),
    verdict,
  });
  return [
    inside('spaces around it', `\r\n\t ${text} \n`, 'good'),
    inside('a thousand spaces after it', `${text}${' '.repeat(1_000)}`, 'good'),
    inside('a byte order mark', `\xef\xbb\xbf${text}`, 'either'),
    inside('a NUL after it', `${text}\0`, [400]),
    inside('a letter after it', `${text}x`, [400]),
    inside('a second document after it', `${text}${text}`, [400]),
    inside('a trailing comma', text.replace(/\}$/, ',}'), [400]),
    inside('a comment', text.replace(/^\{/, '{/* */'), [400]),
    inside('no end', text.slice(0, -1), [400]),
    inside('UTF-16', [...text].map((letter) => `${letter}\0`).join(''), [400]),
  ];
}

function whole(text: string): OddText[] {
  const plain = (body: string, ...verdict: number[]) => ({ what: body, body: latin(body), verdict });
  return [
    plain('null', 400),
    plain('true', 400),
    plain('17', 400),
    plain('"text"', 400),
    plain('[]', 400, 422),
    plain('[{}]', 400, 422),
    plain('undefined', 400),
    plain(' ', 400),
    { what: 'a list of it', body: latin(`[${text}]`), verdict: [400, 422] },
    { what: 'it, as a text', body: latin(JSON.stringify(text)), verdict: [400] },
  ];
}

function deep(withMember: WithMember): OddText[] {
  const nested = (depth: number) => `"x":${'['.repeat(depth)}${']'.repeat(depth)}`;
  const many = Array.from({ length: 2_000 }, (_, n) => `"x${n}":${n}`).join(',');
  return [
    { what: 'lists in lists, 2,000 deep', body: withMember(nested(2_000)), verdict: [400, 422] },
    {
      what: 'lists in lists, 7,000 deep, without end',
      body: latin(`{"x":${'['.repeat(7_000)}`),
      verdict: [400, 413],
    },
    { what: '2,000 unknown members', body: withMember(many), verdict: [400, 422] },
  ];
}

function replaced(
  text: string,
  pattern: RegExp,
  by: string,
  what: string,
  verdict: OddText['verdict'],
): OddText | undefined {
  return pattern.test(text) ? { what, body: latin(text.replace(pattern, () => by)), verdict } : undefined;
}
