/** Unusual and wrong request lines and field lines: RFC 9112, sections 2 to 5. */
import type { Draft } from '../draft.ts';
import type { Random } from '../../chance.ts';
import { type OddHead, type Rewrite, broken, hurt, rewritten } from './head.ts';

const fieldLines =
  (rewrite: (line: string) => string): Rewrite =>
  (head) =>
    head
      .split('\r\n')
      .map((line, n) => (n === 0 || line === '' ? line : rewrite(line)))
      .join('\r\n');
const version =
  (name: string): Rewrite =>
  (head) =>
    head.replace('HTTP/1.1', name);
const extra =
  (line: string): Rewrite =>
  (head) =>
    head.replace(/\r\n\r\n$/, `\r\n${line}\r\n\r\n`);
const nameOf = (line: string) => line.slice(0, line.indexOf(':'));

export function lines(random: Random, draft: Draft): OddHead[] {
  const odd = (what: string, rewrite: Rewrite, more: Partial<OddHead> = { options: hurt }): OddHead => ({
    what,
    draft,
    bytes: rewritten(rewrite),
    ...more,
  });
  return [
    odd(
      'fields in lower case',
      fieldLines((line) => nameOf(line).toLowerCase() + line.slice(nameOf(line).length)),
      {},
    ),
    odd(
      'fields in capitals',
      fieldLines((line) => nameOf(line).toUpperCase() + line.slice(nameOf(line).length)),
      {},
    ),
    odd(
      'spaces around the values',
      fieldLines((line) => line.replace(/: /, ': \t ').concat(' \t')),
      {},
    ),
    odd(
      'no spaces before the values',
      fieldLines((line) => line.replace(': ', ':')),
      {},
    ),
    odd('an empty line before it', (head) => `\r\n${head}`),
    odd('three empty lines before it', (head) => `\r\n\r\n\r\n${head}`),
    odd('LF line ends', (head) => head.replaceAll('\r\n', '\n'), { options: hurt, ends: true }),
    odd('CR line ends', (head) => head.replaceAll('\r\n', '\r'), { options: hurt, ends: true }),
    odd('a field folded over two lines', extra('X-Folded: one\r\n two')),
    // A batch has no Idempotency-Key field.
    odd('a space before a colon', (head) => head.replace(/^(Idempotency-Key|Content-Type):/m, '$1 :'), {
      draft: broken(draft),
      options: hurt,
    }),
    odd('a space before the first field', (head) => head.replace('\r\nHost', '\r\n Host')),
    odd('a line without a field', extra('nonsense')),
    odd('a field without a name', extra(': nothing')),
    odd('a NUL in a field', extra('X-Odd: a\0b')),
    odd('a carriage return in a field', extra('X-Odd: a\rb')),
    odd('a byte outside ASCII in a field', extra('X-Odd: caf\xe9')),
    odd('a NUL in the name of a field', extra('X-\0dd: 1')),
    odd('two spaces in the request line', (head) => head.replace(' /', '  /')),
    odd('a tab in the request line', (head) => head.replace(' HTTP/', '\tHTTP/')),
    odd('a method in lower case', (head) => head.replace(/^\w+/, (method) => method.toLowerCase()), {
      draft: broken(draft),
      options: hurt,
    }),
    odd('no version', (head) => head.replace(' HTTP/1.1', ''), {
      options: hurt,
      ends: true,
      draft: broken(draft),
    }),
    odd(`an unknown method: ${random.between(1, 3)}`, (head) => head.replace(/^\w+/, 'FROBNICATE'), {
      draft: broken(draft),
      options: hurt,
    }),
  ];
}

export function hosts(_random: Random, draft: Draft): OddHead[] {
  const odd = (what: string, host: string, isBroken: boolean): OddHead => ({
    what,
    draft: isBroken ? { ...broken(draft), allowed: [400] } : draft,
    bytes: rewritten((head) => head.replace('Host: localhost\r\n', host)),
    options: hurt,
  });
  return [
    odd('no Host', '', true),
    odd('two Host fields', 'Host: localhost\r\nHost: elsewhere\r\n', true),
    odd('two Host fields, the same', 'Host: localhost\r\nHost: localhost\r\n', true),
    odd('an empty Host', 'Host:\r\n', false),
    odd('a Host with a space', 'Host: a b\r\n', false),
    odd('a Host with a path', 'Host: localhost/v2/\r\n', false),
    odd('a Host with an invalid port', 'Host: localhost:99999999\r\n', false),
    odd('a Host that is an address', 'Host: [::1]:8080\r\n', false),
    odd('a Host of 9,000 characters', `Host: ${'a'.repeat(9_000)}\r\n`, false),
  ];
}

export function versions(_random: Random, draft: Draft): OddHead[] {
  const odd = (name: string, isBroken: boolean): OddHead => ({
    what: `version ${name}`,
    draft: isBroken ? broken(draft) : draft,
    bytes: rewritten(version(name)),
    options: hurt,
    ends: true,
  });
  return [
    odd('HTTP/1.0', false),
    odd('HTTP/1.2', false),
    ...[
      'HTTP/2.0',
      'HTTP/2',
      'HTTP/3.0',
      'HTTP/0.9',
      'HTTP/1.1x',
      'http/1.1',
      'HTTPS/1.1',
      'HTTP/11',
      'HTTP/1.',
    ].map((name) => odd(name, true)),
  ];
}
