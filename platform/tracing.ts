/**
 * Traces (OpenTelemetry), off unless OTEL_EXPORTER_OTLP_ENDPOINT says where they go: HTTP → append → projection → webhook. What holds them together is the
 * trace context that is stored with each event; no context is carried behind anybody's back.
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

/** Spans that wait to be sent, at most; more are dropped, and never hold anything up. */
const QUEUE = 10_000;
const BATCH = 1_000;

let tracer: Tracer | undefined;

/**
 * Sends spans from now on.
 *
 * @param endpoint base URL of a collector that takes OTLP over HTTP, such as http://localhost:4318
 * @returns sends what is left, and ends it
 */
export async function startTracing(endpoint: string, log: Logger): Promise<() => Promise<void>> {
  // Only those who trace pay for the load.
  const [{ BatchSpanProcessor, TracerProvider }, { OTLPTraceExporter }, { resourceFromAttributes }] =
    await Promise.all([
      import('@opentelemetry/sdk-trace'),
      import('@opentelemetry/exporter-trace-otlp-http'),
      import('@opentelemetry/resources'),
    ]);
  const exporter = new OTLPTraceExporter({
    url: `${endpoint.replace(/\/$/, '')}/v1/traces`,
    timeoutMillis: 5_000,
  });
  const provider = new TracerProvider({
    resource: resourceFromAttributes({ 'service.name': 'holdfast', 'process.pid': process.pid }),
    spanProcessors: [
      new BatchSpanProcessor({
        exporter,
        maxQueueSize: QUEUE,
        maxExportBatchSize: BATCH,
        scheduledDelayMillis: 1_000,
      }),
    ],
  });
  tracer = provider.getTracer('holdfast');
  log.info('traces are sent');
  return async () => {
    tracer = undefined;
    await provider
      .shutdown()
      .catch((cause: unknown) => log.warn({ err: cause }, 'the last traces were not taken'));
  };
}

export const isTracing = (): boolean => tracer !== undefined;

const KINDS = { server: SpanKind.SERVER, client: SpanKind.CLIENT, internal: SpanKind.INTERNAL } as const;

export interface SpanOptions {
  kind: keyof typeof KINDS;
  /** W3C trace context of what this is part of. */
  parent?: string | null | undefined;
  /** Trace contexts of what else it is about. */
  links?: readonly string[];
  attributes?: Attributes;
}

/** Begins a span. @returns `undefined` when there is nobody to send it to */
export function startSpan(
  name: string,
  { kind, parent, links = [], attributes }: SpanOptions,
): Span | undefined {
  if (tracer === undefined) return undefined;
  const context = parent ? trace.setSpanContext(ROOT_CONTEXT, contextOf(parent)) : ROOT_CONTEXT;
  const about: Link[] = links.map((link) => ({ context: contextOf(link) }));
  return tracer.startSpan(
    name,
    { kind: KINDS[kind], links: about, ...(attributes && { attributes }) },
    context,
  );
}

/** Ends a span. @param failure what went wrong */
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

/** A span as the W3C spells it, for what comes after it. */
export function traceparentOf(span: Span): string {
  const { traceId, spanId, traceFlags } = span.spanContext();
  return `00-${traceId}-${spanId}-${traceFlags & TraceFlags.SAMPLED ? '01' : '00'}`;
}
