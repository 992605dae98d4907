import { addToken, revokeToken } from '../../operate/tokens.ts';
import type { AdminTokenRow } from '../../store/store.ts';
import type { Token } from '../schemas/tokens.ts';
import { pageOf } from '../views/names.ts';
import { given } from './links.ts';
import type { HandlersOf, MakeHandlers } from './types.ts';

type TokenRoutes = 'tokens' | 'tokenAdd' | 'tokenRevoke' | 'audit';

/** Who may come in, and what they did. */
export const tokenHandlers: MakeHandlers<TokenRoutes> = ({ engine, records }): HandlersOf<TokenRoutes> => ({
  tokens: async () => ({ items: (await records.tokens()).map(tokenView) }),
  tokenAdd: async ({ body, operator }) => {
    const { row, token } = await addToken(operator, engine.ids, body);
    return { ...tokenView(row), token };
  },
  tokenRevoke: async ({ params, operator }) => tokenView(await revokeToken(operator, params.id)),
  audit: async ({ query: { limit, ...filter } }) => {
    const rows = await records.auditPage({ ...given(filter), limit: limit + 1 });
    return pageOf(
      rows,
      limit,
      (row) => row.id,
      (row) => ({ ...row, detail: { ...row.detail } }),
    );
  },
});

/** Neither the secret nor its hash. */
function tokenView({ id, name, role, createdAt, revokedAt }: AdminTokenRow): Token {
  return { id, name, role, createdAt, revokedAt };
}
