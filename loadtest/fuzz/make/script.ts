/** Builds the actions and requests of one connection. */
import type { Action, HttpLane, Sent } from '../case.ts';
import { type Draft, plainBytes } from './draft.ts';
import { type Scene, type SealOptions, seal } from './scene.ts';

/** Default patience of a client; far above the latency of a busy server. */
export const PATIENCE_MS = 15_000;

export interface Script {
  lane: HttpLane;
  /** Adds a request, and returns its bytes. */
  request: (draft: Draft, options?: SealOptions & { bytes?: (draft: Draft) => Buffer }) => Buffer;
  /** Adds bytes that are no request; they may cause one answer. */
  garbage: () => void;
  do: (...actions: Action[]) => Script;
  send: (...parts: Buffer[]) => Script;
  /** Sends bytes in segments, or only a part of them. */
  sendCut: (bytes: Buffer, how: { cuts?: { at: number; pauseMs: number }[]; upTo?: number }) => Script;
  /** Waits until every request has its answer, or the connection has ended. */
  awaitAll: () => Script;
}

export function createScript(scene: Scene, patienceMs = PATIENCE_MS): Script {
  const lane: HttpLane = { kind: 'http', actions: [], requests: [], patienceMs };
  const script: Script = {
    lane,
    request(draft, { bytes = plainBytes, ...options } = {}) {
      const { draft: sealed, sent } = seal(scene, draft, options);
      lane.requests.push(sent);
      return bytes(sealed);
    },
    garbage() {
      lane.requests.push(garbageAt(scene));
    },
    do(...actions) {
      lane.actions.push(...actions);
      return script;
    },
    send(...parts) {
      const bytes = parts.length === 1 ? parts[0]! : Buffer.concat(parts);
      return script.sendCut(bytes, {});
    },
    sendCut: (bytes, how) => script.do({ do: 'send', bytes, requests: lane.requests.length, ...how }),
    awaitAll() {
      return script.do({ do: 'await', answers: lane.requests.length });
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
