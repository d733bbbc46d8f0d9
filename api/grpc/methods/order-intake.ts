/**
 * Reads the orders of one stream only while there is room for them. HTTP/2 holds back the sender.
 */
import type { PlaceOrdersRequest, PlaceOrdersResponse } from '../generated/orders.ts';
import {
  STREAM_UNSENT_BYTES_MAX,
  STREAM_WAITING_BYTES_MAX,
  STREAM_WAITING_MAX,
  TENANT_WAITING_MAX,
} from '../wire/limits.ts';
import type { Outlet } from '../wire/sink.ts';
import type { Call, Requests } from './method.ts';

/** Interval of the check whether the caller's byte budget has room again. */
const ROOM_INTERVAL_MS = 100;

export interface OrderIntake {
  /** Counts an order that was read; pauses the stream if there is no room for another one. */
  arrived: (bytes: number) => void;
  /** Counts an order that waits for nothing but the append; resumes the stream if there is room. */
  cleared: (bytes: number) => void;
  /** Resumes the stream if there is room. */
  resume: () => void;
  end: () => void;
}

/** Orders that wait in all streams of this process, by tenant. */
const waitingOf = new Map<string, number>();

function count(tenantId: string, orders: number): void {
  const sum = (waitingOf.get(tenantId) ?? 0) + orders;
  if (sum === 0) waitingOf.delete(tenantId);
  else waitingOf.set(tenantId, sum);
}

export function createOrderIntake(
  { bytes: budget, principal, gone, stopping, watch }: Call,
  requests: Requests<PlaceOrdersRequest>,
  outlet: Outlet<PlaceOrdersResponse>,
): OrderIntake {
  const waiting = { orders: 0, bytes: 0 };
  let timer: NodeJS.Timeout | undefined;

  const hasRoom = () =>
    waiting.orders < STREAM_WAITING_MAX &&
    (waiting.orders === 0 || (waitingOf.get(principal.tenantId) ?? 0) < TENANT_WAITING_MAX) &&
    waiting.bytes < STREAM_WAITING_BYTES_MAX &&
    outlet.unsent() < STREAM_UNSENT_BYTES_MAX;
  const isAdmitted = () => budget.admits(principal.tenantId);
  const isOver = () => stopping.aborted || watch.lapsed.aborted || gone.aborted;
  function resume(): void {
    // Wait until half is free: to pause and resume for each order costs more than the order.
    if (waiting.orders > STREAM_WAITING_MAX / 2 || !requests.isPaused()) return;
    if (isOver() || !hasRoom()) return;
    if (isAdmitted()) requests.resume();
    else resumeLater();
  }
  function resumeLater(): void {
    timer ??= setTimeout(() => {
      timer = undefined;
      resume();
    }, ROOM_INTERVAL_MS);
  }

  return {
    arrived(bytes) {
      waiting.orders += 1;
      count(principal.tenantId, 1);
      waiting.bytes += bytes;
      if (!hasRoom()) requests.pause();
      else if (!isAdmitted()) {
        requests.pause();
        resumeLater();
      }
    },
    cleared(bytes) {
      waiting.orders -= 1;
      count(principal.tenantId, -1);
      waiting.bytes -= bytes;
      resume();
    },
    resume,
    end: () => clearTimeout(timer),
  };
}
