/** Renders a case as text: its bytes and actions. */
import type { Case, Connection } from './case.ts';
import type { Lessons } from './tokens.ts';

/** Bytes shown of each request. */
const SHOWN_BYTES_MAX = 1_200;

const visible = (bytes: Buffer): string =>
  bytes
    .toString('latin1')
    .replaceAll(
      /[^\x20-\x7e\r\n]/g,
      (character) => `\\x${character.charCodeAt(0).toString(16).padStart(2, '0')}`,
    )
    .replaceAll('\r\n', '\\r\\n\n')
    .replaceAll(/(?<!\\r\\n)\n/g, '\\n\n');

export function shownBytes(bytes: Buffer, lessons: Lessons): string {
  const text = visible(lessons.show(bytes.subarray(0, SHOWN_BYTES_MAX)));
  return bytes.length > SHOWN_BYTES_MAX ? `${text} … ${bytes.length} bytes` : text;
}

/** @returns lines */
export function transcriptOf({ stages }: Case, lessons: Lessons): string[] {
  return stages.flatMap((stage, n) =>
    stage.flatMap((connection, m) => [
      `connection ${n + 1}${stage.length > 1 ? String.fromCharCode(97 + m) : ''}`,
      ...connectionLines(connection, lessons).map((line) => `  ${line}`),
    ]),
  );
}

function connectionLines(connection: Connection, lessons: Lessons): string[] {
  if (connection.kind !== 'http') {
    const metadata = connection.metadata.map(([name, value]) => `${name}: ${value}`).join(', ');
    const bytes = connection.kind === 'grpc' ? connection.messages : [connection.bytes];
    return [
      `gRPC ${connection.method}, ${metadata}`,
      ...bytes.map((each) => lessons.show(each).toString('hex').slice(0, SHOWN_BYTES_MAX)),
    ];
  }
  return connection.actions.flatMap((action) => {
    if (action.do !== 'send') return [`(${[action.do, ...Object.values(action).slice(1)].join(' ')})`];
    const how = [
      action.upTo === undefined ? '' : `only ${(action.upTo * 100).toFixed(2)} % of`,
      action.cuts === undefined ? '' : `in ${action.cuts.length + 1} segments`,
    ].filter((each) => each !== '');
    return [
      ...(how.length > 0 ? [`(${how.join(', ')})`] : []),
      ...shownBytes(action.bytes, lessons).split('\n'),
    ];
  });
}
