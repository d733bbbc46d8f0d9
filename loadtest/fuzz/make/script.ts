/** Builds the actions and requests of one connection. */
import type { Action, HttpConnection, Sent } from '../case.ts';
import { type Draft, plainBytes } from './draft.ts';
import { type Scene, type SealOptions, seal } from './scene.ts';

/** Default timeout of a client, far above the latency of a busy server. */
export const TIMEOUT_MS = 15_000;

export interface Script {
  connection: HttpConnection;
  /** Adds a request and returns its bytes. */
  request: (draft: Draft, options?: SealOptions & { bytes?: (draft: Draft) => Buffer }) => Buffer;
  /** Adds bytes that are not a request; they may cause one response. */
  garbage: () => void;
  do: (...actions: Action[]) => Script;
  send: (...parts: Buffer[]) => Script;
  /** Sends bytes in segments, or a part of them. */
  sendCut: (bytes: Buffer, how: { cuts?: { at: number; pauseMs: number }[]; upTo?: number }) => Script;
  /** Waits until every request has its response, or the connection has ended. */
  awaitAll: () => Script;
}

export function createScript(scene: Scene, timeoutMs = TIMEOUT_MS): Script {
  const connection: HttpConnection = { kind: 'http', actions: [], requests: [], timeoutMs };
  const script: Script = {
    connection,
    request(draft, { bytes = plainBytes, ...options } = {}) {
      const { draft: sealed, sent } = seal(scene, draft, options);
      connection.requests.push(sent);
      return bytes(sealed);
    },
    garbage() {
      connection.requests.push(garbageAt(scene));
    },
    do(...actions) {
      connection.actions.push(...actions);
      return script;
    },
    send(...parts) {
      const bytes = parts.length === 1 ? parts[0]! : Buffer.concat(parts);
      return script.sendCut(bytes, {});
    },
    sendCut: (bytes, how) => script.do({ do: 'send', bytes, requests: connection.requests.length, ...how }),
    awaitAll() {
      return script.do({ do: 'await', answers: connection.requests.length });
    },
  };
  return script;
}

const garbageAt = (scene: Scene): Sent => ({
  ...scene.next(),
  id: undefined,
  isTraced: false,
  version: 'v2',
  operationId: undefined,
  method: '?',
  target: '?',
  caller: 'nobody',
  keys: [],
  meaning: undefined,
  orderToken: undefined,
  form: 'garbage',
  allowed: undefined,
  inert: true,
  silence: true,
});
