import type { Hello } from './process.ts';

interface Started extends Pick<Hello, 'side' | 'url'> {
  readonly account: Pick<Hello, 'clientId' | 'clientSecret'>;
}

/** In a desk's process, once it listens: tells its parent where, answers what that asks, and ends when that ends. */
export function answerParent<Ask>({ side, url, account }: Started, answer: (ask: Ask) => Promise<unknown>): void {
  process.on('message', (message: { readonly id: number; readonly ask: Ask }) => {
    void answer(message.ask).then(
      (value) => process.connected && process.send?.({ id: message.id, value }),
      (error: unknown) => process.send?.({ id: message.id, error: String(error) }),
    );
  });
  // A measurement that was broken off takes its desks along.
  process.on('disconnect', () => process.exit(0));
  const hello: Hello = { side, url, clientId: account.clientId, clientSecret: account.clientSecret };
  process.send?.(hello);
}
