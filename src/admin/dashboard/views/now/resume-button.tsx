import { useState } from 'preact/hooks';
import type { Pause } from '../../../schemas/status.ts';
import { post } from '../../api/client.ts';
import { announce } from '../../ui/announce.tsx';
import { ConfirmButton } from '../../ui/confirm-button.tsx';

interface Consent {
  readonly key: 'ends' | 'instance';
  readonly label: string;
  /** Without it the pair cannot go on. */
  readonly needed: boolean;
}

/** What a person has to say yes to, by what stopped the pair. */
const consents: Readonly<Record<string, Consent>> = {
  'too-many-deletes': {
    key: 'ends',
    label: 'They are right: carry out what follows from them. Otherwise each is asked about again.',
    needed: false,
  },
  'instance-changed': {
    key: 'instance',
    label: 'The instance that answers now holds the tickets that the links were made with.',
    needed: true,
  },
};

/** Sets a pair of tables going again, with the consent that its reason asks for. */
export function ResumeButton({ pause }: { readonly pause: Pause }) {
  const [agreed, setAgreed] = useState(false);
  const consent = Object.hasOwn(consents, pause.reason) ? consents[pause.reason] : undefined;
  return (
    <ConfirmButton
      label="Set it going again"
      title={`Set ${pause.pair} going again?`}
      confirm="Set it going"
      act={async () => {
        if (consent?.needed === true && !agreed) throw new Error('Tick the box first, if it is true.');
        const body = consent !== undefined && agreed ? { [consent.key]: true } : {};
        announce((await post('/api/pairs/:name/resume', { params: { name: pause.pair }, body })).text);
      }}
    >
      <p>{pause.text}</p>
      {consent === undefined ? (
        <p>What was found meanwhile is carried out, new tickets included.</p>
      ) : (
        <label>
          <input type="checkbox" checked={agreed} onChange={(event) => setAgreed(event.currentTarget.checked)} />
          {consent.label}
        </label>
      )}
    </ConfirmButton>
  );
}
