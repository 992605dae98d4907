import type { TracingSettings } from '../../config/settings-watch.ts';
import { type ChangeTracing, createChangeTracing } from './changes.ts';

export interface Tracing extends ChangeTracing {
  /** Sends what is left. Takes a few seconds at most, and never rejects. */
  close(): Promise<void>;
}

export interface TracingOptions {
  readonly settings: TracingSettings;
  readonly version: string;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  /** The collector did not take what was sent. */
  readonly onError: (error: Error) => void;
}

const longestMs = 5000;

/** Sends traces to a collector by OTLP over HTTP. The libraries are loaded here: who traces nothing never loads them. */
export async function openTracing({ settings, version, now, onError }: TracingOptions): Promise<Tracing> {
  const [api, sdk, { OTLPTraceExporter }, { resourceFromAttributes }] = await Promise.all([
    import('@opentelemetry/api'),
    import('@opentelemetry/sdk-trace-base'),
    import('@opentelemetry/exporter-trace-otlp-http'),
    import('@opentelemetry/resources'),
  ]);
  const headers = Object.fromEntries(Object.entries(settings.headers).map(([name, value]) => [name, value.reveal()]));
  const exporter = new OTLPTraceExporter({
    url: `${settings.endpoint.reveal().replace(/\/$/, '')}/v1/traces`,
    headers,
    timeoutMillis: longestMs,
  });
  const told = {
    export: (...[spans, done]: Parameters<typeof exporter.export>): void =>
      exporter.export(spans, (result) => {
        if (result.error !== undefined) onError(result.error);
        done(result);
      }),
    shutdown: () => exporter.shutdown(),
    forceFlush: () => exporter.forceFlush(),
  };
  const provider = new sdk.BasicTracerProvider({
    resource: resourceFromAttributes({ 'service.name': settings.serviceName, 'service.version': version }),
    sampler: new sdk.ParentBasedSampler({ root: new sdk.TraceIdRatioBasedSampler(settings.share) }),
    spanProcessors: [new sdk.BatchSpanProcessor(told)],
  });
  return {
    ...createChangeTracing(provider.getTracer('casebridge', version), api, now),
    close: () =>
      provider.shutdown().catch((error: unknown) => onError(error instanceof Error ? error : new Error(String(error)))),
  };
}
