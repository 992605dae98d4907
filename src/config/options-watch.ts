import type { Option, OptionKind } from './options.ts';

const whole = (min: number, max: number): OptionKind => ({ type: 'number', min, max, whole: true });

/** Settings for those who watch from outside: alerts, the heartbeat and traces. Names in OTEL_ are OpenTelemetry's own. */
export const watchOptions = {
  CASEBRIDGE_ALERT_WEBHOOK: {
    group: 'Watching',
    kind: { type: 'address' },
    doc: 'Alerts are posted here as JSON; see docs/watching.md. https, or http on this machine; redirects are not followed.',
    example: 'https://alerts.example.com/hooks/casebridge',
  },
  CASEBRIDGE_ALERT_WEBHOOK_SECRET: {
    group: 'Watching',
    kind: { type: 'secret' },
    doc: 'Signs what is posted there, so that the receiver can tell it from forgeries. Empty: not signed.',
  },
  CASEBRIDGE_ALERT_SMTP_URL: {
    group: 'Watching',
    kind: { type: 'smtp' },
    doc: 'Mail server for alerts by e-mail. smtp: asks for STARTTLS, except on this machine; smtps: is encrypted from the start.',
    example: 'smtp://casebridge:password@mail.example.com:587',
  },
  CASEBRIDGE_ALERT_EMAIL_TO: {
    group: 'Watching',
    kind: { type: 'mailboxes' },
    doc: 'Who gets them, with commas between the addresses.',
    needed: 'CASEBRIDGE_ALERT_SMTP_URL is set',
    example: 'desk@example.com,oncall@example.com',
  },
  CASEBRIDGE_ALERT_EMAIL_FROM: {
    group: 'Watching',
    kind: { type: 'mailboxes' },
    doc: 'The address they come from.',
    needed: 'CASEBRIDGE_ALERT_SMTP_URL is set',
    example: 'casebridge@example.com',
  },
  CASEBRIDGE_ALERT_LAG: {
    group: 'Watching',
    kind: whole(60, 86_400),
    default: '900',
    doc: 'Alert when a side was not read to its end for so many seconds.',
  },
  CASEBRIDGE_ALERT_QUARANTINE: {
    group: 'Watching',
    kind: whole(1, 100_000),
    default: '10',
    doc: 'Alert when so many more records are set aside than at some time within the last hour.',
  },
  CASEBRIDGE_ALERT_BUDGET: {
    group: 'Watching',
    kind: whole(1, 99),
    default: '10',
    doc: 'Alert when less than so many percent of the API calls are left, of everybody or of our share.',
  },
  CASEBRIDGE_HEARTBEAT_URL: {
    group: 'Watching',
    kind: { type: 'address' },
    doc: 'Asked again and again while all is well, and not otherwise: whoever waits there notices when it stops.',
    example: 'https://beats.example.com/6b1f0f2e',
  },
  CASEBRIDGE_HEARTBEAT_METHOD: {
    group: 'Watching',
    kind: { type: 'choice', choices: ['GET', 'POST'] },
    default: 'GET',
    doc: 'How it is asked.',
  },
  CASEBRIDGE_HEARTBEAT_EVERY: {
    group: 'Watching',
    kind: whole(5, 3600),
    default: '60',
    doc: 'Seconds from one beat to the next.',
  },
  OTEL_EXPORTER_OTLP_ENDPOINT: {
    group: 'Watching',
    kind: { type: 'address' },
    doc: 'Traces go here by OTLP over HTTP: /v1/traces is added. Empty: nothing is traced. https, or http on this machine.',
    example: 'http://localhost:4318',
  },
  OTEL_EXPORTER_OTLP_HEADERS: {
    group: 'Watching',
    kind: { type: 'secret' },
    doc: 'Headers for the collector: name=value, with commas between them.',
  },
  OTEL_SERVICE_NAME: {
    group: 'Watching',
    kind: { type: 'text' },
    default: 'casebridge',
    doc: 'What this service is called in traces.',
  },
  OTEL_TRACES_SAMPLER_ARG: {
    group: 'Watching',
    kind: { type: 'number', min: 0, max: 1, whole: false },
    default: '1',
    doc: 'The part of all traces that is kept.',
  },
  OTEL_SDK_DISABLED: {
    group: 'Watching',
    kind: { type: 'choice', choices: ['true', 'false'] },
    default: 'false',
    doc: 'true traces nothing, whatever else is set.',
  },
} as const satisfies Record<string, Option>;
