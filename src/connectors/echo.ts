const hidden = '[redacted]';

/**
 * A vendor's words without what we sent to log in: an error page or a debug answer may quote the request, and what vendors say is
 * logged and kept.
 */
export function withoutEcho(text: string, sent: readonly (string | null)[]): string {
  return sent.reduce<string>(
    (left, secret) => (secret === null || secret.length < 4 ? left : left.replaceAll(secret, hidden)),
    text,
  );
}
