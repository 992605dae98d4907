import type { Notice } from './decide.ts';

/** What is sent: everything that a channel is to be told at one moment. */
export interface Message {
  readonly id: string;
  /** ISO 8601. */
  readonly sentAt: string;
  readonly notices: readonly Notice[];
}

export interface Channel {
  /** `webhook` or `email`: where its ledger is kept, and what it is called in logs and figures. */
  readonly name: string;
  /** Rejects where it was not taken. */
  send(message: Message, signal: AbortSignal): Promise<void>;
}

/** The receiver answered, and not with yes. */
export class AlertRefused extends Error {
  override readonly name = 'AlertRefused';
  readonly status: number;

  constructor(status: number) {
    super(`answered ${status}`);
    this.status = status;
  }
}
