import { createPrivateKey, createPublicKey, generateKeyPairSync } from 'node:crypto';
import type { KeyObject } from 'node:crypto';

/** The connected app that clients sign in through, as an administrator sets it up. */
export interface ConnectedApp {
  readonly clientId: string;
  readonly clientSecret: string;
  /** PEM; its certificate is the one uploaded to the app. */
  readonly privateKey: string;
  readonly publicKey: KeyObject;
  /** Users that an administrator has approved beforehand, by user name: JWT bearer needs it. */
  readonly approvedUsers: Set<string>;
  /** Whom client credentials run as; null: "no client credentials user enabled". */
  runAs: string | null;
}

/** An app with the key it had before, or with one of its own, made when it is first asked for. */
export function createConnectedApp(username: string, privateKey?: string): ConnectedApp {
  let pem = privateKey ?? null;
  const key = (): string => (pem ??= newKey());
  return {
    clientId: '3MVG9sandbox.casebridge.consumer.key',
    clientSecret: 'sandbox-consumer-secret',
    get privateKey() {
      return key();
    },
    get publicKey() {
      return createPublicKey(createPrivateKey(key()));
    },
    approvedUsers: new Set([username]),
    runAs: username,
  };
}

function newKey(): string {
  return generateKeyPairSync('rsa', {
    modulusLength: 2048,
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
    publicKeyEncoding: { type: 'spki', format: 'pem' },
  }).privateKey;
}

/** Loopback callbacks, as a command-line client registers them. */
export function allowedRedirect(uri: string): boolean {
  return /^http:\/\/(127\.0\.0\.1|localhost|\[::1\])(:\d+)?\//.test(`${uri}/`);
}
