/** The command was called in a way it cannot carry out. The message says what to do instead. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}
