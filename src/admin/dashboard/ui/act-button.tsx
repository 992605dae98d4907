import { useState } from 'preact/hooks';
import { problemText } from '../api/problem.ts';

interface ActButtonProps {
  readonly label: string;
  readonly tone?: 'plain' | 'main' | 'danger';
  readonly disabled?: boolean;
  /** More about it, on hover. */
  readonly title?: string;
  /** Read out instead of the label where many buttons have the same; begins with the label. */
  readonly name?: string;
  readonly act: () => Promise<void>;
}

/** A button that does something on the server: busy while it runs, and with the reason beside it when it failed. */
export function ActButton({ label, tone = 'plain', disabled = false, title, name, act }: ActButtonProps) {
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
        aria-label={name}
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
