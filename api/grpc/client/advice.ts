/** What a client reads from a `google.rpc.Status`: the other side of status.ts. */
import { type ServiceError, status as codes } from '@grpc/grpc-js';
import type { Retry } from '../../problem/problem.ts';
import { BadRequest, ErrorInfo, RetryInfo } from '../generated/google/rpc/error_details.ts';
import { Status } from '../generated/google/rpc/status.ts';

export interface Advice {
  /** Of the problem; the name of gRPC's code when it came from somebody else. */
  code: string;
  detail: string;
  /** What may be done next. */
  retry: Retry;
  /** Milliseconds before which a repeat is not worth it. */
  wait: number;
  /** What is wrong with the request, by a path from its message. */
  fields: { field: string; description: string }[];
}

/** What means that it may well work out next time, when it was not Holdfast that said it: a connection that broke, a proxy. */
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
    wait: delay ? (RetryInfo.decode(delay).retry_delay?.seconds ?? 0) * 1_000 : 0,
    fields: request ? BadRequest.decode(request).field_violations : [],
  };
}

/** Of a call that failed. */
export function adviceOfError({ code, details, metadata }: ServiceError): Advice {
  const [bytes] = metadata.get('grpc-status-details-bin');
  if (bytes instanceof Buffer) return adviceOf(Status.decode(bytes));
  return adviceOf({ code, message: details, details: [] });
}

/** Whether the same request may be sent again, with the same key. */
export const isPassing = ({ retry }: Advice): boolean => retry === 'same_key' || retry === 'same_key_after';
