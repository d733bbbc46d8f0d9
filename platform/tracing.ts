/**
 * OpenTelemetry traces: request → append → projection → webhook. Off without
 * OTEL_EXPORTER_OTLP_ENDPOINT. Each event stores its trace context, which links the spans; there is
 * no implicit context.
 */
import {
  type Attributes,
  type Link,
  ROOT_CONTEXT,
  type Span,
  SpanKind,
  SpanStatusCode,
  TraceFlags,
  type Tracer,
  trace,
} from '@opentelemetry/api';
import type { Logger } from './logger.ts';

/** Spans that wait for the collector. Further spans are dropped: a slow collector slows nothing. */
const QUEUED_SPANS_MAX = 10_000;
const BATCH_SPANS_MAX = 1_000;
const FLUSH_INTERVAL_MS = 1_000;
const EXPORT_TIMEOUT_MS = 5_000;

let tracer: Tracer | undefined;

/**
 * Starts the export of spans.
 *
 * @param endpoint base URL of an OTLP/HTTP collector, such as http://localhost:4318
 * @returns a function that flushes the queue and stops the export
 */
export async function startTracing(endpoint: string, log: Logger): Promise<() => Promise<void>> {
  // Loading these packages takes time: only a process that traces loads them.
  const [{ BatchSpanProcessor, TracerProvider }, { OTLPTraceExporter }, { resourceFromAttributes }] =
    await Promise.all([
      import('@opentelemetry/sdk-trace'),
      import('@opentelemetry/exporter-trace-otlp-http'),
      import('@opentelemetry/resources'),
    ]);
  const exporter = new OTLPTraceExporter({
    url: `${endpoint.replace(/\/$/, '')}/v1/traces`,
    timeoutMillis: EXPORT_TIMEOUT_MS,
  });
  const provider = new TracerProvider({
    resource: resourceFromAttributes({ 'service.name': 'holdfast', 'process.pid': process.pid }),
    spanProcessors: [
      new BatchSpanProcessor({
        exporter,
        maxQueueSize: QUEUED_SPANS_MAX,
        maxExportBatchSize: BATCH_SPANS_MAX,
        scheduledDelayMillis: FLUSH_INTERVAL_MS,
      }),
    ],
  });
  tracer = provider.getTracer('holdfast');
  log.info('trace export started');
  return async () => {
    tracer = undefined;
    await provider.shutdown().catch((cause: unknown) => log.warn({ err: cause }, 'trace flush failed'));
  };
}

export const isTracing = (): boolean => tracer !== undefined;

const KINDS = { server: SpanKind.SERVER, client: SpanKind.CLIENT, internal: SpanKind.INTERNAL } as const;

export interface SpanOptions {
  kind: keyof typeof KINDS;
  /** W3C trace context of the parent span. */
  parent?: string | null | undefined;
  /** W3C trace contexts of related spans. */
  links?: readonly string[];
  attributes?: Attributes;
}

/** Starts a span. @returns `undefined` while tracing is off */
export function startSpan(
  name: string,
  { kind, parent, links = [], attributes }: SpanOptions,
): Span | undefined {
  if (tracer === undefined) return undefined;
  const context = parent ? trace.setSpanContext(ROOT_CONTEXT, contextOf(parent)) : ROOT_CONTEXT;
  const related: Link[] = links.map((link) => ({ context: contextOf(link) }));
  return tracer.startSpan(
    name,
    { kind: KINDS[kind], links: related, ...(attributes && { attributes }) },
    context,
  );
}

/** Ends a span. @param failure error message; marks the span as failed */
export function endSpan(span: Span | undefined, attributes: Attributes = {}, failure?: string): void {
  if (span === undefined) return;
  span.setAttributes(attributes);
  if (failure !== undefined) span.setStatus({ code: SpanStatusCode.ERROR, message: failure });
  span.end();
}

function contextOf(traceparent: string) {
  const [, traceId = '', spanId = '', flags = '01'] = traceparent.split('-');
  return { traceId, spanId, traceFlags: Number.parseInt(flags, 16), isRemote: true };
}

/** The W3C trace context of a span, for its children. */
export function traceparentOf(span: Span): string {
  const { traceId, spanId, traceFlags } = span.spanContext();
  return `00-${traceId}-${spanId}-${traceFlags & TraceFlags.SAMPLED ? '01' : '00'}`;
}
