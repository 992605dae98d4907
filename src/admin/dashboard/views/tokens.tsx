import { useState } from 'preact/hooks';
import type { Role } from '../../schemas/common.ts';
import type { MadeToken, Token } from '../../schemas/tokens.ts';
import { post, remove } from '../api/client.ts';
import { useAnswer } from '../api/use-answer.ts';
import { ActButton } from '../ui/act-button.tsx';
import { announce } from '../ui/announce.tsx';
import { ConfirmButton } from '../ui/confirm-button.tsx';
import { Empty, Loaded, Mark } from '../ui/parts.tsx';
import { TimeText } from '../ui/time-text.tsx';

const roles: Readonly<Record<Role, string>> = {
  viewer: 'viewer: sees everything, changes nothing',
  operator: 'operator: settles, retries, pauses, starts runs',
  admin: 'admin: also makes and revokes tokens',
};

/** Who may use this page and the API. */
export function Tokens() {
  const tokens = useAnswer('/api/tokens', {}, { topics: ['acts'] });
  const [made, setMade] = useState<MadeToken | null>(null);
  return (
    <>
      <h1>Tokens</h1>
      <NewToken
        onMade={async (token) => {
          setMade(token);
          await tokens.reload();
        }}
      />
      {made !== null && (
        <section class="card" role="status">
          <h2>The token of “{made.name}”</h2>
          <p>It is shown this once. Keep it like a password.</p>
          <code class="value">{made.token}</code>
          <div class="actions">
            <button type="button" onClick={() => setMade(null)}>
              I have it
            </button>
          </div>
        </section>
      )}
      <Loaded answer={tokens}>
        {({ items }) =>
          items.length === 0 ? (
            <Empty title="There are no tokens but the admin’s own">
              <p>Make one for each person or script, so that the audit says who did what.</p>
            </Empty>
          ) : (
            <div class="card scroll">
              <table>
                <thead>
                  <tr>
                    <th scope="col">Name</th>
                    <th scope="col">Role</th>
                    <th scope="col">Made</th>
                    <th scope="col">State</th>
                    <th scope="col">
                      <span class="unseen">Acts</span>
                    </th>
                  </tr>
                </thead>
                <tbody>
                  {items.map((token) => (
                    <TokenRow key={token.id} token={token} onChanged={tokens.reload} />
                  ))}
                </tbody>
              </table>
            </div>
          )
        }
      </Loaded>
    </>
  );
}

interface TokenRowProps {
  readonly token: Token;
  readonly onChanged: () => Promise<void>;
}

function TokenRow({ token, onChanged }: TokenRowProps) {
  return (
    <tr data-row>
      <th scope="row">
        <bdi>{token.name}</bdi>
      </th>
      <td>{token.role}</td>
      <td>
        <TimeText at={token.createdAt} as="exact" />
      </td>
      <td>
        {token.revokedAt === null ? (
          <Mark tone="good">Valid</Mark>
        ) : (
          <Mark tone="off">
            Revoked <TimeText at={token.revokedAt} />
          </Mark>
        )}
      </td>
      <td>
        {token.revokedAt === null && (
          <ConfirmButton
            label="Revoke"
            tone="danger"
            title={`Revoke the token of “${token.name}”?`}
            confirm="Revoke"
            act={async () => {
              await remove('/api/tokens/:id', { params: { id: token.id } });
              announce(`The token of “${token.name}” is revoked.`);
              await onChanged();
            }}
          >
            <p>It ends at once, and every login made with it. This cannot be undone; a new token can be made.</p>
          </ConfirmButton>
        )}
      </td>
    </tr>
  );
}

function NewToken({ onMade }: { readonly onMade: (token: MadeToken) => Promise<void> }) {
  const [name, setName] = useState('');
  const [role, setRole] = useState<Role>('viewer');
  return (
    <section class="card toolbar" aria-label="Make a token">
      <label>
        For whom
        <input value={name} maxLength={100} onInput={(event) => setName(event.currentTarget.value)} />
      </label>
      <label>
        Role
        <select
          value={role}
          onChange={(event) =>
            setRole((Object.keys(roles) as Role[]).find((one) => one === event.currentTarget.value) ?? 'viewer')
          }
        >
          {Object.entries(roles).map(([value, label]) => (
            <option key={value} value={value}>
              {label}
            </option>
          ))}
        </select>
      </label>
      <ActButton
        label="Make a token"
        tone="main"
        disabled={name.trim() === ''}
        act={async () => {
          const token = await post('/api/tokens', { body: { name: name.trim(), role } });
          setName('');
          await onMade(token);
        }}
      />
    </section>
  );
}
