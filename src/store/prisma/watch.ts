import { StoreUnavailable } from '../store.ts';
import { isUnavailable } from './unavailable.ts';

export interface WatchOptions {
  readonly onLost?: (error: Error) => void;
  readonly onBack?: () => void;
  readonly onError?: (error: Error) => void;
}

export interface Watch {
  /** Turns what drivers say about a lost database into StoreUnavailable. */
  readonly answering: <T>(work: () => Promise<T>) => Promise<T>;
  /** For errors that reach nobody: those of idle connections and of the queue's own timers. */
  readonly onError: (error: Error) => void;
}

/** A pool hangs the connection on the error it reports, and with it the password. It ends here, before any log. */
function withoutConnection<T>(error: T): T {
  if (error instanceof Error) Reflect.deleteProperty(error, 'client');
  return error;
}

function unavailable(cause: unknown): StoreUnavailable {
  if (cause instanceof StoreUnavailable) return cause;
  return new StoreUnavailable('the database does not answer', { cause: withoutConnection(cause) });
}

/** Tells once when the database goes away and once when it is back, whoever notices. */
export function watch(options: WatchOptions): Watch {
  let lost = false;
  const noticeLoss = (error: StoreUnavailable): StoreUnavailable => {
    if (!lost) options.onLost?.(error);
    lost = true;
    return error;
  };
  return {
    answering: async (work) => {
      try {
        const result = await work();
        if (lost) options.onBack?.();
        lost = false;
        return result;
      } catch (error) {
        if (!isUnavailable(error)) throw error;
        throw noticeLoss(unavailable(error));
      }
    },
    onError: (error) => {
      if (isUnavailable(error)) noticeLoss(unavailable(error));
      else options.onError?.(withoutConnection(error));
    },
  };
}
