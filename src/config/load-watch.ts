import type { OptionName } from './options.ts';
import { Secret } from './secret.ts';
import type { AlertSettings, TracingSettings, WatchSettings } from './settings-watch.ts';

/** What is asked of settings on their way. */
interface Draft {
  get(name: OptionName): string | null;
  need(name: OptionName, because?: string): string;
  number(name: OptionName): number;
  secret(name: OptionName): Secret | null;
  refuse(where: string, what: string): void;
}

/** The settings of those who watch from outside. What would silently do nothing is refused. */
export function watchSettings(draft: Draft): WatchSettings {
  const heartbeat = draft.secret('CASEBRIDGE_HEARTBEAT_URL');
  return {
    alerts: alertSettings(draft),
    heartbeat:
      heartbeat === null
        ? null
        : {
            url: heartbeat,
            method: draft.get('CASEBRIDGE_HEARTBEAT_METHOD') === 'POST' ? 'POST' : 'GET',
            everySeconds: draft.number('CASEBRIDGE_HEARTBEAT_EVERY'),
          },
    tracing: tracingSettings(draft),
  };
}

function alertSettings(draft: Draft): AlertSettings {
  const url = draft.secret('CASEBRIDGE_ALERT_WEBHOOK');
  const secret = draft.secret('CASEBRIDGE_ALERT_WEBHOOK_SECRET');
  if (url === null && secret !== null) {
    draft.refuse('CASEBRIDGE_ALERT_WEBHOOK_SECRET', 'signs nothing: CASEBRIDGE_ALERT_WEBHOOK is not set');
  }
  return {
    webhook: url === null ? null : { url, secret },
    mail: mailSettings(draft),
    lagSeconds: draft.number('CASEBRIDGE_ALERT_LAG'),
    quarantineGrowth: draft.number('CASEBRIDGE_ALERT_QUARANTINE'),
    budgetPercent: draft.number('CASEBRIDGE_ALERT_BUDGET'),
  };
}

function mailSettings(draft: Draft): AlertSettings['mail'] {
  const smtp = draft.secret('CASEBRIDGE_ALERT_SMTP_URL');
  const addresses = ['CASEBRIDGE_ALERT_EMAIL_TO', 'CASEBRIDGE_ALERT_EMAIL_FROM'] as const;
  if (smtp === null) {
    for (const name of addresses.filter((each) => draft.get(each) !== null)) {
      draft.refuse(name, 'has no mail server: CASEBRIDGE_ALERT_SMTP_URL is not set');
    }
    return null;
  }
  const [to, from] = addresses.map((name) => draft.need(name, ', and CASEBRIDGE_ALERT_SMTP_URL is set')) as [
    string,
    string,
  ];
  if (from.includes(',')) draft.refuse('CASEBRIDGE_ALERT_EMAIL_FROM', 'is more than one address');
  return { smtp, from, to: to.split(',') };
}

function tracingSettings(draft: Draft): TracingSettings | null {
  const endpoint = draft.secret('OTEL_EXPORTER_OTLP_ENDPOINT');
  const headers = draft.secret('OTEL_EXPORTER_OTLP_HEADERS');
  if (endpoint === null || draft.get('OTEL_SDK_DISABLED') === 'true') return null;
  return {
    endpoint,
    headers: headers === null ? {} : headersIn(draft, headers),
    serviceName: draft.need('OTEL_SERVICE_NAME'),
    share: draft.number('OTEL_TRACES_SAMPLER_ARG'),
  };
}

/** `name=value,name=value` with values percent-encoded, as OpenTelemetry writes it. */
function headersIn(draft: Draft, text: Secret): Record<string, Secret> {
  const refuse = (): void => draft.refuse('OTEL_EXPORTER_OTLP_HEADERS', 'is not written like "name=value,name=value"');
  const headers: Record<string, Secret> = {};
  for (const part of text.reveal().split(',')) {
    const [, name, value] = /^\s*([\w-]+)\s*=\s*(.*?)\s*$/.exec(part) ?? [];
    if (name === undefined || value === undefined) {
      refuse();
      continue;
    }
    try {
      headers[name] = new Secret(decodeURIComponent(value));
    } catch {
      refuse();
    }
  }
  return headers;
}
