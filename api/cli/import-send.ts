/** Sends the lines of an import and passes the answers to the tally. */
import { Metadata } from '@grpc/grpc-js';
import type { GrpcAccess } from '../../command-line/command.ts';
import type { Input } from '../../command-line/input.ts';
import type { Advice } from '../grpc/client/advice.ts';
import { sendOrders } from '../grpc/client/send-orders.ts';
import { clientCredentials } from '../grpc/credentials.ts';
import { OrderServiceClient } from '../grpc/generated/orders.ts';
import { type InvalidLine, type OrderLine, type Survey, readOrders } from './import-file.ts';
import type { Forecast } from './import-forecast.ts';
import type { Tally } from './import-tally.ts';

export interface SendLinesOptions {
  access: GrpcAccess;
  address: string;
  patienceMs: number;
  input: Input;
  /** Lines up to this one have their answer. */
  begin: number;
  tally: Tally;
  forecast: Forecast;
  /** Called when the connection breaks. */
  broke: (advice: Advice) => void;
  /** Called at the end of the input. */
  onEnd: (read: Survey) => void;
  signal: AbortSignal;
}

/** @throws {SendError} */
export async function sendLines(options: SendLinesOptions): Promise<void> {
  const { access, address, patienceMs, input, begin, tally, forecast, broke, onEnd, signal } = options;
  const client = await openClient(address, access);
  const refuse = ({ line, idempotency_key }: OrderLine | InvalidLine, reason: InvalidLine['reason']) => {
    const { code, detail, fields } = reason;
    const refusal = { line, idempotency_key, code, detail, ...(fields.length > 0 && { fields }) };
    tally.answer(line, { kind: 'refused', refusal });
  };
  async function* orders(): AsyncGenerator<OrderLine> {
    for await (const line of readOrders({ input, behind: begin, signal, onEnd })) {
      if (signal.aborted) return;
      tally.begin(line.line);
      if ('reason' in line) refuse(line, line.reason);
      else yield line;
    }
  }
  try {
    await sendOrders(orders(), {
      client,
      metadata: metadataOf(access),
      signal,
      patienceMs,
      broke,
      accepted: forecast.accepted,
      answered(line, outcome) {
        forecast.answered();
        if ('refused' in outcome) refuse(line, outcome.refused);
        else tally.answer(line.line, { kind: outcome.placed.replayed ? 'replayed' : 'placed' });
      },
    });
  } finally {
    client.close();
  }
}

function metadataOf({ apiKey, token }: GrpcAccess): Metadata {
  const metadata = new Metadata();
  metadata.set('authorization', `Bearer ${apiKey}`);
  if (token !== undefined) metadata.set('holdfast-token', token);
  return metadata;
}

async function openClient(address: string, access: GrpcAccess): Promise<OrderServiceClient> {
  return new OrderServiceClient(address, await clientCredentials(access), {
    'grpc.max_reconnect_backoff_ms': 5_000,
    // A stream that waits for its quota is silent: only a ping finds a dead server.
    'grpc.keepalive_time_ms': 20_000,
    'grpc.keepalive_timeout_ms': 10_000,
  });
}
