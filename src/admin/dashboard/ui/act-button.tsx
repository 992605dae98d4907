import { useState } from 'preact/hooks';
import { problemText } from '../api/problem.ts';

interface ActButtonProps {
  readonly label: string;
  readonly tone?: 'plain' | 'main' | 'danger';
  readonly disabled?: boolean;
  /** Read out instead of the label, where the label alone says too little. */
  readonly title?: string;
  readonly act: () => Promise<void>;
}

/** A button that does something on the server: busy while it runs, and with the reason beside it when it failed. */
export function ActButton({ label, tone = 'plain', disabled = false, title, act }: ActButtonProps) {
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<string | null>(null);
  const run = async (): Promise<void> => {
    setBusy(true);
    setProblem(null);
    try {
      await act();
    } catch (error) {
      setProblem(problemText(error));
    } finally {
      setBusy(false);
    }
  };
  return (
    <span class="act">
      <button
        type="button"
        class={tone}
        disabled={disabled}
        aria-disabled={busy}
        aria-label={title}
        title={title}
        onClick={() => {
          if (!busy) void run();
        }}
      >
        {busy ? `${label} …` : label}
      </button>
      {problem !== null && (
        <span class="problem" role="alert">
          {problem}
        </span>
      )}
    </span>
  );
}
