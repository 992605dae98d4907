import type { Secret } from './secret.ts';

export interface AlertSettings {
  /** `secret` null: not signed. */
  readonly webhook: { readonly url: Secret; readonly secret: Secret | null } | null;
  readonly mail: { readonly smtp: Secret; readonly from: string; readonly to: readonly string[] } | null;
  readonly lagSeconds: number;
  /** Records more set aside within an hour. */
  readonly quarantineGrowth: number;
  /** Percent of the calls that are left. */
  readonly budgetPercent: number;
}

export interface HeartbeatSettings {
  readonly url: Secret;
  readonly method: 'GET' | 'POST';
  readonly everySeconds: number;
}

export interface TracingSettings {
  /** The collector's base address. */
  readonly endpoint: Secret;
  readonly headers: Readonly<Record<string, Secret>>;
  readonly serviceName: string;
  /** Part of the traces that is kept, 0 to 1. */
  readonly share: number;
}

/** For those who watch from outside. */
export interface WatchSettings {
  readonly alerts: AlertSettings;
  readonly heartbeat: HeartbeatSettings | null;
  readonly tracing: TracingSettings | null;
}
