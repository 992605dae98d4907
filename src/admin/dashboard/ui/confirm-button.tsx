import type { ComponentChildren } from 'preact';
import { useState } from 'preact/hooks';
import { ActButton } from './act-button.tsx';
import { Dialog } from './dialog.tsx';

interface ConfirmButtonProps {
  readonly label: string;
  /** A question: `Unlink INC0010042 and 00001007?` */
  readonly title: string;
  /** What will happen, in plain words. */
  readonly children: ComponentChildren;
  readonly confirm: string;
  readonly tone?: 'plain' | 'danger';
  readonly disabled?: boolean;
  /** Rejects when it could not be done; the dialog then stays, with the reason. */
  readonly act: () => Promise<void>;
}

/** A button that asks before it acts. */
export function ConfirmButton({ label, title, children, confirm, tone = 'plain', disabled, act }: ConfirmButtonProps) {
  const [asking, setAsking] = useState(false);
  const close = (): void => setAsking(false);
  return (
    <>
      <button type="button" class={tone} disabled={disabled} onClick={() => setAsking(true)}>
        {label}
      </button>
      {asking && (
        <Dialog title={title} onClose={close}>
          <div class="said">{children}</div>
          <div class="actions">
            <ActButton
              label={confirm}
              tone={tone === 'danger' ? 'danger' : 'main'}
              act={async () => {
                await act();
                close();
              }}
            />
            <button type="button" onClick={close}>
              Cancel
            </button>
          </div>
        </Dialog>
      )}
    </>
  );
}
