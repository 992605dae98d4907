import { useState } from 'preact/hooks';
import { Dialog } from './ui/dialog.tsx';
import { keysOn, switchKeys } from './ui/keys.ts';

const keys: readonly (readonly [string, string])[] = [
  ['/', 'search for a link'],
  ['j', 'next row'],
  ['k', 'row before'],
  ['Enter', 'open the row'],
  ['Esc', 'close a dialog'],
  ['?', 'this help'],
];

export function HelpDialog({ onClose }: { readonly onClose: () => void }) {
  const [on, setOn] = useState(keysOn);
  return (
    <Dialog title="Keys" onClose={onClose}>
      <dl class="facts">
        {keys.map(([key, what]) => (
          <>
            <dt>
              <kbd>{key}</kbd>
            </dt>
            <dd>{what}</dd>
          </>
        ))}
      </dl>
      <label>
        <input
          type="checkbox"
          checked={on}
          onChange={(event) => {
            switchKeys(event.currentTarget.checked);
            setOn(event.currentTarget.checked);
          }}
        />
        Single keys do something
      </label>
      <p class="soft">
        Everything on these pages is also on the command line (<code>casebridge --help</code>) and in the API (
        <a href="api/openapi.json">openapi.json</a>).
      </p>
      <div class="actions">
        <button type="button" class="main" onClick={onClose}>
          Close
        </button>
      </div>
    </Dialog>
  );
}
