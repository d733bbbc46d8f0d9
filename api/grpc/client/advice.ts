/** Reads a `google.rpc.Status`, the counterpart of status.ts. */
import { type ServiceError, status as codes } from '@grpc/grpc-js';
import type { Retry } from '../../problem/problem.ts';
import { BadRequest, ErrorInfo, RetryInfo } from '../generated/google/rpc/error_details.ts';
import { Status } from '../generated/google/rpc/status.ts';

export interface Advice {
  /** Code of the problem; the name of the gRPC code if Holdfast did not send the status. */
  code: string;
  detail: string;
  retry: Retry;
  /** Delay before the next attempt, in ms; 0 if the server names none. */
  waitMs: number;
  /** Invalid fields, as paths from the request message. */
  fields: { field: string; description: string }[];
}

/** Codes of a connection or a proxy, not of Holdfast, after which another attempt may succeed. */
const PASSING = new Set<codes>([
  codes.UNAVAILABLE,
  codes.CANCELLED,
  codes.DEADLINE_EXCEEDED,
  codes.INTERNAL,
  codes.UNKNOWN,
  codes.ABORTED,
  codes.RESOURCE_EXHAUSTED,
]);

export function adviceOf({ code, message, details }: Status): Advice {
  const detail = (name: string) =>
    details.find(({ type_url }) => type_url.endsWith(`/google.rpc.${name}`))?.value;
  const info = detail('ErrorInfo');
  const delay = detail('RetryInfo');
  const request = detail('BadRequest');
  const metadata = info && ErrorInfo.decode(info).metadata;
  return {
    code: metadata?.get('code') ?? codes[code] ?? String(code),
    detail: message,
    retry: (metadata?.get('retry') as Retry | undefined) ?? (PASSING.has(code) ? 'same_key' : 'never'),
    waitMs: delay ? (RetryInfo.decode(delay).retry_delay?.seconds ?? 0) * 1_000 : 0,
    fields: request ? BadRequest.decode(request).field_violations : [],
  };
}

/** The advice of a failed call. */
export function adviceOfError({ code, details, metadata }: ServiceError): Advice {
  const [bytes] = metadata.get('grpc-status-details-bin');
  if (bytes instanceof Buffer) return adviceOf(Status.decode(bytes));
  return adviceOf({ code, message: details, details: [] });
}

/** Whether the client may send the same request again, with the same key. */
export const isPassing = ({ retry }: Advice): boolean => retry === 'same_key' || retry === 'same_key_after';
