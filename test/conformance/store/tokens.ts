import { expect, it } from 'vitest';
import type { Store } from '../../../src/store/store.ts';
import { builtAt } from '../../support/builders.ts';

/** What a store must do with tokens of the desks. */
export function tokensSuite(store: () => Store): void {
  it('keeps a token only on top of the version that was read', async () => {
    const token = (accessToken: string) => ({
      accessToken,
      refreshToken: null,
      expiresAt: builtAt,
      instanceUrl: 'https://a.example',
    });
    const vault = store().tokens;
    expect(await vault.load('servicenow')).toBeNull();
    expect(await vault.save('servicenow', token('one'), 0)).toBe(true);
    expect(await vault.save('servicenow', token('rival'), 0)).toBe(false);
    expect(await vault.save('servicenow', token('two'), 1)).toBe(true);
    expect(await vault.load('servicenow')).toEqual({ token: token('two'), version: 2 });
    expect(await vault.load('salesforce')).toBeNull();
  });
}
