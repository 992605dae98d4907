import type { Writable } from 'node:stream';

export interface Progress {
  /** `share`: 0 to 1 of this part. */
  readonly show: (label: string, share: number) => void;
  end(): void;
}

const everyMs = 5_000;

/** One line that is written over on a terminal; elsewhere a line every five seconds. With the time left, once it can be told. */
export function createProgress(options: {
  readonly stream: Writable;
  readonly terminal: boolean;
  readonly now: () => number;
}): Progress {
  let label = '';
  let startedAt = 0;
  let saidAt = 0;
  let open = false;
  return {
    show: (part, share) => {
      const now = options.now();
      if (part !== label) {
        label = part;
        startedAt = now;
      }
      const line = `${label}: ${Math.floor(share * 100)} %${timeLeft(now - startedAt, share)}`;
      if (options.terminal) {
        options.stream.write(`\r\u001b[K${line}`);
        open = true;
      } else if (now - saidAt >= everyMs) {
        saidAt = now;
        options.stream.write(`${line}\n`);
      }
    },
    end: () => {
      if (open) options.stream.write('\r\u001b[K');
      open = false;
    },
  };
}

function timeLeft(spentMs: number, share: number): string {
  if (share <= 0.02 || share >= 1 || spentMs < 2_000) return '';
  const seconds = Math.ceil((spentMs * (1 - share)) / share / 1000);
  return seconds < 90 ? `, about ${seconds} s left` : `, about ${Math.round(seconds / 60)} min left`;
}
